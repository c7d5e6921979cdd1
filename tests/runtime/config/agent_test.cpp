#include <boost/test/unit_test.hpp>

#include "tests/runtime/config/expect.hpp"

using namespace drydock;
using namespace drydock::config;

namespace {

const Environment kSite = with({{"SITE_ID", "berlin-1"}});

AgentConfig good(std::string_view yaml, const Environment& from = kSite) {
  auto config = parse_agent(yaml, "agent.yaml", from);
  BOOST_REQUIRE_MESSAGE(config, refusal(config));
  return *config;
}

std::string said(std::string_view yaml, const Environment& from = kSite) {
  return refusal(parse_agent(yaml, "agent.yaml", from));
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_agent)

BOOST_AUTO_TEST_CASE(without_a_file_the_defaults_are_those_of_a_real_appliance) {
  const auto c = good("");
  BOOST_TEST(c.site_id == "berlin-1");
  BOOST_TEST(c.mcp_url == "https://api.osiriscare.net");
  BOOST_TEST(c.poll_interval.value == 60'000);
  BOOST_TEST(c.return_after.value == hours(24).value);
  BOOST_TEST(c.paths.esp == "/boot");
  BOOST_TEST(c.paths.data == "/var/lib/msp");
  BOOST_TEST(c.paths.identity == "/var/lib/msp/identity");
  BOOST_TEST(c.paths.health_checks == "/etc/msp/health.d");
  BOOST_TEST(c.maintenance.always_open());
  BOOST_TEST(!c.healer.process.has_value());
}

BOOST_AUTO_TEST_CASE(every_key_of_the_file_arrives_in_its_place) {
  const auto c = good(R"(
paths: {slot_a: /a, slot_b: /b, esp: /e, data: /d, identity: /i, cmdline: /c, boot_id: /id,
        root_helper: /s, health_checks: /h, os_release: /o}
soak: 10m
boot_deadline: 5m
return_after: 12h
maintenance:
  time_zone: Europe/Berlin
  windows:
    - {days: [mon, fri], start: "22:00", end: "04:00"}
    - {start: 00:00, end: 24:00, zone: America/New_York}
  black_outs:
    - {first: 2026-12-24, last: 2027-01-02}
healer:
  disk: {path: /d, used_max: 95%, inodes_max: 80.5%}
  clock: {offset_max: 250ms}
  process: {unit: ssh.service, remedy: restart-unit}
  unit_query: [/bin/ask]
log_level: debug
)");
  BOOST_TEST(c.paths.slot_a == "/a");
  BOOST_TEST(c.paths.identity == "/i");
  BOOST_TEST(c.paths.os_release == "/o");
  BOOST_TEST(c.soak.value == minutes(10).value);
  BOOST_TEST(c.boot_deadline.value == minutes(5).value);
  BOOST_TEST(c.return_after.value == hours(12).value);
  BOOST_TEST(c.maintenance.zone == "Europe/Berlin");
  BOOST_REQUIRE_EQUAL(c.maintenance.windows.size(), 2U);
  BOOST_TEST(c.maintenance.windows[0].days.has(windows::Day::friday));
  BOOST_TEST(!c.maintenance.windows[0].days.has(windows::Day::sunday));
  BOOST_TEST(c.maintenance.windows[0].start.minutes == 22 * 60);
  BOOST_TEST(c.maintenance.windows[0].end.minutes == 4 * 60);
  BOOST_TEST((c.maintenance.windows[1].days == windows::DaySet::all()));
  BOOST_TEST(c.maintenance.windows[1].end.minutes == 1440);
  BOOST_TEST(c.maintenance.windows[1].zone == "America/New_York");
  BOOST_TEST((c.maintenance.black_outs.at(0).last == windows::Date{2027, 1, 2}));
  BOOST_TEST(c.healer.disk.used_max.value == 950U);
  BOOST_TEST(c.healer.disk.inodes_max.value == 805U);
  BOOST_TEST(c.healer.clock.offset_max.value == 250);
  BOOST_REQUIRE(c.healer.process.has_value());
  BOOST_TEST(c.healer.process->unit == "ssh.service");
  BOOST_TEST((c.healer.process->remedy == remedies::Kind::restart_unit));
  BOOST_TEST(c.healer.unit_query.at(0) == "/bin/ask");
  BOOST_TEST((c.log_level == LogLevel::debug));
}

BOOST_AUTO_TEST_CASE(the_identity_lies_in_the_data_folder_unless_it_is_named) {
  BOOST_TEST(good("paths: {data: /srv/msp}").paths.identity == "/srv/msp/identity");
}

BOOST_AUTO_TEST_CASE(a_site_is_required_and_must_be_a_name) {
  BOOST_TEST(says(said("", with({})), "SITE_ID: is not set"));
  BOOST_TEST(says(said("", with({{"SITE_ID", ""}})), "SITE_ID: is not set"));
  BOOST_TEST(says(said("", with({{"SITE_ID", "a/b"}})), "SITE_ID: found \"a/b\""));
}

BOOST_AUTO_TEST_CASE(the_poll_interval_is_1_to_86400_seconds) {
  const auto interval = [](const char* text) {
    return with({{"SITE_ID", "s"}, {"POLL_INTERVAL", text}});
  };
  BOOST_TEST(good("", interval("1")).poll_interval.value == 1000);
  BOOST_TEST(good("", interval("86400")).poll_interval.value == hours(24).value);
  for (const char* text : {"0", "86401", "-5", "60s", "", "1.5", " 60", "999999999999999999999"})
    BOOST_TEST(says(said("", interval(text)),
                    "the environment: POLL_INTERVAL: found \"" + std::string(text) +
                        "\", accepted: a whole number of seconds from 1 to 86400"),
               text);
}

BOOST_AUTO_TEST_CASE(the_centre_is_reached_over_https_only) {
  const auto url = [](const char* text) { return with({{"SITE_ID", "s"}, {"MCP_URL", text}}); };
  BOOST_TEST(good("", url("https://127.0.0.1:8443/")).mcp_url == "https://127.0.0.1:8443");
  BOOST_TEST(good("", url("https://[::1]:8443")).mcp_url == "https://[::1]:8443");
  BOOST_TEST(good("", url("https://centre.example")).mcp_url == "https://centre.example");
  for (const char* text : {"http://centre", "https://", "https://a/b", "https://u@h", "centre:8443",
                           "https://h:0", "https://h:99999", "", "https://a b"})
    BOOST_TEST(says(said("", url(text)), "MCP_URL: found"), text);
}

BOOST_AUTO_TEST_CASE(problems_of_the_file_and_of_the_environment_are_told_together) {
  const auto text = said("soak: x\n", with({{"POLL_INTERVAL", "0"}}));
  BOOST_TEST(says(text, "agent.yaml:1: soak: found \"x\""));
  BOOST_TEST(says(text, "SITE_ID"));
  BOOST_TEST(says(text, "POLL_INTERVAL"));
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_refused) {
  BOOST_TEST(says(said("paths:\n  data: var/lib\n"),
                  "agent.yaml:2: paths.data: found \"var/lib\", accepted: an absolute path"));
}

BOOST_AUTO_TEST_CASE(both_slots_on_one_device_are_refused) {
  BOOST_TEST(says(said("paths: {slot_a: /x, slot_b: /x}"), "the same device"));
}

BOOST_AUTO_TEST_CASE(an_unknown_zone_is_refused_at_its_line) {
  BOOST_TEST(says(said("maintenance:\n  time_zone: Europe/Atlantis\n"),
                  "agent.yaml:2: maintenance.time_zone: found \"Europe/Atlantis\""));
}

BOOST_AUTO_TEST_CASE(a_senseless_window_is_refused) {
  const auto window = [](const std::string& w) {
    return said("maintenance:\n  windows:\n    - {" + w + "}\n");
  };
  BOOST_TEST(says(window("start: \"22:00\""), "windows[0]: the key \"end\" is missing"));
  BOOST_TEST(says(window("start: \"22:00\", end: \"22:00\""), "start and end are the same"));
  BOOST_TEST(says(window("start: \"24:00\", end: \"04:00\""), "cannot start at 24:00"));
  BOOST_TEST(says(window("days: [], start: \"22:00\", end: \"04:00\""), "1 to 7 items"));
  BOOST_TEST(says(window("days: [monday], start: \"22:00\", end: \"04:00\""),
                  "windows[0].days[0]: found \"monday\", accepted: mon, tue, wed"));
  for (const char* time : {"25:00", "24:01", "9:00", "09:60", "22.00", "ab:cd", "+1:00"})
    BOOST_TEST(says(window("start: \"" + std::string(time) + "\", end: \"04:00\""),
                    "windows[0].start: found"),
               time);
}

BOOST_AUTO_TEST_CASE(a_date_that_does_not_exist_is_refused) {
  const auto black_out = [](const std::string& first, const std::string& last) {
    return said("maintenance: {black_outs: [{first: " + first + ", last: " + last + "}]}");
  };
  for (const char* day : {"2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-00-10", "x"})
    BOOST_TEST(says(black_out(day, "2027-01-01"), "black_outs[0].first: found"), day);
  BOOST_TEST(says(black_out("2026-12-24", "2026-12-23"), "the last day lies before the first"));
}

BOOST_AUTO_TEST_CASE(a_process_watch_must_say_what_it_watches_and_restarts) {
  const auto process = [](const std::string& p) { return said("healer: {process: {" + p + "}}"); };
  BOOST_TEST(says(process(""), "name what to watch: unit, pid_file or name"));
  BOOST_TEST(says(process("name: sshd, remedy: restart-unit"), "needs the key \"unit\""));
  BOOST_TEST(says(process("pid_file: /run/x, name: x"), "not both"));
  BOOST_TEST(says(process("unit: ssh"), "accepted: the whole name of a unit"));
  BOOST_TEST(says(process("unit: a.service, remedy: reinstall"), "accepted: restart-unit"));
  BOOST_TEST(process("name: sshd, unit: ssh.service, remedy: restart-unit") == "accepted");
}

BOOST_AUTO_TEST_CASE(metrics_are_off_unless_an_address_is_named) {
  BOOST_TEST(!parse_agent("", "agent.yaml", kSite)->metrics.has_value());
  const auto on = parse_agent("metrics: {listen: \"127.0.0.1:9100\"}\n", "agent.yaml", kSite);
  BOOST_REQUIRE(on);
  BOOST_TEST((on->metrics == Endpoint{"127.0.0.1", 9100}));
  BOOST_TEST(says(said("metrics: {listen: 9100}\n"), "metrics.listen"));
  BOOST_TEST(says(said("metrics: {}\n"), "metrics"));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_named_must_exist) {
  const Folder folder;
  BOOST_TEST(says(refusal(load_agent(folder.path + "/none.yaml", kSite)), "none.yaml"));
  const auto path = folder.write("agent.yaml", "soak: 1h\n");
  const auto loaded = load_agent(path, kSite);
  BOOST_REQUIRE(loaded);
  BOOST_TEST(loaded->soak.value == hours(1).value);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_is_refused) {
  const Folder folder;
  const auto path = folder.write("agent.yaml", std::string((256 << 10) + 1, '#'));
  BOOST_TEST(says(refusal(load_agent(path, kSite)), "larger than 262144 bytes"));
}

BOOST_AUTO_TEST_CASE(the_process_environment_is_read) {
  BOOST_REQUIRE(::setenv("DRYDOCK_CONFIG_TEST", "x", 1) == 0);
  BOOST_TEST(process_environment()("DRYDOCK_CONFIG_TEST").value() == "x");
  ::unsetenv("DRYDOCK_CONFIG_TEST");
  BOOST_TEST(!process_environment()("DRYDOCK_CONFIG_TEST").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
