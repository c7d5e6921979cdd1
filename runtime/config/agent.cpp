#include "runtime/config/agent.hpp"

#include <array>
#include <cstdlib>

#include "runtime/config/document.hpp"
#include "runtime/config/healer_reading.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

void read_paths(const Value& value, AgentPaths& out) {
  read_map(value, {{"slot_a", path(out.slot_a)},
                   {"slot_b", path(out.slot_b)},
                   {"esp", path(out.esp)},
                   {"data", path(out.data)},
                   {"identity", path(out.identity)},
                   {"cmdline", path(out.cmdline)},
                   {"boot_id", path(out.boot_id)},
                   {"root_helper", path(out.root_helper)},
                   {"health_checks", path(out.health_checks)},
                   {"os_release", path(out.os_release)}});
  if (out.slot_a == out.slot_b) value.problem("slot_a and slot_b are the same device");
}

void read_metrics(const Value& value, AgentConfig& out) {
  const auto listen = [&out](const Value& v) { endpoint(out.metrics.emplace())(v); };
  read_map(value, {{"listen", listen, Presence::required}});
}

void read_agent(const Value& value, AgentConfig& out) {
  read_map(value, {{"paths", section(out.paths, read_paths)},
                   {"soak", duration(out.soak, Duration{0}, hours(24 * 7))},
                   {"boot_deadline", duration(out.boot_deadline, seconds(1), hours(24))},
                   {"return_after", duration(out.return_after, seconds(1), hours(24 * 30))},
                   {"maintenance", section(out.maintenance, read_maintenance)},
                   {"healer", section(out.healer, read_healer)},
                   {"metrics", section(out, read_metrics)},
                   {"log_level", log_level(out.log_level)}});
}

void read_site(const Environment& from, AgentConfig& out, Problems& problems) {
  const auto site = from("SITE_ID");
  if (!site || site->empty())
    problems.add(0, "SITE_ID", fmt::format("is not set, accepted: {}", kNameForm));
  else if (!is_name(*site))
    problems.add(0, "SITE_ID", fmt::format("found {}, accepted: {}", shown(*site), kNameForm));
  else
    out.site_id = *site;
}

// "https://host[:port]"; the certificate speaks for the host, so nothing but https is accepted.
bool is_server_url(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return false;
  std::string authority(url.substr(scheme.size()));
  const bool has_port = authority.rfind(':') != std::string::npos && !authority.ends_with(']');
  if (!has_port) authority += ":443";
  const auto endpoint = parse_endpoint(authority);
  return endpoint && endpoint->port != 0;
}

void read_url(const Environment& from, AgentConfig& out, Problems& problems) {
  auto url = from("MCP_URL");
  if (!url) return;
  if (url->ends_with('/')) url->pop_back();
  if (is_server_url(*url))
    out.mcp_url = *url;
  else
    problems.add(0, "MCP_URL",
                 fmt::format("found {}, accepted: https://host or https://host:port", shown(*url)));
}

void read_interval(const Environment& from, AgentConfig& out, Problems& problems) {
  constexpr std::uint64_t longest_s = 86'400;
  const auto text = from("POLL_INTERVAL");
  if (!text) return;
  const auto n = parse_whole(*text);
  if (n && *n >= 1 && *n <= longest_s)
    out.poll_interval = seconds(static_cast<std::int64_t>(*n));
  else
    problems.add(0, "POLL_INTERVAL",
                 fmt::format("found {}, accepted: a whole number of seconds from 1 to {}",
                             shown(*text), longest_s));
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);  // NOLINT: nobody sets variables while we run
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<AgentConfig> parse_agent(std::string_view text, const std::string& file,
                                const Environment& from) {
  AgentConfig config;
  Problems environment("the environment");
  read_site(from, config, environment);
  read_url(from, config, environment);
  read_interval(from, config, environment);
  const Status document = read_document(text, file, section(config, read_agent));
  const Status variables = environment.status();
  if (!document && !variables)
    return Error{ErrorKind::malformed, document.error().text + "\n" + variables.error().text};
  if (!document) return document.error();
  if (!variables) return variables.error();
  if (config.paths.identity.empty()) config.paths.identity = config.paths.data + "/identity";
  return config;
}

Result<AgentConfig> load_agent(const std::optional<std::string>& path, const Environment& from) {
  const std::string file = path.value_or(kAgentFile);
  auto text = document_text(file);
  if (!text && !path && text.error().kind == ErrorKind::not_found)
    return parse_agent("", file, from);
  if (!text) return text.error();
  return parse_agent(*text, file, from);
}

}  // namespace drydock::config
