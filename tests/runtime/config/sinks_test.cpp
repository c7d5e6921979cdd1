#include "runtime/config/sinks.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/config/expect.hpp"

namespace drydock::config {
namespace {

Environment with_urls(const std::string& database, const std::string& redis) {
  return [=](const char* name) -> std::optional<std::string> {
    if (name == std::string("DATABASE_URL")) return database;
    if (name == std::string("REDIS_URL")) return redis;
    return std::nullopt;
  };
}

RedisPlace place(const std::string& url) {
  const auto sinks = sinks_of(with_urls("", url));
  BOOST_REQUIRE_MESSAGE(sinks, url);
  BOOST_REQUIRE(sinks->redis.has_value());
  return *sinks->redis;
}

BOOST_AUTO_TEST_SUITE(config_sinks)

BOOST_AUTO_TEST_CASE(without_urls_nobody_is_told) {
  const auto none = sinks_of([](const char*) { return std::nullopt; });
  BOOST_REQUIRE(none);
  BOOST_TEST(none->database.empty());
  BOOST_TEST(!none->redis.has_value());
  BOOST_TEST(!sinks_of(with_urls("", ""))->redis.has_value());
}

BOOST_AUTO_TEST_CASE(the_seed_s_urls_are_read) {
  const auto sinks =
      sinks_of(with_urls("postgresql://mcp:password@db:5432/mcp", "redis://redis:6379"));
  BOOST_REQUIRE(sinks);
  BOOST_TEST(sinks->database == "postgresql://mcp:password@db:5432/mcp");
  BOOST_TEST(sinks->redis->host == "redis");
  BOOST_TEST(sinks->redis->port == 6379);
}

BOOST_AUTO_TEST_CASE(a_redis_url_may_hold_a_user_a_password_and_a_database) {
  const auto all = place("redis://me:p%40ss%3a@cache.example:7000/3");
  BOOST_TEST(all.user == "me");
  BOOST_TEST(all.password == "p@ss:");
  BOOST_TEST(all.host == "cache.example");
  BOOST_TEST(all.port == 7000);
  BOOST_TEST(all.database == 3u);
  BOOST_TEST(place("redis://:secret@redis").password == "secret");
  BOOST_TEST(place("redis://[::1]").host == "::1");
  const auto local = place("unix://:s%2fecret@/run/redis.sock");
  BOOST_TEST(local.socket == "/run/redis.sock");
  BOOST_TEST(local.password == "s/ecret");
  BOOST_TEST(place("unix:///run/redis.sock").socket == "/run/redis.sock");
}

BOOST_AUTO_TEST_CASE(what_is_no_url_is_refused_and_nothing_of_it_is_repeated) {
  for (const char* database :
       {"mysql://u:hunter2@db/x", "u:hunter2@db", "host=db password=hunter2"})
    for (const char* redis : {"redis://u:hunter2@", "redis://hunter2@host:port", "redis://h/16",
                              "redis://u:hunter%2@h", "http://u:hunter2@h", "unix://hunter2"}) {
      const auto refused = sinks_of(with_urls(database, redis));
      BOOST_REQUIRE_MESSAGE(!refused, database << " " << redis);
      const std::string& text = refused.error().text;
      BOOST_TEST(text.find("hunter") == std::string::npos, text);
      BOOST_TEST(text.find("DATABASE_URL") != std::string::npos, text);
      BOOST_TEST(text.find("REDIS_URL") != std::string::npos, text);
      BOOST_TEST(text.find("postgresql://user:password@host:5432/database") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace drydock::config
