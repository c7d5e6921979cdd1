#pragma once
// The plain loop: one machine, one thread, no journal. For one-shot programs (health-gate --verify)
// and for tests. `world` carries out an effect and may answer with events; it may block.
#include <deque>
#include <functional>

#include "runtime/shell/turns.hpp"

namespace drydock::shell {

inline constexpr int plain_turns_max = 10'000;  // more is a loop that feeds itself: our bug

template <Machine M>
class PlainLoop {
 public:
  using Post = std::function<void(const typename M::Event&)>;
  using World = std::function<void(const typename M::Effect&, const Post&)>;

  PlainLoop(Stepper<M> stepper, std::function<Moment()> now, World world)
      : stepper_(std::move(stepper)), now_(std::move(now)), world_(std::move(world)) {}

  // Runs until no event is left.
  void run(const typename M::Event& first) {
    events_.push_back(first);
    const Post post = [this](const typename M::Event& event) { events_.push_back(event); };
    for (int turns = 0; !events_.empty(); ++turns) {
      ASSERT(turns < plain_turns_max);
      const auto event = events_.front();
      events_.pop_front();
      make_room(stepper_.store());
      const Moment at = now_();
      typename EffectsOf<M>::type effects;
      stepper_.step(event, at.up, at.wall, at.trust, effects);
      stepper_.close();
      for (const auto& effect : effects) world_(effect, post);
    }
  }
  const Stepper<M>& stepper() const { return stepper_; }

 private:
  Stepper<M> stepper_;
  std::function<Moment()> now_;
  World world_;
  std::deque<typename M::Event> events_;
};

}  // namespace drydock::shell
