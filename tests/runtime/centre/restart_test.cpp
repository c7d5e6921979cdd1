// The coordinator is killed at each of its journal writes during a rollout and started again: what
// it had acknowledged is still so, and every decision has one number only.
#include <array>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "tests/runtime/centre/coordinator.hpp"

namespace drydock::centre::test {
namespace {

constexpr int appends_max = 40;  // kill points of each kind
constexpr int rounds_max = 12;   // of the script; a healthy one needs six
constexpr int kill_signal = -9;

// What somebody was told and may rely on.
struct Acknowledged {
  std::set<std::uint64_t> registered;
  std::uint32_t rollout = 0;
  bool started = false;
  std::map<std::uint64_t, std::uint32_t> reports;  // through, by appliance
};

// A rollout to two appliances at two sites, written so that it can be taken up anywhere: it looks
// before it asks, as a person would.
class Script {
 public:
  Script() : appliances_{TestAppliance(acme(1), "north"), TestAppliance(acme(2), "south")} {}

  // As far as it goes; false when the coordinator went away.
  bool run(const Coordinator& coordinator) {
    OperatorClient admin(coordinator, credentials());
    for (TestAppliance& each : appliances_) each.connect(coordinator);
    if (!register_all(admin) || !roll_out(admin)) return false;
    for (int n = 0; n < rounds_max && !finished(); ++n)
      for (TestAppliance& each : appliances_)
        if (!step(each)) return false;
    return true;
  }
  bool finished() const {
    for (const TestAppliance& each : appliances_)
      if (!each.committed() || !each.reports.empty()) return false;
    return true;
  }
  void check_kept(const Coordinator& coordinator) const;
  void check_done(const Coordinator& coordinator) const;

 private:
  static const Credentials& credentials() {
    static const Credentials one = installation().operator_of("ada", trust::Role::admin);
    return one;
  }
  bool register_all(OperatorClient& admin) {
    for (const TestAppliance& each : appliances_) {
      const std::string site = each.who().id.value == 1 ? "north" : "south";
      if (admin.register_appliance(each.who(), site).status != 200) return false;
      said_.registered.insert(each.who().id.value);
    }
    return true;
  }
  bool roll_out(OperatorClient& admin) {
    const Reply known = admin.get("/v1/rollouts");
    if (known.status != 200) return false;
    Json rollout;
    if (known.body.at("rollouts").empty()) {
      const Reply made = admin.post(
          "/v1/rollouts", {{"version", "1.1.0"}, {"policy", {{"canary", 2}}}, {"why", "test"}});
      if (made.status != 201) return false;
      said_.rollout = made.body.at("rollout");
    } else {
      rollout = known.body.at("rollouts")[0];
    }
    if (!rollout.is_null() && rollout.at("phase") != "created") return true;
    if (admin.post("/v1/rollouts/1/start", {{"why", "go"}}).status != 200) return false;
    said_.started = true;
    return true;
  }
  bool step(TestAppliance& each) {
    if (!each.step()) return false;
    auto& through = said_.reports[each.who().id.value];
    BOOST_TEST(each.reports_through >= through);  // never taken back
    through = each.reports_through;
    return true;
  }

  std::array<TestAppliance, 2> appliances_;
  Acknowledged said_;
};

void Script::check_kept(const Coordinator& coordinator) const {
  OperatorClient admin(coordinator, credentials());
  for (const std::uint64_t id : said_.registered) {
    const Reply shown = admin.get("/v1/appliances/" + hex(id));
    BOOST_REQUIRE(shown.status == 200);
    BOOST_TEST(shown.body.at("client") == "acme");
    BOOST_TEST(shown.body.at("site") == (id == 1 ? "north" : "south"));
  }
  if (said_.rollout != 0) {
    const Reply shown = admin.get("/v1/rollouts/" + std::to_string(said_.rollout));
    BOOST_REQUIRE(shown.status == 200);
    if (said_.started) BOOST_TEST(shown.body.at("phase") == "running");
  }
}

void Script::check_done(const Coordinator& coordinator) const {
  OperatorClient admin(coordinator, credentials());
  const Json rollouts = admin.get("/v1/rollouts").body.at("rollouts");
  BOOST_REQUIRE(rollouts.size() == 1u);
  for (const char* line : {"granted", "staged", "exposed", "committed"})
    BOOST_TEST(rollouts[0].at("tally").at(line) == 2, line);
  BOOST_TEST(rollouts[0].at("in_flight") == 0);
  BOOST_TEST(rollouts[0].at("proposed") == 0);
  std::set<std::uint64_t> orders;
  for (const TestAppliance& each : appliances_) {
    std::map<GrantKind, std::set<std::uint64_t>> numbers;
    std::set<std::uint64_t> updates;
    for (const Grant& grant : each.grants) {
      numbers[grant.kind].insert(grant.order.value);
      updates.insert(grant.update.value);
      orders.insert(grant.order.value);
    }
    BOOST_TEST(numbers[GrantKind::install].size() == 1u);
    BOOST_TEST(numbers[GrantKind::reboot].size() == 1u);
    BOOST_TEST(updates.size() == 1u);
  }
  BOOST_TEST(orders.size() == 4u);  // and no number means two things
}

// A data folder with the release already there; copied for each run, without the journal's reserve.
const std::string& prepared_data() {
  static const TemporaryFolder folder(TemporaryFolder::On::memory);
  static const std::string data = [] {
    Coordinator coordinator(folder / "data");
    BOOST_REQUIRE_MESSAGE(coordinator.ready(), coordinator.said());
    OperatorClient admin(coordinator, installation().operator_of("ada", trust::Role::admin));
    admin.must_publish(installation().release(make_version(1, 1, 0)));
    BOOST_REQUIRE(coordinator.stop() == 0);
    std::filesystem::remove(folder / "data/journal/reserve");
    return folder / "data";
  }();
  return data;
}

void kill_at(int append, const std::string& when) {
  BOOST_TEST_CONTEXT(when << " at " << append) {
    const TemporaryFolder folder(TemporaryFolder::On::memory);
    const std::string data = folder / "data";
    std::filesystem::copy(prepared_data(), data, std::filesystem::copy_options::recursive);
    Script script;
    {
      Coordinator first(data, {.fault = "journal.append=" + std::to_string(append) + ":" + when});
      if (first.ready()) script.run(first);
      if (script.finished())  // fewer writes than that: then this is how it ended
        BOOST_TEST(first.stop() == 0);
      else
        BOOST_TEST(first.end() == kill_signal);
    }
    Coordinator second(data);
    BOOST_REQUIRE_MESSAGE(second.ready(), second.said());
    script.check_kept(second);
    BOOST_TEST(script.run(second));
    BOOST_TEST(script.finished());
    script.check_done(second);
    BOOST_TEST(second.stop() == 0);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restart)

BOOST_AUTO_TEST_CASE(killed_before_any_write_it_loses_nothing_it_acknowledged) {
  for (int append = 1; append <= appends_max; ++append) kill_at(append, "kill-before");
}

BOOST_AUTO_TEST_CASE(killed_after_any_write_it_loses_nothing_it_acknowledged) {
  for (int append = 1; append <= appends_max; ++append) kill_at(append, "kill-after");
}

BOOST_AUTO_TEST_CASE(names_and_releases_outlive_the_process) {
  const TemporaryFolder folder;
  const auto release = installation().release(make_version(1, 1, 0));
  for (int life = 1; life <= 2; ++life) {
    Coordinator coordinator(folder / "data");
    BOOST_REQUIRE(coordinator.ready());
    OperatorClient admin(coordinator, installation().operator_of("ada", trust::Role::admin));
    if (life == 1) {
      admin.must_publish(release);
      BOOST_REQUIRE(admin.register_appliance(acme(1), "north").status == 200);
      BOOST_TEST(coordinator.kill() == kill_signal);
      continue;
    }
    const Json releases = admin.get("/v1/releases").body.at("releases");
    BOOST_REQUIRE(releases.size() == 1u);
    BOOST_TEST(releases[0].at("complete") == true);
    BOOST_TEST(releases[0].at("manifest") == hex(release.hash));
    BOOST_TEST(releases[0].at("by") == "ada");
    const Json appliance = admin.get("/v1/appliances/0000000000000001").body;
    BOOST_TEST(appliance.at("site") == "north");
    BOOST_TEST(appliance.at("hardware") == "t640");
    BOOST_TEST(appliance.at("last_seen_ms").is_null());  // presence is not kept
  }
}

BOOST_AUTO_TEST_CASE(upload_goes_on_where_a_killed_coordinator_left_it) {
  const TemporaryFolder folder;
  const auto release = installation().release(make_version(1, 1, 0));
  const auto credentials = installation().operator_of("ada", trust::Role::admin);
  const std::string chunk = "/v1/releases/" + hex(release.hash) + "/chunks/";
  {
    Coordinator coordinator(folder / "data");
    OperatorClient admin(coordinator, credentials);
    BOOST_REQUIRE(admin.send("POST", "/v1/releases", release.envelope).status == 201);
    BOOST_TEST(admin.send("PUT", chunk + "1", release.chunks[1]).body.at("missing") == 2);
    BOOST_TEST(coordinator.kill() == kill_signal);
  }
  Coordinator coordinator(folder / "data");
  OperatorClient admin(coordinator, credentials);
  const Reply again = admin.send("POST", "/v1/releases", release.envelope);
  BOOST_TEST(again.status == 201u);
  BOOST_TEST(again.body.at("missing_chunks") == Json({0, 2}));
  BOOST_TEST(admin.send("PUT", chunk + "0", release.chunks[0]).body.at("missing") == 1);
  BOOST_TEST(admin.send("PUT", chunk + "2", release.chunks[2]).body.at("missing") == 0);
  BOOST_TEST(admin.get("/v1/releases").body.at("releases")[0].at("complete") == true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
