// Every disk that a power cut could have left of a recorded run, each checked in memory.
//   power_replay check BASE LOG --esp START COUNT --slot-a START COUNT IMAGE --slot-b ...
//     --stub-a ... --stub-b ...
//     ordered cuts: after each sector of the log. Lost caches: for each stretch between two
//     flushes, any version of any of its sectors may have reached the medium; all combinations when
//     there are at most 4096, else --samples of them by --seed, until --points is reached.
//   power_replay cut BASE LOG --seed N --out FILE [--until ENTRIES]
//     one disk as a lost cache leaves it at the log's end, or earlier: what was flushed, and a part
//     of the rest.
// The last line is JSON: {"cut_points":n,"distinct":n,"bad":n,"examples":[...]}.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/power/disk.hpp"

namespace drydock::power {
namespace {

constexpr std::uint64_t exhaustive_max = 4096;
constexpr std::size_t examples_max = 5;

struct Options {
  std::string base, log, out;
  std::vector<std::string> esp;
  std::array<std::vector<std::string>, places> held;  // START COUNT IMAGE
  std::uint64_t seed = 1, points = 100'000, samples = 64;
  std::uint64_t until = ~std::uint64_t{0};
};

class Count {
 public:
  void add(const std::vector<std::string>& wrong, const std::string& where, bool distinct) {
    ++points_;
    if (distinct) ++distinct_;
    if (wrong.empty()) return;
    ++bad_;
    if (examples_.size() < examples_max) examples_.push_back(where + ": " + wrong.front());
  }
  std::uint64_t points() const { return points_; }
  nlohmann::json told() const {
    return {
        {"cut_points", points_}, {"distinct", distinct_}, {"bad", bad_}, {"examples", examples_}};
  }

 private:
  std::uint64_t points_ = 0, distinct_ = 0, bad_ = 0;
  std::vector<std::string> examples_;
};

// The sectors written since the last flush, each with its versions, oldest first.
using Epoch = std::map<std::uint64_t, std::vector<const std::uint8_t*>>;

template <class Take>
void each_sector(const Entry& entry, Take&& take) {
  for (std::size_t n = 0; n * sector_bytes < entry.data.size(); ++n)
    take(entry.sector + n, entry.data.data() + n * sector_bytes);
}

std::uint64_t combinations(const Epoch& epoch) {
  std::uint64_t count = 1;
  for (const auto& [sector, versions] : epoch) {
    count *= versions.size() + 1;
    if (count > exhaustive_max) return exhaustive_max + 1;
  }
  return count;
}

// choose(n): which of the n + 1 versions of a sector is on the medium; 0 is the one before.
template <class Choose>
Overlay overlay(const Epoch& epoch, Choose&& choose, std::uint64_t& mark) {
  Overlay over;
  for (const auto& [sector, versions] : epoch) {
    const std::uint64_t version = choose(versions.size());
    mark = (mark ^ version) * 0x100000001b3;
    if (version != 0) over[sector] = versions[version - 1];
  }
  return over;
}

void lost_caches(const Disk& durable, const Epoch& epoch, std::size_t at, const Options& options,
                 std::mt19937_64& dice, Count& count) {
  if (epoch.empty() || count.points() >= options.points) return;
  const std::uint64_t all = combinations(epoch);
  const bool exhaustive = all <= exhaustive_max;
  std::unordered_set<std::uint64_t> seen;
  for (std::uint64_t n = 0; n < (exhaustive ? all : options.samples); ++n) {
    std::uint64_t mark = 0xcbf29ce484222325, rest = n;
    // A sampled cache had written everything, almost everything or hardly anything back.
    const std::uint64_t kept = exhaustive ? 0 : dice() % 1001;
    const Overlay over = overlay(
        epoch,
        [&](std::size_t versions) -> std::uint64_t {
          if (!exhaustive) return dice() % 1000 < kept ? 1 + dice() % versions : 0;
          const std::uint64_t version = rest % (versions + 1);
          rest /= versions + 1;
          return version;
        },
        mark);
    count.add(durable.check(over), fmt::format("cache lost before entry {}, combination {}", at, n),
              seen.insert(mark).second);
    if (count.points() >= options.points) return;
  }
}

Count check(const WriteLog& log, Disk ordered, Disk durable, const Options& options) {
  Count count;
  std::mt19937_64 dice(options.seed);
  Epoch epoch;
  const auto flush = [&](std::size_t at) {
    lost_caches(durable, epoch, at, options, dice, count);
    for (const auto& [sector, versions] : epoch) durable.write(sector, versions.back());
    epoch.clear();
  };
  for (std::size_t at = 0; at < log.entries.size(); ++at) {
    const Entry& entry = log.entries[at];
    if (entry.flush) flush(at);
    each_sector(entry, [&](std::uint64_t sector, const std::uint8_t* data) {
      const bool changes = std::memcmp(ordered.read(sector), data, sector_bytes) != 0;
      ordered.write(sector, data);
      count.add(ordered.check({}), fmt::format("cut after sector {} of entry {}", sector, at),
                changes);
      if (entry.forced) {
        durable.write(sector, data);
        epoch.erase(sector);
      } else {
        epoch[sector].push_back(data);
      }
    });
  }
  flush(log.entries.size());
  return count;
}

Range range_of(const std::vector<std::string>& words) {
  return {std::stoull(words.at(0)), std::stoull(words.at(1))};
}

int run_check(const Options& options) {
  const auto log = read_write_log(options.log);
  auto ordered = Image::map(options.base), durable = Image::map(options.base);
  Layout layout{range_of(options.esp), {}, {}};
  bool whole = true;
  for (std::size_t n = 0; n < places; ++n) {
    layout.ranges[n] = range_of(options.held[n]);
    if (auto image = Image::map(options.held[n].at(2))) layout.images[n] = *image;
    whole &= layout.images[n].has_value();
  }
  if (!log || !ordered || !durable || !whole) {
    std::fprintf(stderr, "power_replay: a file cannot be read%s%s\n", log ? "" : ": ",
                 log ? "" : log.error().text.c_str());
    return 2;
  }
  const Count count = check(*log, Disk(*ordered, layout), Disk(*durable, layout), options);
  std::printf("%s\n", count.told().dump().c_str());
  return 0;
}

int run_cut(const Options& options) {
  const auto log = read_write_log(options.log);
  auto medium = Image::map(options.base);
  if (!log || !medium) {
    std::fprintf(stderr, "power_replay: base or log cannot be read\n");
    return 2;
  }
  std::mt19937_64 dice(options.seed);
  Epoch epoch;
  const auto put = [&](std::uint64_t sector, const std::uint8_t* data) {
    std::memcpy(medium->sector(sector), data, sector_bytes);
  };
  const auto entries =
      std::span(log->entries).first(std::min<std::size_t>(log->entries.size(), options.until));
  for (const Entry& entry : entries) {
    if (entry.flush) {
      for (const auto& [sector, versions] : epoch) put(sector, versions.back());
      epoch.clear();
    }
    each_sector(entry, [&](std::uint64_t sector, const std::uint8_t* data) {
      if (entry.forced)
        put(sector, data), epoch.erase(sector);
      else
        epoch[sector].push_back(data);
    });
  }
  std::uint64_t lost = 0;
  for (const auto& [sector, versions] : epoch) {
    const std::uint64_t version = dice() % (versions.size() + 1);
    if (version != 0) put(sector, versions[version - 1]);
    if (version != versions.size()) ++lost;
  }
  std::ofstream out(options.out, std::ios::binary);
  out.write(reinterpret_cast<const char*>(medium->sector(0)),
            static_cast<std::streamsize>(medium->sectors() * sector_bytes));
  std::printf(
      "%s\n",
      nlohmann::json{{"entries", log->entries.size()}, {"volatile", epoch.size()}, {"lost", lost}}
          .dump()
          .c_str());
  return out.good() ? 0 : 2;
}

}  // namespace
}  // namespace drydock::power

int main(int argc, char** argv) {
  using namespace drydock::power;
  Options options;
  CLI::App app("Every disk that a power cut could have left of a recorded run.", "power_replay");
  auto* check = app.add_subcommand("check", "check them all");
  auto* cut = app.add_subcommand("cut", "make one of them");
  for (auto* verb : {check, cut}) {
    verb->add_option("base", options.base, "disk before the run")->required();
    verb->add_option("log", options.log, "what blklogwrites recorded")->required();
    verb->add_option("--seed", options.seed)->capture_default_str();
  }
  check->add_option("--esp", options.esp, "sectors: START COUNT")->expected(2)->required();
  constexpr std::array<const char*, places> names = {"--slot-a", "--slot-b", "--stub-a",
                                                     "--stub-b"};
  for (std::size_t n = 0; n < places; ++n)
    check->add_option(names[n], options.held[n], "START COUNT IMAGE")->expected(3)->required();
  check->add_option("--points", options.points)->capture_default_str();
  check->add_option("--samples", options.samples)->capture_default_str();
  cut->add_option("--out", options.out)->required();
  cut->add_option("--until", options.until, "cut after so many entries [all]");
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return check->parsed() ? run_check(options) : run_cut(options);
}
