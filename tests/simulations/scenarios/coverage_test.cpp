// The batch must be able to fail: a name that nothing leads to is told.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "simulations/coverage/coverage.hpp"
#include "simulations/report/coverage_run.hpp"

using namespace drydock::sim;

namespace {

std::vector<std::string_view> never_reached_by(const std::vector<std::string>& scenarios) {
  const auto out = run_for_coverage(scenarios, {1, 2, 12}, [](const std::string&) {});
  BOOST_REQUIRE(out);
  return out->never_reached;
}

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coverage_batch)

BOOST_AUTO_TEST_CASE(there_are_at_least_sixty_names_and_none_twice) {
  auto all = std::vector<std::string_view>(coverage::names.begin(), coverage::names.end());
  BOOST_TEST(all.size() >= 60U);
  std::sort(all.begin(), all.end());
  BOOST_TEST((std::adjacent_find(all.begin(), all.end()) == all.end()));
}

BOOST_AUTO_TEST_CASE(what_no_scenario_of_a_batch_leads_to_is_told) {
  const auto never = never_reached_by({"good"});
  BOOST_TEST(has(never, "a release fails in its soak"));
  BOOST_TEST(has(never, "a message is lost"));
  BOOST_TEST(!has(never, "a slot is committed"));
  BOOST_TEST(!has(never, "a trial is armed"));
}

BOOST_AUTO_TEST_CASE(a_batch_begins_with_nothing_reached) {
  BOOST_TEST(!has(never_reached_by({"late"}), "a release fails in its soak"));
  BOOST_TEST(has(never_reached_by({"good"}), "a release fails in its soak"));
}

BOOST_AUTO_TEST_CASE(a_scenario_that_is_not_there_is_an_error) {
  BOOST_TEST(!run_for_coverage({"nonsense"}, {1, 1, 12}, [](const std::string&) {}));
}

BOOST_AUTO_TEST_SUITE_END()
