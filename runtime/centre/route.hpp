#pragma once
// Paths of the HTTP interfaces, taken apart. A path is compared, never joined to a folder.
#include <string_view>
#include <vector>

namespace drydock::centre {

inline constexpr std::size_t path_parts_max = 8;

// "/v1/releases/x" -> {"v1", "releases", "x"}; empty for what is longer, relative, or has an empty
// part. The views live as long as the path.
std::vector<std::string_view> path_parts(std::string_view path);

// Does the path have this shape? A "*" in the shape stands for any one part.
bool path_fits(std::string_view shape, const std::vector<std::string_view>& parts);

}  // namespace drydock::centre
