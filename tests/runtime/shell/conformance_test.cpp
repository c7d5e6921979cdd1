// One script through every shell and a bare step loop: the digest chains must be equal. That is the
// whole proof that what is simulated and replayed is what runs.
#include <boost/test/unit_test.hpp>

#include <caf/scheduler/test_coordinator.hpp>
#include <cstdlib>
#include <filesystem>

#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "messages/generator.hpp"
#include "runtime/shell/machine_actor.hpp"
#include "runtime/shell/plain_loop.hpp"
#include "runtime/shell/recovery.hpp"
#include "runtime/shell/replay.hpp"

using namespace drydock;

namespace {

constexpr std::uint64_t seed = 20260101;
constexpr std::size_t script_length = 400;

template <class T>
std::string text_of(const Result<T>& result) {
  return result.ok() ? "" : result.error().text;
}

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/drydock-shell-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

template <class M>
std::vector<typename M::Event> script() {
  Dice dice(seed, M::id, 7);
  std::vector<typename M::Event> events(script_length);
  for (auto& event : events) generate(dice, event);
  return events;
}

// Time as the script's position, so that every shell sees the same.
struct ScriptClock {
  std::shared_ptr<std::int64_t> turn = std::make_shared<std::int64_t>(0);
  shell::Moment operator()() const {
    ++*turn;
    return {{*turn * 500}, {1'800'000'000'000 + *turn * 500}, WallTrust::synchronised};
  }
};

template <class M>
TurnMark bare_loop() {
  Stepper<M> stepper(seed, 1);
  ScriptClock clock;
  for (const auto& event : script<M>()) {
    shell::make_room(stepper.store());
    typename EffectsOf<M>::type out;
    const auto at = clock();
    stepper.step(event, at.up, at.wall, at.trust, out);
    stepper.close();
  }
  return stepper.mark();
}

template <class M>
TurnMark plain_shell() {
  shell::PlainLoop<M> loop(Stepper<M>(seed, 1), ScriptClock{}, [](const auto&, const auto&) {});
  for (const auto& event : script<M>()) loop.run(event);
  return loop.stepper().mark();
}

struct TestingConfig : caf::actor_system_config {
  TestingConfig() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

// The CAF actor over a real journal; then what the journal says, recovered and replayed.
struct CafOutcome {
  TurnMark live, recovered, replayed;
  std::uint64_t compared = 0, first_different = 0;
};

template <class M>
CafOutcome caf_shell() {
  CafOutcome outcome;
  Folder folder;
  auto journal = journal::Journal::open(folder.path + "/j", journal::centre_options());
  BOOST_REQUIRE_MESSAGE(journal.ok(), text_of(journal));
  {
    TestingConfig config;
    caf::actor_system system{config};
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
    auto directory = std::make_shared<shell::Directory<>>();
    auto actor = shell::spawn_machine<M>(system, {journal->get(), ScriptClock{}, seed, 1},
                                         Stepper<M>(seed, 1), directory, [](const auto&) {});
    for (const auto& event : script<M>()) {
      std::visit([&](const auto& e) { caf::anon_send(actor, e); }, event);
      while (scheduler.try_run_once()) {}
    }
    BOOST_REQUIRE((*journal)->flush().ok());
    while (scheduler.try_run_once()) {}
    caf::anon_send(actor, shell::Inspect<M>{[&](const Stepper<M>& s) { outcome.live = s.mark(); }});
    while (scheduler.try_run_once()) {}
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    while (scheduler.try_run_once()) {}
  }
  Stepper<M> recovered(seed, 1);
  const auto status = shell::recover(**journal, recovered);
  BOOST_REQUIRE_MESSAGE(status.ok(), text_of(status));
  outcome.recovered = recovered.mark();
  Stepper<M> again(seed, 1);
  auto report = shell::replay(**journal, again);
  BOOST_REQUIRE(report.ok());
  outcome.replayed = again.mark();
  outcome.compared = report->compared;
  outcome.first_different = report->first_different;
  return outcome;
}

template <class M>
void all_shells_agree() {
  const TurnMark bare = bare_loop<M>();
  BOOST_TEST(bare.turn_no > script_length / 10);
  BOOST_TEST((plain_shell<M>() == bare));
  const CafOutcome caf = caf_shell<M>();
  BOOST_TEST((caf.live == bare));
  BOOST_TEST((caf.recovered == bare));
  BOOST_TEST((caf.replayed == bare));
  BOOST_TEST(caf.compared == bare.turn_no);
  BOOST_TEST(caf.first_different == 0u);
}

}  // namespace

BOOST_AUTO_TEST_CASE(scheduler_steps_alike_in_every_shell) { all_shells_agree<Scheduler>(); }
BOOST_AUTO_TEST_CASE(reporter_steps_alike_in_every_shell) { all_shells_agree<Reporter>(); }
BOOST_AUTO_TEST_CASE(registry_steps_alike_in_every_shell) { all_shells_agree<Registry>(); }
BOOST_AUTO_TEST_CASE(planner_steps_alike_in_every_shell) { all_shells_agree<Planner>(); }
