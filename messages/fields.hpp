#pragma once
// The field list: the one place where a message says what it holds.
//
//   struct Report {
//     ReportSeq seq;
//     ReportKind kind = ReportKind::unknown;
//     static constexpr auto fields() {
//       return std::tuple{field<1>("seq", &Report::seq), field<2>("kind", &Report::kind)};
//     }
//   };
//
// Codec, digest, text and generator walk this list. A number, once used on disk or wire, is never
// given to another field. A variant member takes its number for the first alternative and the
// following numbers for the others, as a protobuf oneof.
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "runtime/kernel/list.hpp"

namespace drydock {

template <std::uint32_t Number, class Struct, class Member>
struct Field {
  static constexpr std::uint32_t number = Number;
  const char* name;
  Member Struct::*member;
};

template <std::uint32_t Number, class Struct, class Member>
constexpr Field<Number, Struct, Member> field(const char* name, Member Struct::*member) {
  return {name, member};
}

template <class T>
concept HasFields = requires {
  T::fields();
};

// A strong type around one number: an id, a time, a count. Encoded as that number.
template <class T>
concept StrongNumber = requires(T x) {
  typename T::Rep;
  x.value;
}
&&!HasFields<T>;

template <class T>
concept PlainNumber = std::integral<T> || std::is_enum_v<T>;

// What kind of member a type is, for the walkers.
template <class T>
struct is_list : std::false_type {};
template <class T, std::size_t N>
struct is_list<List<T, N>> : std::true_type {};
template <class T>
struct is_list<std::vector<T>> : std::true_type {};
template <class T>
struct is_text : std::false_type {};
template <std::size_t N>
struct is_text<Text<N>> : std::true_type {};
template <>
struct is_text<std::string> : std::true_type {};
template <class T>
struct is_bytes : std::false_type {};
template <std::size_t N>
struct is_bytes<std::array<std::uint8_t, N>> : std::true_type {};
template <class T>
struct is_variant : std::false_type {};
template <class... Ts>
struct is_variant<std::variant<Ts...>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

// A number as it stands on the wire: 64 bits, signed ones extended.
template <class T>
constexpr std::uint64_t wire_number(const T& x) {
  if constexpr (StrongNumber<T>)
    return wire_number(x.value);
  else if constexpr (std::is_enum_v<T>)
    return static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(x));
  else if constexpr (std::is_signed_v<T>)
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
  else
    return static_cast<std::uint64_t>(x);
}

// Back from the wire; false when the number does not fit the type.
template <class T>
constexpr bool from_wire_number(std::uint64_t n, T& x) {
  if constexpr (StrongNumber<T>)
    return from_wire_number(n, x.value);
  else {
    x = static_cast<T>(n);
    return wire_number(x) == n;
  }
}

template <HasFields T, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](auto... f) { (visit(f), ...); }, T::fields());
}

}  // namespace drydock
