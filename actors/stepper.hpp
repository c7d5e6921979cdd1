#pragma once
// Stepper: one machine with its store, turn count and digest chain. All four shells step through
// it, so that a turn means the same in production, in the simulator and in a replay. Pure.
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

  // One turn. Afterwards `changed()` visits the touched rows until `close()`; answers whether the
  // turn was idle: no row changed and nothing but answers leave. An idle turn leaves no trace.
  bool step(const typename M::Event& event, Instant up, WallTime wall, WallTrust trust,
            Effects& out) {
    const Turn turn{up, wall, trust, Dice(seed_, entity_, mark_.turn_no + 1)};
    out.clear();
    if constexpr (PlainStore<Store>) {
      const Store before = store_;
      M::step(store_, event, turn, out);
      head_changed_ = !(before == store_);
    } else {
      const auto before = store_.head;
      M::step(store_, event, turn, out);
      head_changed_ = !(before == store_.head);
    }
    bool idle = true;
    changed([&](auto, auto, const auto&) { idle = false; });
    for (const auto& effect : out) idle = idle && M::only_answers(effect);
    if (!idle) extend(event, turn, out);
    return idle;
  }

  // visit(table number, key, row): table 0 is the state or head, the others follow.
  template <class Visit>
  void changed(Visit&& visit) const {
    if constexpr (PlainStore<Store>) {
      if (head_changed_) visit(std::uint32_t{0}, std::uint64_t{0}, store_);
    } else {
      if (head_changed_) visit(std::uint32_t{0}, std::uint64_t{0}, store_.head);
      store_.for_each_table([&](std::uint32_t number, const auto& table) {
        for (std::uint32_t i : table.touched())
          visit(number, static_cast<std::uint64_t>(table.key(i).value), table.row(i));
      });
    }
  }
  void close() {
    head_changed_ = false;
    if constexpr (!PlainStore<Store>)
      store_.for_each_table([](std::uint32_t, auto& table) { table.forget_touched(); });
  }

 private:
  void extend(const typename M::Event& event, const Turn& turn, const Effects& out) {
    ++mark_.turn_no;
    Digest digest(mark_.chain);
    absorb(digest, mark_.turn_no);
    absorb(digest, turn.up);
    absorb(digest, turn.wall);
    absorb(digest, turn.wall_trust);
    absorb(digest, event);
    changed([&](std::uint32_t number, std::uint64_t key, const auto& row) {
      digest.absorb(number);
      digest.absorb(key);
      absorb(digest, row);
    });
    for (const auto& effect : out) absorb(digest, effect);
    mark_.chain = digest.value();
  }

  std::uint64_t seed_, entity_;
  Store store_{};
  TurnMark mark_;
  bool head_changed_ = false;
};

}  // namespace drydock
