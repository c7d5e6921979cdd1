#pragma once
// Random events through a machine. A step is total: whatever comes, in whatever phase, it neither
// asserts nor runs its outbox over; both would end the test program.
#include "messages/generator.hpp"
#include "tests/support/driver.hpp"
#include "tests/support/seed.hpp"

namespace drydock::testing {

// Makes most numbers small, so that ids of different events meet.
template <class T>
void narrow(Dice& dice, T& x) {
  if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T>) {
    return;
  } else if constexpr (StrongNumber<T>) {
    narrow(dice, x.value);
  } else if constexpr (PlainNumber<T>) {
    if (dice.below(8) != 0) x = static_cast<T>(dice.below(4));
  } else if constexpr (is_list<T>::value) {
    T narrowed{};
    for (auto item : x) {
      narrow(dice, item);
      narrowed.add(item);
    }
    x = narrowed;
  } else if constexpr (is_variant<T>::value) {
    std::visit([&](auto& held) { narrow(dice, held); }, x);
  } else if constexpr (HasFields<T>) {
    for_each_field<T>([&](auto f) { narrow(dice, x.*(f.member)); });
  }
}

template <class T>
T random(Dice& dice) {
  T x{};
  generate(dice, x);
  narrow(dice, x);
  return x;
}

template <Machine M>
void random_times(Dice& dice, Driver<M>& driver) {
  if (dice.below(4) == 0) {
    driver.up = random<Instant>(dice);
    driver.wall = random<WallTime>(dice);
    driver.trust = static_cast<WallTrust>(dice.below(3));
  }
  driver.wait(milliseconds(static_cast<std::int64_t>(dice.below(600'000))));
}

// One long life of random events.
template <Machine M>
void live(std::uint64_t entity, int events) {
  Dice dice(seed(), entity, M::id);
  Driver<M> driver(entity);
  for (int n = 0; n < events; ++n) {
    random_times(dice, driver);
    driver.tell(random<typename M::Event>(dice));
  }
}

// One long life by a script that answers what the machine does; `look` sees every turn.
template <class Script, class Look>
void follow(std::uint64_t chosen_seed, std::uint64_t entity, int events, Look&& look) {
  using M = typename Script::M;
  Dice dice(chosen_seed, entity, M::id);
  Driver<M> driver(entity);
  Script script;
  for (int n = 0; n < events; ++n) {
    driver.wait(milliseconds(static_cast<std::int64_t>(dice.below(60'000))));
    driver.trust = dice.below(20) == 0 ? WallTrust::unset : WallTrust::synchronised;
    driver.tell(script.next(dice, driver));
    look(driver);
  }
}

// One event out of a random state; `phases` is how many the machine has.
template <Machine M>
void jump(std::uint64_t entity, int events, std::uint64_t phases) {
  Dice dice(seed(), entity, M::id);
  for (int n = 0; n < events; ++n) {
    Driver<M> driver(entity);
    driver.store() = random<typename M::State>(dice);
    if constexpr (requires { driver.store().phase; })
      driver.store().phase = static_cast<typename M::Phase>(dice.below(phases));
    random_times(dice, driver);
    driver.tell(random<typename M::Event>(dice));
  }
}

}  // namespace drydock::testing
