// A decision that changes without its logic_version would make a replay lie. For each machine long
// generated lives give a digest over all its decisions; golden/<machine>.txt holds it beside
// the version. DRYDOCK_REWRITE_GOLDEN=1 writes the files anew.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>

#include "actors/gateway/machine.hpp"
#include "actors/healer/machine.hpp"
#include "actors/health_gate/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/updater/machine.hpp"
#include "tests/actors/health_gate/script.hpp"
#include "tests/actors/planner/script.hpp"
#include "tests/actors/scheduler/script.hpp"
#include "tests/actors/updater/script.hpp"
#include "tests/support/fuzz.hpp"

namespace {

using namespace drydock;

constexpr std::uint64_t script_seed = 1;  // never the run's: the script is fixed
constexpr int script_length = 2'000;
constexpr std::uint64_t lives = 4, short_lives = 40;
constexpr int short_length = 500;

// The scripts that lead deep into a machine; the others are as well served by random events.
template <class M>
struct ScriptOf {
  using type = void;
};
template <>
struct ScriptOf<Scheduler> {
  using type = testing::SchedulerScript;
};
template <>
struct ScriptOf<Updater> {
  using type = testing::UpdaterScript;
};
template <>
struct ScriptOf<HealthGate> {
  using type = testing::HealthGateScript;
};
template <>
struct ScriptOf<Planner> {
  using type = testing::PlannerScript;
};

// What every turn decided: effects, and whether it left a trace. Rows count through the chain.
template <Machine M>
std::uint64_t logic_digest() {
  Digest digest;
  using Script = typename ScriptOf<M>::type;
  if constexpr (!std::is_void_v<Script>) {
    for (std::uint64_t life = 0; life < short_lives; ++life)
      testing::follow<Script>(script_seed, life, short_length, [&](const auto& driver) {
        for (const auto& effect : driver.out()) absorb(digest, effect);
        absorb(digest, driver.stepper().mark());
      });
  }
  for (std::uint64_t life = 0; life < lives; ++life) {
    Dice dice(script_seed, life, M::id);
    testing::Driver<M> driver(life);
    for (int n = 0; n < script_length; ++n) {
      testing::random_times(dice, driver);
      driver.tell(testing::random<typename M::Event>(dice));
      for (const auto& effect : driver.out()) absorb(digest, effect);
      digest.absorb(driver.idle() ? 1 : 0);
    }
    absorb(digest, driver.stepper().mark());
  }
  return digest.value();
}

template <Machine M>
void compare() {
  const std::string path = std::string(DRYDOCK_GOLDEN) + "/" + M::name + ".txt";
  const std::string digest = hex(logic_digest<M>());
  if (std::getenv("DRYDOCK_REWRITE_GOLDEN") != nullptr) {
    std::ofstream(path) << "logic_version " << M::logic_version << "\ndigest " << digest << "\n";
    return;
  }
  std::ifstream file(path);
  std::string word, recorded;
  std::uint32_t version = 0;
  file >> word >> version >> word >> recorded;
  BOOST_REQUIRE_MESSAGE(file, path << " is missing or damaged: write it with "
                                   << "DRYDOCK_REWRITE_GOLDEN=1");
  if (version == M::logic_version)
    BOOST_TEST(recorded == digest, "the decisions or the messages of "
                                       << M::name << " changed: raise its logic_version and "
                                       << "run with DRYDOCK_REWRITE_GOLDEN=1");
  else
    BOOST_TEST(version == M::logic_version, M::name << " has another logic_version than " << path
                                                    << ": run with DRYDOCK_REWRITE_GOLDEN=1");
}

using Machines =
    std::tuple<Scheduler, Updater, HealthGate, Reporter, Healer, Registry, Planner, Gateway>;

}  // namespace

BOOST_AUTO_TEST_SUITE(logic_version)

BOOST_AUTO_TEST_CASE_TEMPLATE(is_raised_when_a_decision_changes, M, Machines) { compare<M>(); }

BOOST_AUTO_TEST_CASE(machines_have_names_and_ids_of_their_own) {
  std::vector<std::uint32_t> ids = {Scheduler::id, Updater::id,  HealthGate::id, Reporter::id,
                                    Healer::id,    Registry::id, Planner::id,    Gateway::id};
  std::sort(ids.begin(), ids.end());
  BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
}

BOOST_AUTO_TEST_SUITE_END()
