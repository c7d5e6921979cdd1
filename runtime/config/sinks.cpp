#include "runtime/config/sinks.hpp"

#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

constexpr std::uint64_t redis_databases = 16;

bool take_scheme(std::string_view& url, std::string_view scheme) {
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  return true;
}

// "%40" is "@" in the user and the password of a URL.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = digits.find(static_cast<char>(text[i + 1] | 0x20));
    const auto low = digits.find(static_cast<char>(text[i + 2] | 0x20));
    if (high == digits.npos || low == digits.npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool read_credentials(std::string_view text, RedisPlace& out) {
  const auto colon = text.find(':');
  if (colon == text.npos) return false;  // a user without a password says nothing
  const auto user = decoded(text.substr(0, colon)), password = decoded(text.substr(colon + 1));
  if (!user || !password) return false;
  out.user = *user;
  out.password = *password;
  return true;
}

bool read_database(std::string_view text, RedisPlace& out) {
  const auto number = parse_whole(std::string(text));
  if (!number || *number >= redis_databases) return false;
  out.database = static_cast<std::uint32_t>(*number);
  return true;
}

std::optional<RedisPlace> redis_place(std::string_view url) {
  RedisPlace place;
  if (take_scheme(url, "unix://")) {
    if (const auto at = url.substr(0, url.find('/')).rfind('@'); at != url.npos) {
      if (!read_credentials(url.substr(0, at), place)) return std::nullopt;
      url.remove_prefix(at + 1);
    }
    if (!url.starts_with('/') || url.size() == 1) return std::nullopt;
    place.socket = url;
    return place;
  }
  if (!take_scheme(url, "redis://")) return std::nullopt;
  if (const auto slash = url.find('/'); slash != url.npos) {
    const auto database = url.substr(slash + 1);
    if (!database.empty() && !read_database(database, place)) return std::nullopt;
    url = url.substr(0, slash);
  }
  if (const auto at = url.rfind('@'); at != url.npos) {
    if (!read_credentials(url.substr(0, at), place)) return std::nullopt;
    url.remove_prefix(at + 1);
  }
  std::string authority(url);
  if (authority.rfind(':') == std::string::npos || authority.ends_with(']')) authority += ":6379";
  const auto endpoint = parse_endpoint(authority);
  if (!endpoint || endpoint->port == 0) return std::nullopt;
  place.host = endpoint->host;
  place.port = endpoint->port;
  return place;
}

// libpq reads the rest; what it would say of a wrong one is not repeated either.
bool is_database(std::string_view url) {
  return take_scheme(url, "postgresql://") || take_scheme(url, "postgres://");
}

}  // namespace

Result<Sinks> sinks_of(const Environment& from) {
  Sinks sinks;
  Problems problems("the environment");
  // What was found is not shown: wherever a password stands in it, it would stand in a log.
  const auto refuse = [&problems](const char* name, const char* form) {
    problems.add(0, name, fmt::format("is of no form that is known, accepted: {}", form));
  };
  if (const auto url = from("DATABASE_URL"); url && !url->empty()) {
    if (is_database(*url))
      sinks.database = *url;
    else
      refuse("DATABASE_URL", kDatabaseForm);
  }
  if (const auto url = from("REDIS_URL"); url && !url->empty()) {
    sinks.redis = redis_place(*url);
    if (!sinks.redis) refuse("REDIS_URL", kRedisForm);
  }
  if (auto s = problems.status(); !s) return s.error();
  return sinks;
}

}  // namespace drydock::config
