#pragma once
// Driver: one machine, fed event by event at times of the test's choosing. It keeps what the last
// event led to and the newest timer of each tag, so that a claim reads as a short story.
#include <array>
#include <string>
#include <vector>

#include "actors/stepper.hpp"
#include "messages/appliance.hpp"
#include "messages/text.hpp"

namespace drydock::testing {

template <Machine M>
class Driver {
 public:
  using Effects = typename EffectsOf<M>::type;
  static constexpr std::uint32_t rows = 64;

  explicit Driver(std::uint64_t seed = 1) : stepper_(seed, 1) {
    if constexpr (!PlainStore<typename M::Store>)
      stepper_.store().for_each_table([](auto, auto& table) { table.reserve(rows, 4 * rows); });
  }

  // Time before the next event.
  void wait(Duration d) {
    up = up + d;
    wall = wall + d;
  }
  void tell(const typename M::Event& event) {
    idle_ = stepper_.step(event, up, wall, trust, out_);
    stepper_.close();
    for (const auto& effect : out_)
      if (const auto* timer = armed(effect)) timers_[timer->tag & 15] = *timer;
  }
  // The newest timer of this tag fires, as late as it was asked to.
  void fire(std::uint8_t tag) { tell(due(tag)); }
  // The same as an event; time has passed when this returns.
  TimerFired due(std::uint8_t tag) {
    wait(timers_[tag].after);
    return {tag, timers_[tag].generation};
  }
  Duration timer(std::uint8_t tag) const { return timers_[tag].after; }
  std::uint32_t generation(std::uint8_t tag) const { return timers_[tag].generation; }

  // What the last event led to.
  template <class T>
  const T* get() const {
    for (const auto& effect : out_)
      if (const T* held = std::get_if<T>(&effect)) return held;
    return nullptr;
  }
  template <class T>
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& effect : out_) n += std::holds_alternative<T>(effect) ? 1 : 0;
    return n;
  }
  bool quiet() const { return out_.empty(); }
  bool idle() const { return idle_; }
  const Effects& out() const { return out_; }
  std::string text() const {  // for the message of a failed check
    std::string all;
    for (const auto& effect : out_) all += to_text(effect) + " ";
    return all;
  }

  auto& store() { return stepper_.store(); }
  const Stepper<M>& stepper() const { return stepper_; }

  Instant up{3'600'000};
  WallTime wall{1'750'000'000'000};
  WallTrust trust = WallTrust::synchronised;

 private:
  static const ArmTimer* armed(const typename M::Effect& effect) {
    if constexpr (holds<typename M::Effect, ArmTimer>)
      return std::get_if<ArmTimer>(&effect);
    else
      return nullptr;
  }

  Stepper<M> stepper_;
  Effects out_;
  std::array<ArmTimer, 16> timers_{};
  bool idle_ = false;
};

}  // namespace drydock::testing
