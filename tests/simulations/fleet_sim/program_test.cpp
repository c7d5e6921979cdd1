// fleet-sim as a program: its commands, its exit codes, its last line.
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include "simulations/scenarios/memory.hpp"

namespace {

struct Ended {
  int code = -1;
  std::string text;  // both outputs
  std::string last_line() const {
    const std::size_t end = text.find_last_not_of('\n');
    return text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
  }
};

Ended fleet_sim(const std::string& arguments) {
  Ended ended;
  FILE* pipe = ::popen((std::string(FLEET_SIM) + " " + arguments + " 2>&1").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ended.text.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

struct Folder {
  Folder()
      : path(std::filesystem::temp_directory_path() / ("fleet-sim-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
  std::filesystem::path path;
};

bool says(const Ended& ended, const char* text) {
  return ended.text.find(text) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_ends_with_one_line_of_json) {
  const Ended run = fleet_sim("run good --seed 3 --json");
  BOOST_TEST(run.code == 0);
  const auto j = nlohmann::json::parse(run.last_line());
  BOOST_TEST(j["scenario"] == "good");
  BOOST_TEST(j["seed"] == 3);
  BOOST_TEST(j["appliances"] == 12);
  BOOST_TEST(j["committed"] == 12);
  BOOST_TEST(j["halted"] == false);
  BOOST_TEST(j["violations"] == 0);
  BOOST_TEST(j["hours_to_done"].get<double>() > 0.5);
  BOOST_TEST(j["host"].contains("wall_s"));
}

BOOST_AUTO_TEST_CASE(apart_from_the_host_two_runs_print_the_same_line) {
  auto one = nlohmann::json::parse(fleet_sim("run bad --seed 5 --json").last_line());
  auto two = nlohmann::json::parse(fleet_sim("run bad --seed 5 --json").last_line());
  one.erase("host");
  two.erase("host");
  BOOST_TEST(one.dump() == two.dump());
  BOOST_TEST(one["exposed"] == 1);
  BOOST_TEST(one["rolled_back"] == 1);
}

BOOST_AUTO_TEST_CASE(a_range_of_seeds_is_summed_up) {
  const Ended run = fleet_sim("run good --seeds 1..3 --appliances 6 --json");
  BOOST_TEST(run.code == 0);
  const auto j = nlohmann::json::parse(run.last_line());
  BOOST_TEST(j["committed"] == 18);
  BOOST_TEST(j["appliances"] == 6);
}

BOOST_AUTO_TEST_CASE(a_horizon_that_is_too_short_is_a_violation_and_exit_code_1) {
  const Ended run = fleet_sim("run good --hours 1 --appliances 100");
  BOOST_TEST(run.code == 1);
  BOOST_TEST(says(run, "did not settle"));
}

BOOST_AUTO_TEST_CASE(verify_says_that_two_runs_are_equal) {
  const Ended run = fleet_sim("verify storm --seed 2");
  BOOST_TEST(run.code == 0);
  BOOST_TEST(says(run, "two runs are equal"));
}

BOOST_AUTO_TEST_CASE(an_unknown_scenario_is_told_which_there_are) {
  const Ended run = fleet_sim("run nonsense");
  BOOST_TEST(run.code == 2);
  BOOST_TEST(says(run, "there is no scenario \"nonsense\""));
  BOOST_TEST(says(run, "halt-storm"));
}

BOOST_AUTO_TEST_CASE(nonsense_arguments_are_refused_with_what_is_accepted) {
  for (const char* arguments :
       {"", "run", "run good --appliances 0", "run good --appliances 20000000",
        "run good --appliances many", "run good --seed x", "run good --hours 0",
        "run good --seeds 5..2", "run good --seeds 7", "run good --seed 1 --seeds 1..2",
        "run good --colour", "fly", "run good --follow 99"}) {
    const Ended run = fleet_sim(arguments);
    BOOST_TEST_INFO_SCOPE("fleet-sim " << arguments << "\n" << run.text);
    BOOST_TEST(run.code == 2);
    BOOST_TEST(!run.text.empty());
  }
  BOOST_TEST(says(fleet_sim("run good --seeds 5..2"), "write a range"));
}

BOOST_AUTO_TEST_CASE(a_scenario_may_be_a_file_of_ones_own) {
  const Folder folder;
  std::ofstream(folder.file("mine.yaml")) << "about: mine\nappliances: 3\n"
                                             "releases: [{version: 1.1.0}]\n"
                                             "rollouts: [{at: 10m, version: 1.1.0}]\n";
  const Ended run = fleet_sim("run " + folder.file("mine.yaml") + " --json");
  BOOST_TEST(run.code == 0);
  BOOST_TEST(nlohmann::json::parse(run.last_line())["committed"] == 3);
  std::ofstream(folder.file("mine.yaml")) << "about: mine\nappliance: 3\n";
  const Ended wrong = fleet_sim("run " + folder.file("mine.yaml"));
  BOOST_TEST(wrong.code == 2);
  BOOST_TEST(says(wrong, "mine.yaml:2: appliance: unknown key, accepted: about, appliances"));
}

BOOST_AUTO_TEST_CASE(an_appliance_takes_no_more_memory_than_the_arithmetic_says) {
  const auto peak_mb = [](const char* appliances) {
    const Ended run =
        fleet_sim(std::string("run million --json --hours 1 --appliances ") + appliances);
    return nlohmann::json::parse(run.last_line())["host"]["peak_mb"].get<std::uint64_t>();
  };
  const std::uint64_t few = peak_mb("10000"), many = peak_mb("40000");
  BOOST_TEST(many > few);
  BOOST_TEST((many - few) * 1'048'576 <= 30'000 * drydock::sim::bytes_an_appliance);
}

BOOST_AUTO_TEST_CASE(several_threads_come_to_the_digest_of_one) {
  const auto digest = [](const char* jobs) {
    const Ended run = fleet_sim(std::string("run storm --seeds 1..6 --json --jobs ") + jobs);
    BOOST_TEST(run.code == 0);
    return nlohmann::json::parse(run.last_line())["digest"].get<std::string>();
  };
  BOOST_TEST(digest("3") == digest("1"));
}

BOOST_AUTO_TEST_CASE(a_digest_that_is_not_the_golden_one_is_named) {
  const Folder folder;
  const std::string file = folder.file("digests.txt");
  std::ofstream(file) << "# comment\ngood 1 6 0000000000000000\n";
  const Ended other = fleet_sim("golden --file " + file);
  BOOST_TEST(other.code == 1);
  BOOST_TEST(says(other, "good seed 1, 6 appliances: "));
  BOOST_TEST(says(other, "0 equal, 1 different"));
  for (const char* text : {"good 1 6\n", "good 1 0 00\n", "good 1 6 00 more\n", "# nothing\n"}) {
    std::ofstream(file) << text;
    const Ended wrong = fleet_sim("golden --file " + file);
    BOOST_TEST(wrong.code == 2);
    BOOST_TEST(says(wrong, "a line is: scenario seed appliances digest"));
  }
}

BOOST_AUTO_TEST_CASE(the_bench_ends_with_its_figures) {
  const Ended run = fleet_sim("bench --appliances 60 --hours 6 --json");
  BOOST_TEST(run.code == 0);
  const auto j = nlohmann::json::parse(run.last_line());
  BOOST_TEST(j["million"]["committed"] == 60);
  BOOST_TEST(j["million"]["bytes_per_appliance"] == 272);
  for (const char* key : {"wall_s", "cpu_s", "events", "peak_mb"})
    BOOST_TEST(j["million"][key].is_number());
  BOOST_TEST(j["heap_ratio"].get<double>() > 0);
  BOOST_TEST(j["simpy_ratio"].get<double>() > 0);  // both toys came to the same end
  BOOST_TEST(j["digests_equal"] == true);
}

BOOST_AUTO_TEST_CASE(help_names_the_commands) {
  const Ended run = fleet_sim("--help");
  BOOST_TEST(run.code == 0);
  for (const char* verb : {"run", "verify", "list"}) BOOST_TEST(says(run, verb));
}
