// The table of the planner: reduced rows hold their bounds, play the same way twice, and are kept.
#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "simulations/planner_table/bounds.hpp"
#include "simulations/planner_table/play.hpp"
#include "simulations/planner_table/store.hpp"

using namespace drydock::sim::table;
namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t fleet = 100'000;
constexpr std::uint64_t seeds = 3;

const Row& row_named(const std::vector<Row>& all, const std::string& name) {
  for (const Row& row : all)
    if (row.scenario == name) return row;
  throw std::runtime_error("no row " + name);
}
const Rival& ours() { return rivals().front(); }

std::vector<Result> played(const Row& row, const Rival& rival, std::uint64_t count = seeds) {
  std::vector<Result> results;
  for (std::uint64_t seed = 1; seed <= count; ++seed) results.push_back(play(row, rival, seed));
  return results;
}

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("planner-table-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string file() const { return (path / "kept").string(); }
  fs::path path;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(planner_table)

BOOST_AUTO_TEST_CASE(every_row_holds_its_bounds_and_never_stands_still_without_a_reason) {
  for (const Row& row : rows(fleet, true)) {
    const auto results = played(row, ours());
    std::string sentences;
    for (const std::string& sentence : broken(row, line_of(row, ours(), results), results))
      sentences += sentence + "\n";
    BOOST_TEST(sentences == "");
  }
}

BOOST_AUTO_TEST_CASE(a_broken_bound_is_named) {
  // The rules of others break what ours hold: the bounds are no decoration.
  const auto all = rows(fleet, false);
  for (const char* name : {"brick-100", "fault-5", "stratum"}) {
    const Row& row = row_named(all, name);
    const auto results = played(row, rivals()[1], 1);
    BOOST_TEST(!broken(row, line_of(row, rivals()[1], results), results).empty());
  }
  Row healthy = row_named(all, "healthy");
  Result halted{.seed = 1, .exposed = 10, .halted = true};
  const std::vector<Result> one{halted};
  BOOST_TEST(!broken(healthy, line_of(healthy, ours(), one), one).empty());
}

BOOST_AUTO_TEST_CASE(one_seed_plays_the_same_way_twice_and_another_differently) {
  const auto all = rows(20'000, false);
  const Row& row = row_named(all, "fault-5");
  for (const Rival& rival : rivals()) {
    const Result a = play(row, rival, 7), b = play(row, rival, 7);
    BOOST_TEST((a.exposed == b.exposed && a.halt_after_ms == b.halt_after_ms));
  }
  std::set<std::int64_t> different;
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    different.insert(play(row, ours(), seed).halt_after_ms);
  BOOST_TEST(different.size() > 4U);
}

BOOST_AUTO_TEST_CASE(verdicts_take_a_quarter_of_an_hour_and_fail_as_often_as_the_row_says) {
  const Row row{"fault-5", fleet, 50'000};
  std::uint64_t failed = 0;
  std::vector<std::uint32_t> after;
  for (std::uint32_t i = 0; i < fleet; ++i) {
    const Fate fate = fate_of(row, 1, i);
    failed += fate.fails ? 1 : 0;
    after.push_back(fate.after_s);
  }
  std::nth_element(after.begin(), after.begin() + fleet / 2, after.end());
  BOOST_TEST((failed > 4'700 && failed < 5'300));
  // 15 minutes and half of the five until a check-in.
  BOOST_TEST((after[fleet / 2] > 1'000U && after[fleet / 2] < 1'100U));
}

// Agree: no seed halts in the one and goes through in the other, at most one of the three comes to
// another end, and of those that end alike the median exposed is at most twice the other and
// twenty.
BOOST_AUTO_TEST_CASE(the_whole_world_comes_to_the_same_ends_as_verdicts_alone) {
  for (const Row& row : world_rows(5'000)) {
    const auto verdicts = played(row, both_ways()[0]), world = played(row, both_ways()[1]);
    std::string sentences;
    for (const std::string& sentence : disagreements(row, verdicts, world))
      sentences += sentence + "\n";
    for (const std::string& sentence : broken(row, line_of(row, both_ways()[1], world), world))
      sentences += sentence + "\n";
    BOOST_TEST(sentences == "");
  }
}

BOOST_AUTO_TEST_CASE(both_ways_of_playing_a_row_meet_the_same_fleet) {
  for (const Row& row : world_rows(20'000)) {
    std::uint32_t failed = 0, odd = 0;
    for (std::uint32_t i = 0; i < row.appliances; ++i) {
      failed += fate_of(row, 3, i).fails ? 1 : 0;
      odd += is_odd(row, 3, i) ? 1 : 0;
    }
    const std::uint64_t rare = std::uint64_t{row.appliances} * row.model_share_ppm / 1'000'000;
    const std::uint64_t expected =
        (rare * row.model_fails_ppm + (row.appliances - rare) * std::uint64_t{row.fails_ppm}) /
        1'000'000;
    BOOST_TEST_INFO(row.scenario);
    BOOST_TEST(odd == rare);
    BOOST_TEST((failed * 10 > expected * 7 && failed * 10 < expected * 13));
  }
}

BOOST_AUTO_TEST_CASE(two_ways_that_differ_are_told_apart) {
  const Row row{"fault-5", 5'000, 50'000};
  const auto three = [](Result r) { return std::vector<Result>(3, r); };
  const Result halted{.seed = 1, .exposed = 100, .halted = true};
  BOOST_TEST(disagreements(row, three(halted), three(halted)).empty());
  Result more = halted;
  more.exposed = 221;
  BOOST_TEST(disagreements(row, three(halted), three(more)).size() == 1U);
  Result held{.seed = 1, .exposed = 1'516, .held = true};
  auto one_held = three(halted);
  one_held[1] = held;
  BOOST_TEST(disagreements(row, three(halted), one_held).empty());
  one_held[2] = held;
  BOOST_TEST(disagreements(row, three(halted), one_held).size() == 1U);
  const Result through{.seed = 1, .exposed = 5'000, .done_ms = 3'600'000};
  auto one_through = three(halted);
  one_through[0] = through;
  BOOST_TEST(disagreements(row, three(halted), one_through).size() == 1U);
  Result slow = through;
  slow.done_ms = 5'500'000;
  BOOST_TEST(disagreements(row, three(through), three(slow)).size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_found_again_and_a_line_cut_short_is_not) {
  const Folder folder;
  const auto all = rows(12, false);
  {
    Kept kept;
    BOOST_REQUIRE(kept.open(folder.file()).empty());
    kept.add(all[0], ours(), {.seed = 1, .exposed = 2, .halted = true});
    kept.add(all[0], ours(), {.seed = 2, .exposed = 3});
  }
  const auto size = fs::file_size(folder.file());
  fs::resize_file(folder.file(), size - 4);
  Kept kept;
  BOOST_REQUIRE(kept.open(folder.file()).empty());
  BOOST_REQUIRE(kept.find(all[0], ours(), 1) != nullptr);
  BOOST_TEST((kept.find(all[0], ours(), 1)->exposed == 2 && kept.find(all[0], ours(), 1)->halted));
  BOOST_TEST(kept.find(all[0], ours(), 2) == nullptr);
  BOOST_TEST(kept.find(all[1], ours(), 1) == nullptr);
  kept.add(all[0], ours(), {.seed = 2, .exposed = 4});
  Kept again;
  BOOST_REQUIRE(again.open(folder.file()).empty());
  BOOST_TEST(again.find(all[0], ours(), 2)->exposed == 4U);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_planner_or_with_nonsense_is_refused) {
  const Folder folder;
  std::ofstream(folder.file()) << "planner-table 1 logic 1 policy 0\n";
  Kept kept;
  BOOST_TEST(kept.open(folder.file()).find("another planner") != std::string::npos);
  fs::remove(folder.file());
  BOOST_REQUIRE(kept.open(folder.file()).empty());
  std::ofstream(folder.file(), std::ios::app) << "healthy drydock many\nhealthy drydock 12 1 2\n";
  Kept other;
  BOOST_TEST(other.open(folder.file()).find(":2: is no result") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
