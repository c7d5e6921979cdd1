// The decision log over the journal, and the flaky double.
#include <fmt/format.h>
#include <boost/test/unit_test.hpp>
#include <set>

#include "runtime/journal/local_decision_log.hpp"
#include "runtime/journal/testing/flaky_decision_log.hpp"
#include "runtime/kernel/overloaded.hpp"
#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {
std::unique_ptr<LocalDecisionLog> open_log(Journal& journal) {
  auto log = LocalDecisionLog::open(journal);
  BOOST_REQUIRE(log);
  return std::move(*log);
}

std::string text(const DecisionOutcome& outcome) {
  return std::visit(
      overloaded{[](const Unknown&) { return std::string("unknown"); },
                 [](const Appended& a) { return fmt::format("appended {}", a.position); },
                 [](const Lost& l) { return fmt::format("lost {} {}", l.head, l.epoch); }},
      outcome);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(local_decision_log)

BOOST_AUTO_TEST_CASE(a_decision_is_durable_before_its_outcome_and_read_back_after_a_restart) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    auto log = open_log(*journal);
    const std::uint64_t before = sync_hook::log_syncs;
    std::uint64_t syncs = 0;
    DecisionOutcome outcome;
    log->propose({"grant 7", 0, 0},
                 [&](DecisionOutcome o) { outcome = o, syncs = sync_hook::log_syncs; });
    BOOST_REQUIRE(journal->flush());
    BOOST_TEST((outcome == DecisionOutcome(Appended{1})));
    BOOST_TEST(syncs == before + 1);
    BOOST_TEST(log->head() == 1);
  }
  auto journal = open(folder.path());
  auto log = open_log(*journal);
  BOOST_TEST(log->head() == 1);
  const auto found = log->read(1, 10);
  BOOST_REQUIRE(found);
  BOOST_TEST((*found == std::vector<Decision>{{1, 0, "grant 7"}}));
}

BOOST_AUTO_TEST_CASE(proposals_may_be_pipelined_and_a_wrong_head_is_lost) {
  const TempFolder folder;
  auto journal = open(folder.path());
  auto log = open_log(*journal);
  std::vector<std::string> outcomes;
  const auto note = [&](DecisionOutcome o) { outcomes.push_back(text(o)); };
  log->propose({"a", 0, 0}, note);
  log->propose({"b", 1, 0}, note);
  log->propose({"too late", 1, 0}, note);
  log->propose({"too early", 5, 0}, note);
  log->propose({"c", 2, 0}, note);
  BOOST_REQUIRE(journal->flush());
  const std::vector<std::string> expected{"appended 1", "appended 2", "lost 2 0", "lost 2 0",
                                          "appended 3"};
  BOOST_TEST(outcomes == expected, boost::test_tools::per_element());
  const auto found = log->read(2, 2);
  BOOST_REQUIRE(found);
  BOOST_TEST((*found == std::vector<Decision>{{2, 0, "b"}}));
}

BOOST_AUTO_TEST_CASE(a_raised_epoch_fences_the_old_one_also_after_a_restart) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    auto log = open_log(*journal);
    BOOST_TEST(log->raise_epoch(4).ok());
    BOOST_TEST(!log->raise_epoch(4).ok());
  }
  auto journal = open(folder.path());
  auto log = open_log(*journal);
  BOOST_TEST(log->epoch() == 4);
  std::vector<std::string> outcomes;
  const auto note = [&](DecisionOutcome o) { outcomes.push_back(text(o)); };
  log->propose({"old leader", 0, 3}, note);
  log->propose({"new leader", 0, 4}, note);
  BOOST_REQUIRE(journal->flush());
  BOOST_TEST(outcomes == (std::vector<std::string>{"lost 0 4", "appended 1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_read_is_bounded_and_goes_on_from_where_it_ended) {
  const TempFolder folder;
  auto journal = open(folder.path());
  auto log = open_log(*journal);
  for (std::uint64_t i = 0; i < decisions_read_max + 10; ++i)
    log->propose({"d", i, 0}, [](auto) {});
  BOOST_REQUIRE(journal->flush());
  BOOST_TEST(log->read(0, ~std::uint64_t{0})->size() == decisions_read_max);
  BOOST_TEST(log->read(decisions_read_max + 1, ~std::uint64_t{0})->size() == 10);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(flaky_decision_log)
namespace {
struct Run {
  std::string trace;
  std::vector<Decision> log;
  std::vector<std::string> appended;  // bytes by position - 1; empty: not acknowledged
  std::set<std::string> lost, unknown;
  int outcomes = 0;
};

// A proposer that keeps up to four proposals under way and, told Lost or Unknown, reads and goes
// on.
Run run(std::uint64_t seed) {
  testing::FlakyDecisionLog log(seed);
  Run run;
  std::uint64_t next = 0, expected = 0;
  constexpr std::uint64_t proposals = 200;
  for (int steps = 0; steps < 10'000; ++steps) {
    while (log.under_way() < 4 && next < proposals) {
      const std::string bytes = "decision " + std::to_string(next++);
      log.propose({bytes, expected++, log.epoch()}, [&, bytes](DecisionOutcome outcome) {
        run.trace += bytes + " " + text(outcome) + "\n";
        ++run.outcomes;
        if (const auto* a = std::get_if<Appended>(&outcome)) {
          run.appended.resize(std::max<std::size_t>(run.appended.size(), a->position));
          run.appended[a->position - 1] = bytes;
          return;
        }
        (std::holds_alternative<Lost>(outcome) ? run.lost : run.unknown).insert(bytes);
        expected = log.head();
      });
    }
    if (!log.step()) break;
  }
  for (std::uint64_t from = 1; from <= log.head(); from += decisions_read_max) {
    const auto part = log.read(from, log.head());
    BOOST_REQUIRE(part);
    run.log.insert(run.log.end(), part->begin(), part->end());
  }
  BOOST_TEST(run.outcomes == static_cast<int>(proposals));
  return run;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run_and_another_seed_another) {
  BOOST_TEST(run(1).trace == run(1).trace);
  BOOST_TEST((run(1).log == run(1).log));
  BOOST_TEST(run(1).trace != run(2).trace);
}

BOOST_AUTO_TEST_CASE(appended_is_in_the_log_lost_is_not_and_unknown_may_be_either) {
  bool unknown_there = false, unknown_gone = false, reordered = false;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      const Run r = run(seed);
      std::set<std::string> in_log;
      for (std::size_t i = 0; i < r.log.size(); ++i) {
        BOOST_TEST(r.log[i].position == i + 1);
        if (i > 0) BOOST_TEST(r.log[i].epoch >= r.log[i - 1].epoch);
        in_log.insert(r.log[i].bytes);
      }
      BOOST_REQUIRE(r.appended.size() <= r.log.size());
      for (std::size_t i = 0; i < r.appended.size(); ++i) {
        if (!r.appended[i].empty()) BOOST_TEST(r.log[i].bytes == r.appended[i]);
      }
      for (const auto& bytes : r.lost) BOOST_TEST(in_log.count(bytes) == 0);
      for (const auto& bytes : r.unknown)
        (in_log.count(bytes) ? unknown_there : unknown_gone) = true;
      reordered = reordered || r.trace.find("decision 1 ") < r.trace.find("decision 0 ");
    }
  }
  BOOST_TEST(unknown_there);
  BOOST_TEST(unknown_gone);
  BOOST_TEST(reordered);
}

BOOST_AUTO_TEST_CASE(without_flakiness_everything_in_order_is_appended) {
  testing::FlakyDecisionLog log(3, {0, 0});
  int appended = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    log.propose({"d", i, 1},
                [&](DecisionOutcome o) { appended += std::holds_alternative<Appended>(o); });
    while (log.step()) {}
  }
  BOOST_TEST(appended == 20);
  BOOST_TEST(log.head() == 20);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
