#include "runtime/bin/fleet_sim/golden.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "runtime/bin/fleet_sim/places.hpp"
#include "runtime/files/files.hpp"
#include "simulations/report/outcome.hpp"

namespace drydock::fleet_sim {
namespace {

constexpr std::size_t file_max = 1024 * 1024;
constexpr std::uint64_t seeds = 2;
constexpr std::uint32_t appliances = 60;
constexpr const char* form = "a line is: scenario seed appliances digest";

Result<std::string> digest_of(const std::string& name, std::uint64_t seed, std::uint32_t fleet) {
  auto scenario = sim::scenario_named(name);
  if (!scenario) return scenario.error();
  scenario->appliances = fleet;
  return hex(sim::run_once(*scenario, seed).digest);
}

}  // namespace

std::string golden_file() { return place_of("golden/digests.txt"); }

Result<GoldenEnd> compare_golden(const std::string& file) {
  const auto text = files::read(file, file_max);
  if (!text) return text.error().in("reading the golden digests");
  GoldenEnd end;
  std::istringstream lines(*text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, expected, more;
    std::uint64_t seed = 0;
    std::uint32_t fleet = 0;
    if (!(words >> name >> seed >> fleet >> expected) || words >> more || fleet == 0)
      return Error{ErrorKind::malformed, fmt::format("{}:{}: {}", file, number, form)};
    const auto found = digest_of(name, seed, fleet);
    if (!found) return found.error().in(fmt::format("{}:{}", file, number));
    if (*found == expected)
      ++end.equal;
    else
      end.different.push_back(fmt::format("{} seed {}, {} appliances: {}, expected {}", name, seed,
                                          fleet, *found, expected));
  }
  if (end.equal + end.different.size() == 0)
    return Error{ErrorKind::malformed, fmt::format("{} names no run: {}", file, form)};
  return end;
}

Status write_golden(const std::string& file) {
  std::string text = "# scenario seed appliances digest; made by fleet-sim golden --write\n";
  for (const std::string& name : sim::scenario_names(sim::scenario_folders()))
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const auto digest = digest_of(name, seed, appliances);
      if (!digest) return digest.error();
      text += fmt::format("{} {} {} {}\n", name, seed, appliances, *digest);
    }
  return files::replace_durably(file, text, 0644);
}

CLI::App* add_golden_verb(CLI::App& app, GoldenOptions& options) {
  CLI::App* verb = app.add_subcommand(
      "golden", "run what simulations/golden names; exit code 1 when a digest is another one");
  verb->add_option("--file", options.file, "another file of digests");
  verb->add_flag("--write", options.write, "write the file anew instead");
  return verb;
}

int golden(const GoldenOptions& options) {
  const std::string file = options.file.empty() ? golden_file() : options.file;
  if (options.write) {
    const Status written = write_golden(file);
    if (!written) std::cerr << fmt::format("fleet-sim golden: {}\n", written.error().text);
    return written ? 0 : 2;
  }
  const auto end = compare_golden(file);
  if (!end) {
    std::cerr << fmt::format("fleet-sim golden: {}\n", end.error().text);
    return 2;
  }
  for (const std::string& line : end->different) std::cout << line << "\n";
  std::cout << fmt::format("{} equal, {} different\n", end->equal, end->different.size());
  return end->different.empty() ? 0 : 1;
}

}  // namespace drydock::fleet_sim
