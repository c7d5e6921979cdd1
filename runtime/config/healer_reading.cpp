#include "runtime/config/healer_reading.hpp"

namespace drydock::config {
namespace {

constexpr Permille kShareMin{10};
constexpr Permille kShareMax{1000};

void read_disk(const Value& value, DiskWatch& out) {
  read_map(value, {{"path", path(out.path)},
                   {"used_max", share(out.used_max, kShareMin, kShareMax)},
                   {"inodes_max", share(out.inodes_max, kShareMin, kShareMax)}});
}

void read_clock(const Value& value, ClockWatch& out) {
  read_map(value, {{"offset_max", duration(out.offset_max, milliseconds(1), hours(1))}});
}

Read unit(std::string& out) {
  return [&out](const Value& value) {
    constexpr std::string_view accepted = "the whole name of a unit, such as ssh.service";
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    if (remedies::is_unit_name(*found))
      out = *found;
    else
      value.refuse(accepted);
  };
}

Read remedy(remedies::Kind& out) {
  return [&out](const Value& value) {
    std::string accepted;
    for (const auto& entry : remedies::table())
      accepted += (accepted.empty() ? "" : ", ") + std::string(entry.name);
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    if (const auto kind = remedies::by_name(*found))
      out = *kind;
    else
      value.refuse(accepted);
  };
}

void read_process(const Value& value, ProcessWatch& out) {
  const std::size_t before = value.problems();
  read_map(value, {{"unit", unit(out.unit)},
                   {"pid_file", path(out.pid_file)},
                   {"name", text(out.name, {1, 15})},  // the kernel keeps 15 bytes of a name
                   {"remedy", remedy(out.remedy)}});
  if (value.problems() != before) return;  // what follows would only say it again
  if (out.unit.empty() && out.pid_file.empty() && out.name.empty())
    value.problem("name what to watch: unit, pid_file or name");
  if (!out.pid_file.empty() && !out.name.empty())
    value.problem("name one of pid_file and name, not both");
  if (out.remedy == remedies::Kind::restart_unit && out.unit.empty())
    value.problem("the remedy restart-unit needs the key \"unit\"");
}

}  // namespace

void read_healer(const Value& value, HealerConfig& out) {
  const auto word = [](std::string& s) { return text(s, {1, 4096}); };
  const auto process = [&out](const Value& v) { read_process(v, out.process.emplace()); };
  read_map(value, {{"disk", section(out.disk, read_disk)},
                   {"clock", section(out.clock, read_clock)},
                   {"process", process},
                   {"unit_query", list<std::string>(out.unit_query, {1, 16}, word)}});
}

}  // namespace drydock::config
