#pragma once
// A message with random content, from dice: what round-trip tests and fuzzers feed on.
#include "messages/fields.hpp"
#include "runtime/kernel/dice.hpp"

namespace drydock {

template <class T>
void generate(Dice& dice, T& x);

template <std::size_t I = 0, class... Ts>
void generate_alternative(Dice& dice, std::size_t index, std::variant<Ts...>& x) {
  if constexpr (I < sizeof...(Ts)) {
    if (I != index) return generate_alternative<I + 1>(dice, index, x);
    std::variant_alternative_t<I, std::variant<Ts...>> held{};
    generate(dice, held);
    x = held;
  }
}

template <class T>
void generate(Dice& dice, T& x) {
  if constexpr (std::is_same_v<T, bool>) {
    x = dice.below(2) == 1;
  } else if constexpr (std::is_enum_v<T>) {
    x = static_cast<T>(dice.below(8));
  } else if constexpr (StrongNumber<T>) {
    generate(dice, x.value);
  } else if constexpr (PlainNumber<T>) {
    x = static_cast<T>(dice.next() >> dice.below(64));  // all magnitudes, small ones often
  } else if constexpr (is_text<T>::value) {
    std::string text;
    for (std::uint64_t n = dice.below(13); n > 0; --n)
      text.push_back(static_cast<char>('a' + dice.below(26)));
    x = T(text);
  } else if constexpr (is_bytes<T>::value) {
    for (auto& byte : x) byte = static_cast<std::uint8_t>(dice.below(256));
  } else if constexpr (is_list<T>::value) {
    using Item = std::remove_cvref_t<decltype(*x.begin())>;
    for (std::uint64_t n = dice.below(4); n > 0; --n) {
      Item item{};
      generate(dice, item);
      if constexpr (requires { x.add(item); }) {
        if (!x.full()) x.add(item);
      } else
        x.push_back(item);
    }
  } else if constexpr (is_variant<T>::value) {
    generate_alternative(dice, dice.below(std::variant_size_v<T>), x);
  } else if constexpr (is_optional<T>::value) {
    if (dice.below(2) == 1) generate(dice, x.emplace());
  } else {
    for_each_field<T>([&](auto f) { generate(dice, x.*(f.member)); });
  }
}

}  // namespace drydock
