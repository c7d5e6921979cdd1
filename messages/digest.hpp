#pragma once
// The digest of a message: its fields in the order of the list, never its wire bytes or padding.
#include "messages/fields.hpp"
#include "runtime/kernel/digest.hpp"

namespace drydock {

template <class T>
void absorb(Digest& digest, const T& x) {
  if constexpr (PlainNumber<T> || StrongNumber<T>) {
    digest.absorb(wire_number(x));
  } else if constexpr (is_text<T>::value) {
    if constexpr (requires { x.view(); })
      digest.absorb_bytes(x.view().data(), x.view().size());
    else
      digest.absorb_bytes(x.data(), x.size());
  } else if constexpr (is_bytes<T>::value) {
    digest.absorb_bytes(reinterpret_cast<const char*>(x.data()), x.size());
  } else if constexpr (is_list<T>::value) {
    digest.absorb(x.size());
    for (const auto& item : x) absorb(digest, item);
  } else if constexpr (is_variant<T>::value) {
    digest.absorb(x.index());
    std::visit([&](const auto& held) { absorb(digest, held); }, x);
  } else if constexpr (is_optional<T>::value) {
    digest.absorb(x.has_value() ? 1 : 0);
    if (x) absorb(digest, *x);
  } else {
    for_each_field<T>([&](auto f) {
      digest.absorb(f.number);
      absorb(digest, x.*(f.member));
    });
  }
}

template <class T>
std::uint64_t digest_of(const T& x) {
  Digest digest;
  absorb(digest, x);
  return digest.value();
}

}  // namespace drydock
