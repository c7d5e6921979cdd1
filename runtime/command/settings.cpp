#include "runtime/command/settings.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "runtime/config/command.hpp"
#include "runtime/http/url.hpp"

namespace drydock::command {
namespace {

Result<Settings> from_file(const std::string& path) {
  if (path.empty()) return Settings{};
  auto config = config::load_command(path);
  if (config) return Settings{config->server, config->certificate, config->key, config->authority};
  if (config.error().kind == ErrorKind::not_found) return Settings{};
  return config.error();
}

struct Source {
  const char* flag;
  const char* variable;
  const char* key;
  const char* what;
  std::string Settings::*member;
};
constexpr Source sources[] = {
    {"--server", "DRYDOCK_SERVER", "server", "the centre's address", &Settings::server},
    {"--cert", "DRYDOCK_CERT", "cert", "the operator's certificate", &Settings::certificate},
    {"--key", "DRYDOCK_KEY", "key", "the operator's private key", &Settings::key},
    {"--ca", "DRYDOCK_CA", "ca", "the operator CA's certificate", &Settings::authority},
};

Error missing(const Source& source, const std::string& path) {
  return {ErrorKind::refused,
          fmt::format("{} is not set: give {}, or set {}, or \"{}:\" in {}", source.what,
                      source.flag, source.variable, source.key,
                      path.empty() ? "$XDG_CONFIG_HOME/drydock/config.yaml" : path)};
}

}  // namespace

std::string config_path(const World& world) {
  if (const auto home = world.environment("XDG_CONFIG_HOME")) return *home + "/drydock/config.yaml";
  if (const auto home = world.environment("HOME")) return *home + "/.config/drydock/config.yaml";
  return {};
}

Result<Settings> settings_of(const Settings& flags, const World& world) {
  const std::string path = config_path(world);
  auto file = from_file(path);
  if (!file) return file.error();
  Settings settings;
  for (const Source& source : sources) {
    std::string& value = settings.*source.member;
    value = flags.*source.member;
    if (value.empty()) value = world.environment(source.variable).value_or("");
    if (value.empty()) value = *file.*source.member;
    if (value.empty()) return missing(source, path);
    if (source.member != &Settings::server && ::access(value.c_str(), R_OK) != 0)
      return Error{ErrorKind::not_found,
                   fmt::format("{}: {} cannot be read; check {}, {} or \"{}:\" in {}", value,
                               source.what, source.flag, source.variable, source.key, path)};
  }
  if (auto url = http::parse_url(settings.server, http::PlainHttp::refuse); !url)
    return std::move(url).error().in("the centre's address");
  return settings;
}

}  // namespace drydock::command
