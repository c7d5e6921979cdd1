#include "simulations/scenarios/memory.hpp"

#include <fmt/format.h>

#include "runtime/config/units.hpp"
#include "runtime/files/files.hpp"

namespace drydock::sim {

std::uint64_t memory_available() {
  const auto text = files::read("/proc/meminfo", 64 * 1024);
  if (!text) return 0;
  constexpr std::string_view key = "MemAvailable:";
  const std::size_t line = text->find(key);
  if (line == std::string::npos) return 0;
  const std::size_t from = text->find_first_of("0123456789", line + key.size());
  if (from == std::string::npos) return 0;
  const std::size_t end = text->find_first_not_of("0123456789", from);
  return config::parse_whole(text->substr(from, end - from)).value_or(0) * 1024;
}

Status fits_memory(std::uint64_t appliances, std::uint64_t runs, std::uint64_t available) {
  const std::uint64_t needed = runs * (appliances * bytes_an_appliance + bytes_a_run);
  if (available == 0 || needed <= available) return Done{};
  const std::uint64_t each = available / runs;
  const std::uint64_t fit = each > bytes_a_run ? (each - bytes_a_run) / bytes_an_appliance : 0;
  constexpr std::uint64_t mb = 1'000'000;
  return Error{ErrorKind::refused,
               fmt::format("{} appliances x {} bytes + {} MB{} = {} MB, and {} MB of memory are "
                           "available: at most {} appliances fit",
                           appliances, bytes_an_appliance, bytes_a_run / mb,
                           runs == 1 ? "" : fmt::format(", {} runs at once", runs),
                           (needed + mb - 1) / mb, available / mb, fit)};
}

}  // namespace drydock::sim
