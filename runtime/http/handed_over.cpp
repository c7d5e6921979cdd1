#include "runtime/http/handed_over.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace drydock::http {
namespace {

std::optional<int> number(const std::string& text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> found;
  for (std::size_t from = 0; from <= names.size();) {
    const std::size_t to = std::min(names.find(':', from), names.size());
    found.push_back(names.substr(from, to - from));
    from = to + 1;
  }
  return found;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  ::unsetenv(name);
  return text;
}

}  // namespace

Result<HandedOver> handed_over(const HandedOverSaid& said, int self, int first) {
  HandedOver sockets;
  if (said.pid.empty() || number(said.pid) != self) return sockets;
  const auto count = number(said.count);
  if (!count || *count > handed_over_max)
    return Error{ErrorKind::malformed, fmt::format("LISTEN_FDS=\"{}\": say 0 to {} descriptors",
                                                   said.count, handed_over_max)};
  const auto names = split(said.names);
  if (names.size() < static_cast<std::size_t>(*count))
    return Error{ErrorKind::malformed,
                 fmt::format("LISTEN_FDNAMES=\"{}\" names fewer than {} descriptors; give each "
                             "socket unit a FileDescriptorName=",
                             said.names, *count)};
  for (int n = 0; n < *count; ++n) {
    files::UniqueFd fd(first + n);
    if (::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) {
      auto error = files::last_error("taking over", fmt::format("descriptor {}", fd.get()));
      fd.release();  // it is not open
      return error;
    }
    const auto [entry, added] = sockets.emplace(names[static_cast<std::size_t>(n)], std::move(fd));
    if (!added)
      return Error{ErrorKind::malformed,
                   fmt::format("two sockets are named \"{}\"; one address each", entry->first)};
  }
  return sockets;
}

Result<HandedOver> handed_over_sockets() {
  const HandedOverSaid said{variable("LISTEN_PID"), variable("LISTEN_FDS"),
                            variable("LISTEN_FDNAMES")};
  return handed_over(said, ::getpid(), handed_over_first);
}

}  // namespace drydock::http
