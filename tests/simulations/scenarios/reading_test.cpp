// Scenario files: every one of ours can be read, and what is wrong with one is told.
#include <boost/test/unit_test.hpp>

#include "simulations/scenarios/library.hpp"
#include "simulations/scenarios/memory.hpp"
#include "simulations/scenarios/reading.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

Scenario good(std::string_view yaml) {
  auto read = parse_scenario(yaml, "folder/mine.yaml");
  BOOST_REQUIRE_MESSAGE(read, (read ? "" : read.error().text));
  return *read;
}

std::string said(std::string_view yaml, const std::string& file = "folder/mine.yaml") {
  const auto read = parse_scenario(yaml, file);
  return read ? std::string("it was taken") : read.error().text;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenario_files)

BOOST_AUTO_TEST_CASE(every_scenario_of_the_tree_can_be_read_and_is_named_as_its_file) {
  const auto names = scenario_names(scenario_folders());
  BOOST_TEST(names.size() >= 38U);
  for (const std::string& name : names) {
    const auto scenario = scenario_named(name);
    BOOST_REQUIRE_MESSAGE(scenario, (scenario ? "" : scenario.error().text));
    BOOST_TEST(scenario->name == name);
    BOOST_TEST(!scenario->about.empty());
    BOOST_TEST(!scenario->rollouts.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_a_file_leaves_out_is_as_a_scenario_has_it_by_itself) {
  const Scenario read = good("about: nothing happens"), plain;
  BOOST_TEST(read.name == "mine");
  BOOST_TEST(read.appliances == plain.appliances);
  BOOST_TEST(read.horizon.value == plain.horizon.value);
  BOOST_TEST(read.times.write.value == plain.times.write.value);
  BOOST_TEST(read.network.latency.most().value == plain.network.latency.least().value);
  BOOST_REQUIRE(read.releases.size() == 1U);  // what everybody runs
  BOOST_TEST((read.releases[0].version == plain.installed));
}

BOOST_AUTO_TEST_CASE(every_key_arrives_in_its_place) {
  const Scenario s = good(R"(
about: everything
appliances: 40
horizon: 3d
poll: 5m
soak: 1h
installed: 1.0.3
releases:
  - {version: 2.0.0, defect: fails_late, share: 2.5%, chunks: 7, hardware: 3}
rollouts:
  - at: 90m
    version: 1.0.3
    only_from: 2.0.0
    downgrade: true
    policy:
      canary: 3
      growth: {factor: 2.5, max_in_flight: 70}
      failure_limit: 9
      site_at_once: 2
      download_only: true
      lifetime: 2d
      install_deadline: 5h
      silence_after: 45m
      token_expiry: 5m
      poll_hint: 2m
operators: [{rollout: 1, move: retry, at: 2h, after_commits: 6}]
fleet: {site_size: 4, models: 3, late: 5%, joins_within: 7h}
hardware: [{boot: [30s, 40s, 2m]}, {write: 9m, read_back: [1m, 2m]}]
key_rotation: {at: 3h, learned_within: 25m}
restore: {backup: 2h, lost: 5h, held: 20m, by_hand: true}
window: {opens: 22h, length: 6h, zones: [0h, 9h], summer: 30h}
office_hours: {sites: 40%, closes: 23h, length: 8h}
times: {boot: 70s, clock_sync: 4m}
network:
  latency: [10ms, 40ms, 2s]
  lost: 1.5%
  doubled: 2.5%
  uplink: 2 MiB
  partitions: [{at: 3h, length: 20m, sites: 30%}]
faults: {kills: 1%, cuts: 2%, point_kills: 3%, point_cuts: 4%, points: 5, span: 6h,
         centre_kills: 7, log_lost: 8%, log_unknown: 9%, drifts: 10%,
         centre_pauses: 2, centre_pause: 90s, esp_errors: 14%,
         other_slot_boots: 15%, append_errors: 16%, journals_lost: 17%, reverts: 18%,
         stale_reads: 19%, stale_for: 3m,
         clock_jumps: 11%, clock_jump: 3h, clock_drift_ppm: 40, disks_full: 12%, lies: 13%,
         doubled_acts: true, until: 20h}
)");
  BOOST_TEST(s.appliances == 40U);
  BOOST_TEST(s.horizon.value == hours(72).value);
  BOOST_TEST(s.poll.value == minutes(5).value);
  BOOST_TEST(s.soak.value == hours(1).value);
  BOOST_REQUIRE(s.releases.size() == 2U);
  BOOST_TEST((s.releases[0].version == make_version(1, 0, 3)));
  BOOST_TEST((s.releases[1].defect == Defect::fails_late));
  BOOST_TEST(s.releases[1].share_permille == 25U);
  BOOST_TEST(s.releases[1].chunks == 7U);
  const RolloutPlan& plan = s.rollouts.at(0);
  BOOST_TEST(plan.at.value == minutes(90).value);
  BOOST_TEST((plan.spec.only_from == make_version(2, 0, 0)));
  BOOST_TEST(plan.spec.downgrade);
  const Policy& p = plan.spec.policy;
  BOOST_TEST(p.canary == 3U);
  BOOST_TEST(p.growth_permille == 2500U);
  BOOST_TEST(p.in_flight_max == 70U);
  BOOST_TEST(p.failure_limit == 9U);
  BOOST_TEST(p.site_at_once == 2U);
  BOOST_TEST(p.download_only);
  BOOST_TEST(p.lifetime.value == hours(48).value);
  BOOST_TEST(p.install_deadline.value == hours(5).value);
  BOOST_TEST(p.silence_after.value == minutes(45).value);
  BOOST_TEST(p.token_expiry.value == minutes(5).value);
  BOOST_TEST(p.poll_hint.value == minutes(2).value);
  BOOST_TEST((s.acts.at(0).move == RolloutMove::retry));
  BOOST_TEST(s.acts[0].committed == 6U);
  BOOST_TEST(!s.window.always);
  BOOST_TEST(s.window.length.value == hours(6).value);
  BOOST_REQUIRE(s.window.zones.size() == 2U);
  BOOST_TEST(s.window.zones[1].value == hours(9).value);
  BOOST_TEST(s.window.summer.value == hours(30).value);
  BOOST_TEST(s.fleet.late_permille == 50U);
  BOOST_TEST(s.fleet.joins_within.value == hours(7).value);
  BOOST_REQUIRE(s.hardware.size() == 2U);
  BOOST_TEST(s.hardware[0].boot.count() == 3U);
  BOOST_TEST(s.hardware[0].write.count() == 0U);
  BOOST_TEST(s.hardware[1].write.least().value == minutes(9).value);
  BOOST_TEST(s.key_rotation.at.value == hours(3).value);
  BOOST_TEST(s.key_rotation.learned_within.value == minutes(25).value);
  BOOST_TEST(s.restore.backup.value == hours(2).value);
  BOOST_TEST(s.restore.at.value == hours(5).value);
  BOOST_TEST(s.restore.held.value == minutes(20).value);
  BOOST_TEST(s.restore.by_hand);
  BOOST_TEST(s.times.boot.value == seconds(70).value);
  BOOST_TEST(s.times.clock_sync.value == minutes(4).value);
  BOOST_TEST(s.network.latency.count() == 3U);
  BOOST_TEST(s.network.latency.middle().value == 40);
  BOOST_TEST(s.network.doubled_permille == 25U);
  BOOST_TEST(s.network.uplink_bytes_a_second == 2U << 20);
  BOOST_TEST(
      (s.network.partitions == std::vector<Partition>{{Instant{} + hours(3), minutes(20), 300}}));
  BOOST_TEST(s.network.lost_permille == 15U);
  const FaultMix& f = s.faults;
  const std::array permilles{f.kills_permille,      f.cuts_permille,     f.point_kills_permille,
                             f.point_cuts_permille, f.log_lost_permille, f.log_unknown_permille,
                             f.drifts_permille};
  BOOST_TEST(permilles == (std::array<std::uint32_t, 7>{10, 20, 30, 40, 80, 90, 100}),
             boost::test_tools::per_element());
  BOOST_TEST(f.centre_pauses == 2U);
  BOOST_TEST(f.centre_pause.value == seconds(90).value);
  BOOST_TEST(f.clock_jumps_permille == 110U);
  BOOST_TEST(f.clock_jump.value == hours(3).value);
  BOOST_TEST(f.clock_drift_ppm == 40U);
  BOOST_TEST(f.disks_full_permille == 120U);
  BOOST_TEST(f.esp_errors_permille == 140U);
  BOOST_TEST(f.other_slot_permille == 150U);
  BOOST_TEST(f.append_errors_permille == 160U);
  BOOST_TEST(f.journals_lost_permille == 170U);
  BOOST_TEST(f.reverts_permille == 180U);
  BOOST_TEST(f.stale_permille == 190U);
  BOOST_TEST(f.stale_for.value == minutes(3).value);
  BOOST_TEST(f.lies_permille == 130U);
  BOOST_TEST(f.doubled_acts);
  BOOST_TEST(f.until.value == hours(20).value);
  BOOST_TEST(s.releases[1].only_on.value == 3U);
  BOOST_TEST(s.fleet.site_size == 4U);
  BOOST_TEST(s.fleet.models == 3U);
  BOOST_TEST(s.office_hours.share_permille == 400U);
  BOOST_TEST(s.office_hours.closes.value == hours(23).value);
  BOOST_TEST(s.office_hours.length.value == hours(8).value);
  BOOST_TEST(f.points == 5U);
  BOOST_TEST(f.span.value == hours(6).value);
  BOOST_TEST(f.centre_kills == 7U);
}

BOOST_AUTO_TEST_CASE(with_evidence_the_fleet_decides_the_canary_and_no_count_halts) {
  const Scenario s = good(
      "about: x\nreleases: [{version: 1.1.0}]\nrollouts:\n"
      "  - {at: 1h, version: 1.1.0, policy: {evidence: {tolerated: 0.5%, cap: 1%}}}");
  const Policy& p = s.rollouts.at(0).spec.policy;
  BOOST_TEST(p.canary == 0U);
  BOOST_TEST(p.failure_limit == 0U);
  BOOST_TEST(p.tolerated_ppm == 5'000U);
  BOOST_TEST(p.cap_ppm == 10'000U);
  BOOST_TEST(p.accept_needs > 0U);
}

BOOST_AUTO_TEST_CASE(everything_wrong_with_a_file_is_told_with_line_key_and_what_is_accepted) {
  const std::string text = said(
      "about: x\npoll: 0s\nreleases:\n  - {version: 1.1}\n  - {version: 1.2.0, defect: melts}\n"
      "colour: red\n");
  BOOST_TEST(says(text, "folder/mine.yaml:2: poll: found \"0s\", accepted: "));
  BOOST_TEST(says(text, ":4: releases[0].version: found \"1.1\", accepted: a version as 1.4.2"));
  BOOST_TEST(says(text, ":5: releases[1].defect: found \"melts\", accepted: none, fails_check"));
  BOOST_TEST(says(text, ":6: colour: unknown key, accepted: about, appliances"));
}

BOOST_AUTO_TEST_CASE(impossible_values_are_refused_where_they_stand) {
  struct Case {
    const char *yaml, *expected;
  };
  const Case cases[] = {
      {"poll: 60s", "the key \"about\" is missing"},
      {"about: x\nappliances: 0", ":2: appliances: found \"0\", accepted: a whole number from 1"},
      {"about: x\nappliances: 12\nappliances: 13", ":3: appliances: given twice"},
      {"about: x\nhorizon: 2", ":2: horizon: found \"2\", accepted: a whole number with a unit"},
      {"about: x\nwindow: {opens: 24h, length: 2h}", ":2: window: a window cannot open at 24h"},
      {"about: x\nwindow: {opens: 22h}", "the key \"length\" is missing"},
      {"about: x\nnetwork: {lost: 101%}", ":2: network.lost: found \"101%\", accepted: a share"},
      {"about: x\nnetwork: {latency: [2s, 1s]}",
       ":2: network.latency[1]: found \"1s\", accepted: quantiles from the shortest"},
      {"about: x\nnetwork: {latency: [2s]}",
       "network.latency: found a list of 1, accepted: a list"},
      {"about: x\nnetwork: {partitions: [{at: 1h}]}", "the key \"length\" is missing"},
      {"about: x\nnetwork: {uplink: 5}", ":2: network.uplink: found \"5\", accepted: "},
      {"about: x\nswarm_heals: 8h\nfaults: {kills: 1%}", "a swarm draws its faults by itself"},
      {"about: x\nreleases: [{version: 1.1.0, hardware: 3}]", "there are 2 models"},
      {"about: x\nhardware: [{boot: 1m}, {boot: 2m}, {boot: 3m}]",
       ":2: hardware: 3 models are described; there are 2"},
      {"about: x\nhardware: [{boot: [2m, 1m]}]",
       ":2: hardware[0].boot[1]: found \"1m\", accepted: quantiles from the shortest"},
      {"about: x\nrestore: {backup: 2h, lost: 1h}",
       ":2: restore: lost (1h) must come after backup (2h)"},
      {"about: x\nrestore: {backup: 2h}", "the key \"lost\" is missing"},
      {"about: x\noffice_hours: {sites: 40%}", "the key \"closes\" is missing"},
      {"about: x\nfaults: {log_lost: 60%, log_unknown: 50%}", "more than 100% together"},
      {"about: x\nreleases: [{version: 1.1.0}, {version: 1.1.0}]", "1.1.0 is given twice"},
      {"about: x\nrollouts:\n  - {at: 1h, version: 1.3.0}",
       ":3: rollouts[0].version: found \"1.3.0\", accepted: one of the releases 1.0.0"},
      {"about: x\nrollouts:\n  - {at: 25h, version: 1.0.0}", ":3: rollouts[0].at: lies behind"},
      {"about: x\nrollouts:\n  - {at: 1h, version: 1.0.0, policy: {silence_after: 10m}}",
       "silence_after (10m) must be longer than token_expiry (10m)"},
      {"about: x\nrollouts:\n  - {at: 1h, version: 1.0.0, policy: {canary: 51}}",
       "canary (51) is larger than growth.max_in_flight (50)"},
      {"about: x\noperators: [{rollout: 1, move: halt}]",
       ":2: operators[0].rollout: found \"1\", accepted: the number of a rollout, 1 to 0"},
      {"about: [x", "not YAML"},
  };
  for (const Case& c : cases) {
    const std::string text = said(c.yaml);
    BOOST_TEST_INFO_SCOPE(c.yaml << "\n" << text);
    BOOST_TEST(says(text, c.expected));
  }
  BOOST_TEST(says(said("about: x", "my scenario.yaml"), "the file is named"));
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_for_in_folders_and_a_path_is_taken_as_it_is) {
  const auto folders = scenario_folders();
  BOOST_TEST(find_scenario("storm", folders).ok());
  BOOST_TEST(find_scenario(folders.back() + "/storm.yaml", {}).ok());
  const auto unknown = find_scenario("nonsense", folders);
  BOOST_REQUIRE(!unknown);
  BOOST_TEST(says(unknown.error().text, "no scenario \"nonsense\""));
  BOOST_TEST(says(unknown.error().text, "halt-storm"));
  const auto nowhere = find_scenario("/nowhere/at-all.yaml", folders);
  BOOST_REQUIRE(!nowhere);
  BOOST_TEST(says(nowhere.error().text, "/nowhere/at-all.yaml"));
}

BOOST_AUTO_TEST_CASE(more_appliances_than_memory_allows_are_refused_with_the_arithmetic) {
  BOOST_TEST(fits_memory(1'000, 1, 1'000'000'000).ok());
  const auto refused = fits_memory(1'000'000, 2, 2'000'000'000);
  BOOST_REQUIRE(!refused);
  const std::uint64_t fit = (2'000'000'000 / 2 - bytes_a_run) / bytes_an_appliance;
  BOOST_TEST(says(refused.error().text,
                  "1000000 appliances x " + std::to_string(bytes_an_appliance) + " bytes"));
  BOOST_TEST(says(refused.error().text, "2 runs at once"));
  BOOST_TEST(says(refused.error().text, "2000 MB of memory are available"));
  BOOST_TEST(says(refused.error().text, "at most " + std::to_string(fit) + " appliances fit"));
  BOOST_TEST(fits_memory(fit, 2, 2'000'000'000).ok());
  BOOST_TEST(!fits_memory(fit + 1, 2, 2'000'000'000).ok());
  BOOST_TEST(memory_available() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
