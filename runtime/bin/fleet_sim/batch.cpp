#include "runtime/bin/fleet_sim/batch.hpp"

#include <atomic>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "runtime/bin/fleet_sim/progress.hpp"

namespace drydock::fleet_sim {
namespace {

using sim::Outcome;

void add(Outcome& all, const Outcome& one) {
  all.events += one.events;
  all.violations += one.violations;
  all.halted += one.halted;
  all.counts.committed += one.counts.committed;
  all.counts.exposed += one.counts.exposed;
  all.counts.rolled_back += one.counts.rolled_back;
  all.counts.silent += one.counts.silent;
  if (one.done_after && (!all.done_after || *all.done_after < *one.done_after))
    all.done_after = one.done_after;
}

Outcome run_one(const sim::Scenario& scenario, const Batch& batch) {
  Progress progress;
  sim::Watching watching;
  watching.each_minute = [&](const sim::World& world) { progress.show(world); };
  if (batch.follow)
    watching.follow = {*batch.follow, [](const std::string& line) { std::cout << line << "\n"; }};
  Outcome outcome = sim::run_once(scenario, batch.first, watching);
  progress.clear();
  std::cout << sim::summary(outcome);
  return outcome;
}

// Seeds are handed out in order; outcomes wait until those before them have come.
class Seeds {
 public:
  Seeds(const sim::Scenario& scenario, const Batch& batch)
      : scenario_(scenario), batch_(batch), next_(batch.first) {}

  void work() {
    for (std::uint64_t seed = next_++; seed <= batch_.last; seed = next_++) {
      Outcome outcome = sim::run_once(scenario_, seed);
      const std::lock_guard lock(mutex_);
      done_.emplace(seed, std::move(outcome));
      arrived_.notify_one();
    }
  }
  Outcome take(std::uint64_t seed) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return done_.contains(seed); });
    return std::move(done_.extract(seed).mapped());
  }

 private:
  const sim::Scenario& scenario_;
  const Batch& batch_;
  std::atomic<std::uint64_t> next_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::uint64_t, Outcome> done_;
};

}  // namespace

Outcome run_batch(const sim::Scenario& scenario, const Batch& batch) {
  if (batch.first == batch.last) return run_one(scenario, batch);
  Seeds seeds(scenario, batch);
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < batch.jobs; ++i) workers.emplace_back([&] { seeds.work(); });
  Outcome all;
  Digest digest;
  for (std::uint64_t seed = batch.first; seed <= batch.last; ++seed) {
    const Outcome one = seeds.take(seed);
    if (seed == batch.first || one.violations != 0 || !batch.quiet)
      std::cout << sim::summary(one) << std::flush;
    digest.absorb(one.digest);
    add(all, one);
  }
  all.scenario = scenario.name;
  all.seed = batch.first;
  all.appliances = scenario.appliances;
  all.digest = digest.value();
  return all;
}

}  // namespace drydock::fleet_sim
