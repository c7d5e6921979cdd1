#pragma once
// Turns: the heart of every shell that keeps a journal. Steps the machine, writes the turn, and
// lets its effects leave only when the turn is durable, in journal order. It may step ahead of
// durability. One thread: the owner's.
#include <deque>
#include <functional>
#include <optional>

#include "runtime/journal/journal.hpp"
#include "runtime/shell/room.hpp"
#include "runtime/shell/turn_record.hpp"

namespace drydock::shell {

struct Moment {  // what the clocks say; the shell's only contribution to a turn
  Instant up;
  WallTime wall;
  WallTrust trust = WallTrust::unset;
};

template <Machine M>
class Turns {
 public:
  using Effects = typename EffectsOf<M>::type;
  using Leave = std::function<void(const typename M::Effect&)>;

  // journal may be nullptr for a machine that is not durable; it outlives this. on_durable is
  // called on the journal's thread: it must bring the number to the owner, who calls durable().
  Turns(Stepper<M> stepper, journal::Journal* journal, std::function<Moment()> now,
        std::function<void(std::uint64_t)> on_durable, Leave leave)
      : stepper_(std::move(stepper)),
        journal_(journal),
        now_(std::move(now)),
        on_durable_(std::move(on_durable)),
        leave_(std::move(leave)) {
    ASSERT(journal_ != nullptr || !M::durable);
  }

  void take(const typename M::Event& event) {
    make_room(stepper_.store());
    const Moment at = now_();
    Effects effects;
    const bool idle = stepper_.step(event, at.up, at.wall, at.trust, effects);
    if (M::durable && !idle) {
      newest_ = journal_->append(turn_record(stepper_, event, at.up, at.wall, at.trust, effects),
                                 on_durable_);
    }
    stepper_.close();
    for (const auto& effect : effects) {
      // An answer to an idle turn may rest on turns that are not durable yet: it waits for them.
      if (newest_ <= durable_ && waiting_.empty())
        leave_(effect);
      else
        waiting_.push_back({newest_, effect});
    }
  }

  void durable(std::uint64_t seq) {
    durable_ = seq;
    while (!waiting_.empty() && waiting_.front().seq <= durable_) {
      const auto effect = waiting_.front().effect;
      waiting_.pop_front();
      leave_(effect);
    }
  }

  const Stepper<M>& stepper() const { return stepper_; }

 private:
  struct Waiting {
    std::uint64_t seq;
    typename M::Effect effect;
  };
  Stepper<M> stepper_;
  journal::Journal* journal_;
  std::function<Moment()> now_;
  std::function<void(std::uint64_t)> on_durable_;
  Leave leave_;
  std::deque<Waiting> waiting_;  // bounded by the journal's own queue
  std::uint64_t newest_ = 0, durable_ = 0;
};

}  // namespace drydock::shell
