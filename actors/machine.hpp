#pragma once
// What every machine is: a name, events, effects, a store, and one total, pure step.
//
//   struct HealthGate {
//     static constexpr const char* name = "health_gate";
//     static constexpr std::uint32_t id = 3;             // on disk; never reused
//     static constexpr std::uint32_t logic_version = 1;  // raised when a decision changes
//     static constexpr bool durable = true;              // false: about live connections only
//     using Event = std::variant<...>;                   // past tense
//     using Effect = std::variant<...>;                  // imperative, or another machine's event
//     struct State { ... fields() ... };
//     using Store = State;                               // or a struct of a head and tables
//     static void step(Store&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
//     static bool only_answers(const Effect&) noexcept;  // an effect that needs no record
//   };
#include <concepts>
#include <type_traits>
#include <variant>

#include "messages/fields.hpp"
#include "runtime/kernel/outbox.hpp"
#include "runtime/kernel/table.hpp"
#include "runtime/kernel/turn.hpp"

namespace drydock {

// What one step may emit; a machine that needs more room than most names its own `Out`.
template <class M>
struct EffectsOf {
  using type = Outbox<typename M::Effect>;
};
template <class M>
requires requires { typename M::Out; }
struct EffectsOf<M> {
  using type = typename M::Out;
};

template <class M>
concept Machine = requires(typename M::Store& store, const typename M::Event& event,
                           const Turn& turn, typename EffectsOf<M>::type& out,
                           const typename M::Effect& effect) {
  { M::step(store, event, turn, out) }
  noexcept->std::same_as<void>;
  { M::only_answers(effect) }
  noexcept->std::same_as<bool>;
  { M::id } -> std::convertible_to<std::uint32_t>;
  { M::logic_version } -> std::convertible_to<std::uint32_t>;
  { M::durable } -> std::convertible_to<bool>;
  { M::name } -> std::convertible_to<const char*>;
};

// A store of one small state, or one with tables: `head` and `for_each_table(visit(number,
// table))`.
template <class Store>
concept PlainStore = HasFields<Store> && std::is_trivially_copyable_v<Store>;

// What a plain store keeps only as long as its process: neither journaled nor recovered, so a turn
// that changes nothing else may be idle. A turn's record carries it as it stood before the turn: a
// replay steps from the same place.
template <class Store>
concept HasPassing = PlainStore<Store> && HasFields<decltype(Store::passing)>;
template <class Store>
struct PassingOf {  // of a store that has none
  using type = std::monostate;
};
template <HasPassing Store>
struct PassingOf<Store> {
  using type = decltype(Store::passing);
};

template <class Variant, class T>
struct holds_alternative_type;
template <class... Ts, class T>
struct holds_alternative_type<std::variant<Ts...>, T>
    : std::bool_constant<(std::is_same_v<Ts, T> || ...)> {};
// Is T one of the alternatives of this event or effect?
template <class Variant, class T>
inline constexpr bool holds = holds_alternative_type<Variant, T>::value;

}  // namespace drydock
