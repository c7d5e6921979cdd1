#include "runtime/centre/route.hpp"

namespace drydock::centre {

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    if (path.front() != '/' || parts.size() == path_parts_max) return {};
    path.remove_prefix(1);
    const auto end = path.find('/');
    const auto part = path.substr(0, end);
    if (part.empty()) return {};
    parts.push_back(part);
    path = end == path.npos ? std::string_view{} : path.substr(end);
  }
  return parts;
}

bool path_fits(std::string_view shape, const std::vector<std::string_view>& parts) {
  const auto wanted = path_parts(shape);
  if (wanted.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (wanted[i] != "*" && wanted[i] != parts[i]) return false;
  return true;
}

}  // namespace drydock::centre
