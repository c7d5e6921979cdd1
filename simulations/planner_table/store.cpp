#include "simulations/planner_table/store.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "actors/planner/machine.hpp"
#include "messages/digest.hpp"

namespace drydock::sim::table {
namespace {

std::string first_line() {
  Digest digest;
  absorb(digest, table_policy());
  return fmt::format("planner-table 1 logic {} policy {}", Planner::logic_version,
                     hex(digest.value()));
}

}  // namespace

std::string Kept::open(const std::string& path) {
  path_ = path;
  if (path.empty()) return {};
  std::ifstream file(path);
  std::string all((std::istreambuf_iterator<char>(file)), {});
  if (all.empty()) {
    std::ofstream made(path);
    made << first_line() << "\n" << std::flush;
    return made ? "" : path + ": cannot be written; name another file with --keep";
  }
  std::istringstream lines(all);
  std::string line;
  std::getline(lines, line);
  if (line != first_line())
    return fmt::format("{}: was kept by another planner or policy (\"{}\", now \"{}\"); remove it",
                       path, line, first_line());
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    if (lines.eof()) {  // cut short: forgotten here and in the file
      std::ofstream(path, std::ios::trunc) << all.substr(0, all.size() - line.size()) << std::flush;
      break;
    }
    std::istringstream words(line);
    std::string scenario, policy;
    std::uint32_t appliances = 0;
    Result r;
    words >> scenario >> policy >> appliances >> r.seed >> r.exposed >> r.halted >> r.held >>
        r.done_ms >> r.halt_after_ms >> r.part_exposed >> r.stuck;
    if (!words) return fmt::format("{}:{}: is no result; remove the file", path, number);
    known_[{scenario, policy, appliances, r.seed}] = r;
  }
  return {};
}

const Result* Kept::find(const Row& row, const Rival& rival, std::uint64_t seed) const {
  const auto found = known_.find({row.scenario, rival.name, row.appliances, seed});
  return found == known_.end() ? nullptr : &found->second;
}

void Kept::add(const Row& row, const Rival& rival, const Result& r) {
  known_[{row.scenario, rival.name, row.appliances, r.seed}] = r;
  if (path_.empty()) return;
  std::ofstream(path_, std::ios::app)
      << fmt::format("{} {} {} {} {} {:d} {:d} {} {} {} {:d}\n", row.scenario, rival.name,
                     row.appliances, r.seed, r.exposed, r.halted, r.held, r.done_ms,
                     r.halt_after_ms, r.part_exposed, r.stuck)
      << std::flush;
}

}  // namespace drydock::sim::table
