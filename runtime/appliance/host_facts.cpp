#include "runtime/appliance/host_facts.hpp"

#include <netdb.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "runtime/boot/helper_client/helper_client.hpp"
#include "runtime/files/files.hpp"
#include "runtime/http/url.hpp"

namespace drydock::appliance {

Result<Version> running_version(const std::string& path) {
  auto text = files::read(path, 64u << 10);
  if (!text) return text.error();
  constexpr std::string_view key = "VERSION_ID=";
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    std::string_view line(text->data() + at, end - at);
    at = end + 1;
    if (line.substr(0, key.size()) != key) continue;
    line.remove_prefix(key.size());
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
      line = line.substr(1, line.size() - 2);
    Version version;
    if (read_version(line, version)) return version;
    return Error{ErrorKind::malformed, path + ": VERSION_ID is not major.minor.patch: " +
                                           std::string(line.substr(0, 40))};
  }
  return Error{ErrorKind::not_found, path + " has no VERSION_ID"};
}

HealthChecks health_checks(const std::string& folder) {
  HealthChecks checks;
  auto list = config::load_health_checks(folder);
  if (!list) {
    spdlog::error("health checks: {}", list.error().text);
    checks.list.push_back({"health.d", {}, {}, config::Severity::required});
  } else {
    checks.list = std::move(*list);
  }
  for (std::size_t i = 0; i < checks.list.size(); ++i)
    if (checks.list[i].severity == config::Severity::required)
      checks.required |= std::uint64_t{1} << i;
  return checks;
}

Result<HelperState> wait_for_helper(const std::string& socket, std::int64_t patience_ms) {
  constexpr int pause_ms = 100;
  for (std::int64_t waited = 0;; waited += pause_ms) {
    auto helper = boot::HelperClient::connect(socket);
    auto reply = helper ? helper->status() : Result<boot::HelperReply>(helper.error());
    if (reply && reply->ok()) return reply->answer.state;
    if (waited >= patience_ms)
      return Error{ErrorKind::unreachable, "root-helper does not answer at " + socket + ": " +
                                               (reply ? reply->answer.text : reply.error().text)};
    ::poll(nullptr, 0, pause_ms);
  }
}

bool has_route(const std::string& text) {
  const auto url = http::parse_url(text, http::PlainHttp::refuse);
  if (!url) return false;
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(url->host.c_str(), std::to_string(url->port).c_str(), &hints, &found) != 0)
    return false;
  bool routed = false;
  for (const addrinfo* a = found; a != nullptr && !routed; a = a->ai_next) {
    const files::UniqueFd socket(::socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    routed = socket && ::connect(socket.get(), a->ai_addr, a->ai_addrlen) == 0;
  }
  ::freeaddrinfo(found);
  return routed;
}

}  // namespace drydock::appliance
