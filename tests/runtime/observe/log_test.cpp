#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "runtime/observe/log.hpp"

using namespace drydock;
using namespace drydock::observe;

namespace {

// What `work` writes to stderr.
std::string stderr_of(const std::function<void()>& work) {
  std::string path = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
  const int file = ::mkstemp(path.data());
  BOOST_REQUIRE(file >= 0);
  const int kept = ::dup(2);
  ::dup2(file, 2);
  work();
  std::fflush(stderr);
  ::dup2(kept, 2);
  ::close(kept);
  ::close(file);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::filesystem::remove(path);
  return text.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(observe_log)

BOOST_AUTO_TEST_CASE(a_text_line_holds_time_level_program_and_message) {
  const auto text = stderr_of([] {
    start_logging({"agent", config::LogLevel::info, false});
    spdlog::warn("slot {} is staged", 'B');
  });
  const std::regex form(
      R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning agent: slot B is staged\n)");
  BOOST_TEST(std::regex_match(text, form), text);
}

BOOST_AUTO_TEST_CASE(a_message_with_line_ends_cannot_pose_as_another_line) {
  const auto text = stderr_of([] {
    start_logging({"agent", config::LogLevel::info, false});
    spdlog::info("one\n2026-01-01T00:00:00.000Z error agent: two");
  });
  BOOST_TEST(text.find("one\n    2026-01-01") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_json_line_is_json_whatever_the_message_holds) {
  const auto text = stderr_of([] {
    start_logging({"agent", config::LogLevel::info, true});
    spdlog::error("{}", "quote \" backslash \\ line\nend \x01 and no text \xff\xfe");
  });
  BOOST_TEST(text.find('\n') == text.size() - 1);
  const auto line = nlohmann::json::parse(text, nullptr, false);
  BOOST_REQUIRE(!line.is_discarded());
  BOOST_TEST(line["level"] == "error");
  BOOST_TEST(line["program"] == "agent");
  BOOST_TEST(
      line["message"].get<std::string>().starts_with("quote \" backslash \\ line\nend \x01"));
}

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_not_written) {
  const auto text = stderr_of([] {
    start_logging({"agent", config::LogLevel::warning, false});
    spdlog::info("quiet");
    spdlog::debug("quieter");
    spdlog::error("heard");
  });
  BOOST_TEST(text.find("quiet") == std::string::npos);
  BOOST_TEST(text.find("heard") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
