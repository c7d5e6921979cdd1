// Windows, times, the network and the faults: what surrounds the appliances.
#include "simulations/scenarios/sections.hpp"

namespace drydock::sim {

using config::duration;
using config::number;
using config::Permille;

Read share_of_1000(std::uint32_t& out) {
  return [&out](const Value& value) {
    Permille read{out};
    config::share(read, {0}, {1000})(value);
    out = read.value;
  };
}

Read version(Version& out) {
  return [&out](const Value& value) {
    constexpr std::string_view accepted = "a version as 1.4.2, each part below 1048576";
    const std::string* found = value.scalar(accepted);
    if (found != nullptr && !read_version(*found, out)) value.refuse(accepted);
  };
}

Read quantiles(Quantiles& out, Duration min, Duration max) {
  return [&out, min, max](const Value& value) {
    if (!value.node().IsSequence()) {
      Duration always = out.least();
      const std::size_t before = value.problems();
      duration(always, min, max)(value);
      if (value.problems() == before) out = always;
      return;
    }
    std::vector<Duration> points;
    const std::size_t before = value.problems();
    config::list<Duration>(points, {2, Quantiles::points_max},
                           [&](Duration& d) { return duration(d, min, max); })(value);
    if (value.problems() != before) return;
    Quantiles read = Quantiles::none();
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (i != 0 && points[i] < points[i - 1])
        return value.item(i).refuse("quantiles from the shortest to the longest");
      read.add(points[i]);
    }
    out = read;
  };
}

Value at(const Value& map, const char* key) {
  if (map.node().IsMap())
    for (const auto& entry : map.node())
      if (entry.first.IsScalar() && entry.first.Scalar() == key)
        return map.child(entry.first, entry.second);
  return map;
}

void read_fleet(const Value& value, FleetShape& out) {
  constexpr std::uint32_t site_max = 1000;
  config::read_map(value, {{"site_size", number<std::uint32_t>(out.site_size, 1, site_max)},
                           {"models", number<std::uint32_t>(out.models, 1, models_max)},
                           {"late", share_of_1000(out.late_permille)},
                           {"joins_within", duration(out.joins_within, minutes(1), longest)}});
}

namespace {

void read_model(const Value& value, HardwareTimes& out) {
  const auto some = [](Quantiles& q) { return quantiles(q, milliseconds(1), hours(24)); };
  config::read_map(
      value,
      {{"boot", some(out.boot)}, {"write", some(out.write)}, {"read_back", some(out.read_back)}});
}

}  // namespace

void read_hardware(const Value& value, std::vector<HardwareTimes>& out) {
  config::list<HardwareTimes>(
      out, {1, models_max}, [](HardwareTimes& h) { return config::section(h, read_model); })(value);
}

void read_key_rotation(const Value& value, KeyRotation& out) {
  Duration at{};
  config::read_map(value, {{"at", duration(at, Duration{0}, longest), config::Presence::required},
                           {"learned_within", duration(out.learned_within, Duration{0}, longest)}});
  out.at = Instant{} + at;
}

void read_office_hours(const Value& value, OfficeHours& out) {
  constexpr Duration day = hours(24);
  constexpr auto must = config::Presence::required;
  config::read_map(value, {{"sites", share_of_1000(out.share_permille), must},
                           {"closes", duration(out.closes, Duration{0}, day), must},
                           {"length", duration(out.length, minutes(1), hours(23)), must}});
}

void read_window(const Value& value, Window& out) {
  constexpr Duration day = hours(24);
  constexpr std::size_t zones_max = 24;
  Duration summer{};
  out.always = false;
  out.length = Duration{0};
  config::read_map(value,
                   {{"opens", duration(out.opens, Duration{0}, day), config::Presence::required},
                    {"length", duration(out.length, minutes(1), day), config::Presence::required},
                    {"zones", config::list<Duration>(
                                  out.zones, {1, zones_max},
                                  [](Duration& d) { return duration(d, Duration{0}, hours(23)); })},
                    {"summer", duration(summer, Duration{0}, longest)}});
  if (summer.value != 0) out.summer = Instant{} + summer;
  if (out.opens == day) value.problem("a window cannot open at 24h; write 0m");
}

void read_times(const Value& value, Times& out) {
  const auto some = [](Duration& d) { return duration(d, milliseconds(1), hours(24)); };
  const auto any = [](Duration& d) { return duration(d, Duration{0}, hours(24)); };
  config::read_map(value, {{"fetch", some(out.fetch)},
                           {"write", some(out.write)},
                           {"read_back", some(out.read_back)},
                           {"helper", some(out.helper)},
                           {"shutdown", some(out.shutdown)},
                           {"boot", some(out.boot)},
                           {"hang", some(out.hang)},
                           {"check", some(out.check)},
                           {"ready", some(out.ready)},
                           {"restart", some(out.restart)},
                           {"boot_deadline", some(out.boot_deadline)},
                           {"request", some(out.request)},
                           {"clock_sync", any(out.clock_sync)},
                           {"decision", some(out.decision)},
                           {"decision_timeout", some(out.decision_timeout)},
                           {"centre_down", some(out.centre_down)}});
}

namespace {

void read_partition(const Value& value, Partition& out) {
  Duration begin{};
  config::read_map(
      value, {{"at", duration(begin, Duration{0}, longest), config::Presence::required},
              {"length", duration(out.length, seconds(1), longest), config::Presence::required},
              {"sites", share_of_1000(out.share_permille)}});
  out.at = Instant{} + begin;
}

}  // namespace

void read_network(const Value& value, Network& out) {
  constexpr std::size_t partitions_max = 64;
  config::Bytes uplink{out.uplink_bytes_a_second};
  config::read_map(value,
                   {{"latency", quantiles(out.latency, milliseconds(1), minutes(10))},
                    {"lost", share_of_1000(out.lost_permille)},
                    {"doubled", share_of_1000(out.doubled_permille)},
                    {"uplink", config::bytes(uplink, config::kibibytes(1), config::gibibytes(100))},
                    {"partitions",
                     config::list<Partition>(out.partitions, {0, partitions_max}, [](Partition& p) {
                       return config::section(p, read_partition);
                     })}});
  out.uplink_bytes_a_second = uplink.value;
}

void read_faults(const Value& value, FaultMix& out) {
  constexpr std::uint32_t points_max = 1'000'000, kills_max = 1000;
  Duration until{};
  config::read_map(value,
                   {{"kills", share_of_1000(out.kills_permille)},
                    {"cuts", share_of_1000(out.cuts_permille)},
                    {"point_kills", share_of_1000(out.point_kills_permille)},
                    {"point_cuts", share_of_1000(out.point_cuts_permille)},
                    {"points", number<std::uint32_t>(out.points, 1, points_max)},
                    {"span", duration(out.span, minutes(1), longest)},
                    {"centre_kills", number<std::uint32_t>(out.centre_kills, 0, kills_max)},
                    {"log_lost", share_of_1000(out.log_lost_permille)},
                    {"log_unknown", share_of_1000(out.log_unknown_permille)},
                    {"drifts", share_of_1000(out.drifts_permille)},
                    {"centre_pauses", number<std::uint32_t>(out.centre_pauses, 0, kills_max)},
                    {"centre_pause", duration(out.centre_pause, seconds(1), hours(24))},
                    {"clock_drift_ppm", number<std::uint32_t>(out.clock_drift_ppm, 0, 10'000)},
                    {"clock_jumps", share_of_1000(out.clock_jumps_permille)},
                    {"clock_jump", duration(out.clock_jump, seconds(1), longest)},
                    {"disks_full", share_of_1000(out.disks_full_permille)},
                    {"esp_errors", share_of_1000(out.esp_errors_permille)},
                    {"other_slot_boots", share_of_1000(out.other_slot_permille)},
                    {"append_errors", share_of_1000(out.append_errors_permille)},
                    {"journals_lost", share_of_1000(out.journals_lost_permille)},
                    {"reverts", share_of_1000(out.reverts_permille)},
                    {"stale_reads", share_of_1000(out.stale_permille)},
                    {"stale_for", duration(out.stale_for, seconds(1), hours(24))},
                    {"lies", share_of_1000(out.lies_permille)},
                    {"doubled_acts", config::flag(out.doubled_acts)},
                    {"until", duration(until, minutes(1), longest)}});
  if (until.value != 0) out.until = Instant{} + until;
  if (out.log_lost_permille + out.log_unknown_permille > 1000)
    value.problem("log_lost and log_unknown are more than 100% together");
}

void read_restore(const Value& value, Restore& out) {
  constexpr auto must = config::Presence::required;
  Duration backup{}, lost{};
  config::read_map(value, {{"backup", duration(backup, minutes(1), longest), must},
                           {"lost", duration(lost, minutes(1), longest), must},
                           {"held", duration(out.held, Duration{0}, longest)},
                           {"by_hand", config::flag(out.by_hand)}});
  out.backup = Instant{} + backup;
  out.at = Instant{} + lost;
  if (out.at <= out.backup)
    value.problem(fmt::format("lost ({}) must come after backup ({})", config::text_of(lost),
                              config::text_of(backup)));
}

}  // namespace drydock::sim
