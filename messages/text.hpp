#pragma once
// A message as one line of text for logs, transcripts and test failures: Name-less, "{seq=3
// kind=2}".
#include <string>

#include "messages/fields.hpp"

namespace drydock {

template <class T>
std::string to_text(const T& x) {
  if constexpr (requires { name_of(x); }) {
    return std::string(name_of(x));
  } else if constexpr (std::is_same_v<T, bool>) {
    return x ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<std::int64_t>(static_cast<std::underlying_type_t<T>>(x)));
  } else if constexpr (StrongNumber<T> || PlainNumber<T>) {
    if constexpr (StrongNumber<T>)
      return std::to_string(x.value);
    else
      return std::to_string(x);
  } else if constexpr (is_text<T>::value) {
    if constexpr (requires { x.view(); })
      return '"' + std::string(x.view()) + '"';
    else
      return '"' + x + '"';
  } else if constexpr (is_bytes<T>::value) {
    std::string out;
    for (std::size_t i = 0; i < x.size() && i < 8; ++i) {
      out.push_back("0123456789abcdef"[x[i] >> 4]);
      out.push_back("0123456789abcdef"[x[i] & 15]);
    }
    return out;
  } else if constexpr (is_list<T>::value) {
    std::string out = "[";
    for (const auto& item : x) out += (out.size() > 1 ? " " : "") + to_text(item);
    return out + "]";
  } else if constexpr (is_variant<T>::value) {
    return std::visit(
        [&](const auto& held) {
          if constexpr (requires { std::remove_cvref_t<decltype(held)>::name; })
            return std::string(std::remove_cvref_t<decltype(held)>::name) + to_text(held);
          else
            return std::to_string(x.index()) + to_text(held);
        },
        x);
  } else if constexpr (is_optional<T>::value) {
    return x ? to_text(*x) : "-";
  } else {
    std::string out = "{";
    for_each_field<T>([&](auto f) {
      out += std::string(out.size() > 1 ? " " : "") + f.name + "=" + to_text(x.*(f.member));
    });
    return out + "}";
  }
}

}  // namespace drydock
