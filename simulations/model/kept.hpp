#pragma once
// A machine as a large fleet keeps it: its state and where it stands. Seed and entity are the
// same for all machines of one party and are given with each turn.
#include "actors/stepper.hpp"

namespace drydock::sim {

struct Clocks {
  Instant up;
  WallTime wall;
  WallTrust trust = WallTrust::unset;
};

template <Machine M>
class Kept {
 public:
  const typename M::Store& store() const { return store_; }
  const TurnMark& mark() const { return mark_; }
  void step(std::uint64_t seed, std::uint64_t entity, const typename M::Event& event,
            const Clocks& now, typename EffectsOf<M>::type& out) {
    take_turn<M>(store_, mark_, seed, entity, event, now.up, now.wall, now.trust, out);
  }

 private:
  static_assert(PlainStore<typename M::Store>);
  typename M::Store store_{};
  TurnMark mark_;
};

}  // namespace drydock::sim
