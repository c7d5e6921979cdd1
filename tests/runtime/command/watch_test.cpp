#include <boost/test/unit_test.hpp>

#include <sstream>

#include <fmt/format.h>

#include "runtime/command/watch.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

struct Numbers {
  const char* phase = "running";
  unsigned committed = 0, in_flight = 0, rolled_back = 0, failed_late = 0;
};

std::string rollout(const Numbers& n) {
  return fmt::format(
      R"({{"rollout":1,"version":"1.1.0","phase":"{}","targets":4,"in_flight":{},"allowed":4,)"
      R"("proposed":0,"tally":{{"committed":{},"install_failed":0,"rolled_back":{},"silent":0,)"
      R"("failed_late":{}}},"failures":{},"failure_limit":2,"moved_by":""}})",
      n.phase, n.in_flight, n.committed, n.rolled_back, n.failed_late, n.rolled_back);
}

struct Watched {
  Desk desk;
  FakeCentre centre;
  Watched(std::initializer_list<Numbers> steps) {
    for (const Numbers& n : steps) centre.answer("GET /v1/rollouts/1", 200, rollout(n));
  }
  Said watch(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"rollout", "watch", "1"});
    return desk.ask(centre, more);
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_watch)

BOOST_AUTO_TEST_CASE(watching_ends_with_0_when_every_target_has_committed) {
  Watched it{{"running", 0, 1}, {"running", 2, 2}, {"running", 4, 0}};
  const auto said = it.watch();
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "is complete: all 4 have committed"));
  BOOST_TEST(it.desk.pauses == 2u);
}

BOOST_AUTO_TEST_CASE(watching_ends_with_3_when_the_rollout_is_halted) {
  Watched it{{"running", 0, 1}, {"halted", 0, 0, 1}};
  const auto said = it.watch();
  BOOST_TEST(said.exit == 3);
  BOOST_TEST(holds(said.out, "was halted by the centre"));
  BOOST_TEST(holds(said.out, "drydock rollout rollback 1"));
}

BOOST_AUTO_TEST_CASE(watching_ends_with_4_when_the_rollout_is_paused) {
  Watched it{{"paused", 1, 0}};
  BOOST_TEST(it.watch().exit == 4);
}

BOOST_AUTO_TEST_CASE(a_commit_that_failed_late_does_not_make_a_rollout_complete) {
  Watched it{{"running", 4, 1, 0, 1}, {"running", 4, 0, 0, 1}};
  const auto said = it.watch();
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.out, "3 of 4 committed, 1 ended badly"));
}

BOOST_AUTO_TEST_CASE(watching_ends_with_1_when_nothing_more_can_commit) {
  Watched it{{"running", 3, 1, 0}, {"running", 3, 0, 1}};
  BOOST_TEST(it.watch().exit == 1);
}

BOOST_AUTO_TEST_CASE(off_a_terminal_there_is_one_line_a_change) {
  Watched it{{"running", 0, 1},
             {"running", 0, 1},
             {"running", 2, 2},
             {"running", 2, 2},
             {"running", 4, 0}};
  const auto lines = lines_of(it.watch().out);
  BOOST_TEST_REQUIRE(lines.size() == 4u);  // three changes and the last words
  BOOST_TEST(holds(lines[1], "2/4 committed, 2 in flight, 0 of 2 failures, 30.0/min, 4s left"));
}

BOOST_AUTO_TEST_CASE(a_rollout_that_stands_still_says_what_it_waits_for_and_how_long) {
  Desk desk;
  FakeCentre centre;
  const auto waits = [](unsigned committed, unsigned ms, const char* what) {
    std::string text = rollout({"running", committed, 1});
    text.pop_back();
    return text + fmt::format(R"(,"waits_for":"{}","waits_ms":{}}})", what, ms);
  };
  for (const auto& [ms, what] : {std::pair{5'000u, "box 7"},
                                 {30'000u, "box 7"},
                                 {65'000u, "box 7"},
                                 {67'000u, "box 7"},
                                 {69'000u, "box 8"}})
    centre.answer("GET /v1/rollouts/1", 200, waits(1, ms, what));
  centre.answer("GET /v1/rollouts/1", 200, rollout({"halted", 1, 0, 1}));
  const auto said = desk.ask(centre, {"rollout", "watch", "1"});
  const auto lines = lines_of(said.out);
  BOOST_TEST_REQUIRE(lines.size() >= 4u);
  BOOST_TEST(!holds(lines[0], "box"));
  BOOST_TEST(holds(lines[1], "for 1m 05s it waits for box 7"));
  BOOST_TEST(holds(lines[2], "for 1m 09s it waits for box 8"));
}

BOOST_AUTO_TEST_CASE(on_a_terminal_one_line_is_drawn_again) {
  Watched it{{"running", 0, 1}, {"running", 0, 1}, {"running", 4, 0}};
  it.desk.terminal = true;
  const auto said = it.watch();
  BOOST_TEST(holds(said.out, "\r\x1b[2K[####"));
  BOOST_TEST(lines_of(said.out).size() == 2u);
}

BOOST_AUTO_TEST_CASE(with_json_there_is_one_object_a_change_and_nothing_else) {
  Watched it{{"created", 0, 0}, {"created", 0, 0}, {"running", 1, 1}, {"halted", 1, 0, 1}};
  const auto said = it.watch({"--json"});
  BOOST_TEST(said.exit == 3);
  BOOST_TEST(said.err == "");
  const auto lines = lines_of(said.out);
  BOOST_TEST_REQUIRE(lines.size() == 3u);
  for (const auto& line : lines) BOOST_TEST(parse_object(line).ok());
  BOOST_TEST((*parse_object(lines[1]))["ended"].is_null());
  BOOST_TEST((*parse_object(lines[2]))["ended"] == "halted");
}

BOOST_AUTO_TEST_CASE(a_centre_that_is_away_for_a_while_is_waited_for) {
  Watched it{{"running", 0, 1}, {"running", 4, 0}};
  unsigned away = 3;
  bool first = true;
  it.centre.hook([&](const Asked&) {
    if (std::exchange(first, false) || away == 0) return not_hooked();
    --away;
    return http::json_response(503, R"({"error":"starting"})");
  });
  BOOST_TEST(it.watch().exit == 0);
}

BOOST_AUTO_TEST_CASE(a_centre_that_stays_away_is_given_up) {
  Watched it{{"running", 0, 1}};
  it.desk.on_pause = [&] { it.centre.stop(); };
  const auto said = it.watch();
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "cannot be reached"));
  BOOST_TEST(it.desk.pauses == unanswered_max);
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_number_it_rests_on_is_no_verdict) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/rollouts/1", 200,
                R"({"rollout":1,"version":"1.1.0","phase":"running","targets":0})");
  const auto said = desk.ask(centre, {"rollout", "watch", "1"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "lacks \"in_flight\""));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
