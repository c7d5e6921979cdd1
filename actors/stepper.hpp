#pragma once
// take_turn: what a turn is. All four shells go through it, so that a turn means the same in
// production, in the simulator and in a replay. Stepper: one machine with its store, turn count and
// digest chain. Pure.
#include "actors/machine.hpp"
#include "messages/digest.hpp"

namespace drydock {

// Where a machine stands: restored from the journal, compared between shells.
struct TurnMark {
  std::uint64_t turn_no = 0;  // turns taken that were not idle
  std::uint64_t chain = 0;    // digest over every event, touched row and effect so far
  static constexpr auto fields() {
    return std::tuple{field<1>("turn_no", &TurnMark::turn_no), field<2>("chain", &TurnMark::chain)};
  }
  friend bool operator==(const TurnMark&, const TurnMark&) = default;
};

// What one turn did, besides what it did to the store.
template <Machine M>
struct Taken {
  bool idle = true;  // no row changed and nothing but answers leave: it leaves no trace
  bool head_changed = false;
  [[no_unique_address]] typename PassingOf<typename M::Store>::type passing_before{};
};

// visit(table number, key, row): table 0 is the state or head, the others follow.
template <Machine M, class Visit>
void visit_changed(const typename M::Store& store, bool head_changed, Visit&& visit) {
  if constexpr (PlainStore<typename M::Store>) {
    if (head_changed) visit(std::uint32_t{0}, std::uint64_t{0}, store);
  } else {
    if (head_changed) visit(std::uint32_t{0}, std::uint64_t{0}, store.head);
    store.for_each_table([&](std::uint32_t number, const auto& table) {
      for (std::uint32_t i : table.touched())
        visit(number, static_cast<std::uint64_t>(table.key(i).value), table.row(i));
    });
  }
}

template <Machine M>
void extend_chain(TurnMark& mark, const typename M::Event& event, const Turn& turn,
                  const typename M::Store& store, const Taken<M>& taken,
                  const typename EffectsOf<M>::type& out) {
  ++mark.turn_no;
  Digest digest(mark.chain);
  absorb(digest, mark.turn_no);
  absorb(digest, turn.up);
  absorb(digest, turn.wall);
  absorb(digest, turn.wall_trust);
  if constexpr (HasPassing<typename M::Store>) absorb(digest, taken.passing_before);
  absorb(digest, event);
  visit_changed<M>(store, taken.head_changed,
                   [&](std::uint32_t number, std::uint64_t key, const auto& row) {
                     digest.absorb(number);
                     digest.absorb(key);
                     absorb(digest, row);
                   });
  for (const auto& effect : out) absorb(digest, effect);
  mark.chain = digest.value();
}

// One turn on a store and mark that somebody else keeps, as a fleet of a million does.
template <Machine M>
Taken<M> take_turn(typename M::Store& store, TurnMark& mark, std::uint64_t seed,
                   std::uint64_t entity, const typename M::Event& event, Instant up, WallTime wall,
                   WallTrust trust, typename EffectsOf<M>::type& out) {
  const Turn turn{up, wall, trust, Dice(seed, entity, mark.turn_no + 1)};
  Taken<M> taken;
  out.clear();
  if constexpr (PlainStore<typename M::Store>) {
    typename M::Store before = store;
    M::step(store, event, turn, out);
    if constexpr (HasPassing<typename M::Store>) {
      taken.passing_before = before.passing;
      before.passing = store.passing;
    }
    taken.head_changed = !(before == store);
  } else {
    const auto before = store.head;
    M::step(store, event, turn, out);
    taken.head_changed = !(before == store.head);
  }
  visit_changed<M>(store, taken.head_changed, [&](auto, auto, const auto&) { taken.idle = false; });
  for (const auto& effect : out) taken.idle = taken.idle && M::only_answers(effect);
  if (!taken.idle) extend_chain<M>(mark, event, turn, store, taken, out);
  return taken;
}

template <Machine M>
class Stepper {
 public:
  using Store = typename M::Store;
  using Effects = typename EffectsOf<M>::type;

  Stepper(std::uint64_t seed, std::uint64_t entity) : seed_(seed), entity_(entity) {}

  Store& store() { return store_; }  // for recovery and for reserving tables, between steps
  const Store& store() const { return store_; }
  const TurnMark& mark() const { return mark_; }
  void restore(const TurnMark& mark) { mark_ = mark; }

  // One turn; answers whether it was idle. Until `close()`, `changed()` visits the touched rows.
  bool step(const typename M::Event& event, Instant up, WallTime wall, WallTrust trust,
            Effects& out) {
    taken_ = take_turn<M>(store_, mark_, seed_, entity_, event, up, wall, trust, out);
    return taken_.idle;
  }
  // What passes, as it stood before the last turn.
  const auto& passing_before() const { return taken_.passing_before; }

  template <class Visit>
  void changed(Visit&& visit) const {
    visit_changed<M>(store_, taken_.head_changed, visit);
  }
  void close() {
    taken_.head_changed = false;
    if constexpr (!PlainStore<Store>)
      store_.for_each_table([](std::uint32_t, auto& table) { table.forget_touched(); });
  }

 private:
  std::uint64_t seed_, entity_;
  Store store_{};
  TurnMark mark_;
  Taken<M> taken_;
};

}  // namespace drydock
