// Proposals against a log that delays, reorders, loses and does not answer.
#include <boost/test/unit_test.hpp>
#include <map>

#include "messages/codec.hpp"
#include "runtime/centre/proposals.hpp"
#include "runtime/journal/testing/flaky_decision_log.hpp"
#include "tests/support/seed.hpp"

namespace drydock::centre::test {
namespace {

using journal::testing::FlakyDecisionLog;

struct Told {
  std::vector<Planner::Decided> decided;
  std::map<std::uint64_t, int> not_decided;  // by proposal

  void take(const Planner::Event& event) {
    if (const auto* yes = std::get_if<Planner::Decided>(&event)) decided.push_back(*yes);
    if (const auto* no = std::get_if<Planner::NotDecided>(&event))
      ++not_decided[no->decision.proposal.value];
  }
};

Decision numbered(std::uint64_t n) {
  Decision decision;
  decision.proposal = {n};
  decision.what = RolloutMoved{{static_cast<std::uint32_t>(n)}, RolloutMove::pause};
  return decision;
}

// What was told must be the log: each position once, in order, with its own bytes.
void check_told(const FlakyDecisionLog& log, const Told& told) {
  BOOST_REQUIRE(told.decided.size() == log.head());
  for (std::uint64_t position = 1; position <= log.head(); ++position) {
    BOOST_TEST(told.decided[position - 1].position.value == position);
    const auto kept = log.read(position, position);
    BOOST_REQUIRE(kept.ok());
    BOOST_TEST((encode(told.decided[position - 1].decision) == kept->front().bytes));
  }
}

void propose_many(journal::testing::Flakiness flakiness, std::uint64_t entity) {
  Dice dice(testing::seed(), entity, 1);
  FlakyDecisionLog log(testing::seed() + entity, flakiness);
  Told told;
  Proposals proposals(log, {}, [&](const Planner::Event& event) { told.take(event); });
  constexpr std::uint64_t many = 300;
  for (std::uint64_t n = 1; n <= many; ++n) {
    proposals.propose(numbered(n));
    for (std::uint64_t steps = dice.below(4); steps > 0; --steps) log.step();
  }
  while (log.step()) {}
  BOOST_REQUIRE(proposals.catch_up().ok());
  check_told(log, told);
  std::map<std::uint64_t, int> taken;
  for (const auto& each : told.decided) ++taken[each.decision.proposal.value];
  for (std::uint64_t n = 1; n <= many; ++n) {
    BOOST_TEST(taken[n] + told.not_decided[n] >= 1);  // everyone hears of his proposal
    BOOST_TEST(taken[n] <= 1);
    BOOST_TEST(told.not_decided[n] <= 1);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proposals)

BOOST_AUTO_TEST_CASE(sound_log_takes_every_proposal_in_order) {
  FlakyDecisionLog log(1, {0, 0});
  Told told;
  Proposals proposals(log, {}, [&](const Planner::Event& event) { told.take(event); });
  for (std::uint64_t n = 1; n <= 20; ++n) {
    proposals.propose(numbered(n));
    while (log.step()) {}
  }
  check_told(log, told);
  BOOST_TEST(told.decided.size() == 20u);
  BOOST_TEST(told.not_decided.empty());
}

BOOST_AUTO_TEST_CASE(lost_answers_never_double_hide_or_reorder_a_decision) {
  for (std::uint64_t entity = 1; entity <= 20; ++entity) propose_many({0, 300}, entity);
}

BOOST_AUTO_TEST_CASE(deposed_leader_decides_nothing_more) {
  FlakyDecisionLog log(testing::seed(), {1000, 0});
  Told told;
  Proposals proposals(log, {}, [&](const Planner::Event& event) { told.take(event); });
  for (std::uint64_t n = 1; n <= 50; ++n) {
    proposals.propose(numbered(n));
    while (log.step()) {}
  }
  for (const auto& each : told.decided) BOOST_TEST(!each.decision.proposal);
  BOOST_TEST(told.not_decided.size() == 50u);
}

BOOST_AUTO_TEST_CASE(decisions_above_what_was_told_are_told_at_the_start) {
  FlakyDecisionLog log(1, {0, 0});
  for (std::uint64_t n = 0; n < 5; ++n) {
    log.propose({encode(numbered(n + 1)), n, 1}, [](auto) {});
    while (log.step()) {}
  }
  Told told;
  Proposals proposals(log, {2}, [&](const Planner::Event& event) { told.take(event); });
  BOOST_REQUIRE(proposals.catch_up().ok());
  BOOST_REQUIRE(told.decided.size() == 3u);
  BOOST_TEST(told.decided.front().position.value == 3u);
}

BOOST_AUTO_TEST_CASE(decision_that_does_not_parse_stops_the_reading) {
  FlakyDecisionLog log(1, {0, 0});
  log.propose({"\xFF\xFF", 0, 1}, [](auto) {});
  while (log.step()) {}
  Told told;
  Proposals proposals(log, {}, [&](const Planner::Event& event) { told.take(event); });
  BOOST_TEST(!proposals.catch_up().ok());
  BOOST_TEST(told.decided.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
