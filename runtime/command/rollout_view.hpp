#pragma once
// A rollout as the centre states it, and how fast it goes.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "runtime/command/json.hpp"

namespace drydock::command {

struct RolloutView {
  std::uint64_t rollout = 0;
  std::string version, phase;
  std::uint64_t targets = 0, in_flight = 0, proposed = 0;
  std::uint64_t committed = 0;    // and still good: those that failed late are taken off
  std::uint64_t ended_badly = 0;  // appliances that will not be offered this rollout again
  std::uint64_t failures = 0, failure_limit = 0;
  std::string moved_by;   // operator; empty: the centre itself
  std::string waits_for;  // a sentence; empty: the centre does not say
  Duration waits;         // for how long
  // Without how long it has waited: that changes all the time.
  RolloutView without_time() const {
    RolloutView view = *this;
    view.waits = {};
    return view;
  }
  bool operator==(const RolloutView&) const = default;
};

// Malformed when a number that a verdict rests on is missing: nothing is taken for zero.
Result<RolloutView> read_rollout(const Json& object);

enum class RolloutEnd {
  not_yet,
  complete,  // every target has committed
  settled,   // nothing in flight, and every target that has not committed has ended badly
  halted,
  paused,
};
RolloutEnd end_of(const RolloutView& rollout);
std::string_view name_of(RolloutEnd end);

// Commits per minute over the newest samples; bounded.
class Pace {
 public:
  void saw(Instant at, std::uint64_t committed);
  double committed_per_minute() const;  // 0 until two samples differ
  // Until `left` more have committed, at this pace.
  std::optional<Duration> remaining(std::uint64_t left) const;

 private:
  static constexpr std::size_t samples_max = 60;
  struct Sample {
    Instant at;
    std::uint64_t committed;
  };
  std::deque<Sample> samples_;
};

}  // namespace drydock::command
