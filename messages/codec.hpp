#pragma once
// Protobuf wire bytes from a field list, and back.
// The bytes are canonical: fields in the order of the list, numbers and texts that are zero or
// empty left out as in proto3, nested messages always written, repeated numbers packed. Format:
// protobuf.dev/programming-guides/encoding.
#include <cstring>
#include <string>
#include <string_view>

#include "messages/fields.hpp"

namespace drydock {

namespace wire {

enum class Type : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

inline void put_varint(std::string& out, std::uint64_t n) {
  while (n > 127) {
    out.push_back(static_cast<char>(n | 128));
    n >>= 7;
  }
  out.push_back(static_cast<char>(n));
}
inline void put_key(std::string& out, std::uint32_t number, Type type) {
  put_varint(out, std::uint64_t{number} << 3 | static_cast<std::uint32_t>(type));
}
inline void put_bytes(std::string& out, std::uint32_t number, std::string_view bytes) {
  put_key(out, number, Type::bytes);
  put_varint(out, bytes.size());
  out.append(bytes);
}

// Reads from the front of a view; `ok` turns false at the first malformed byte and stays so.
struct Reader {
  std::string_view rest;
  bool ok = true;

  std::uint64_t varint() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest.empty()) break;
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      n |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return n;
    }
    ok = false;
    return 0;
  }
  std::string_view bytes() { return take(varint()); }
  std::string_view take(std::uint64_t size) {
    if (!ok || size > rest.size()) {
      ok = false;
      return {};
    }
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
  void skip(std::uint64_t type) {  // an unknown field of a newer writer
    if (type == 0)
      varint();
    else if (type == 1)
      take(8);
    else if (type == 2)
      bytes();
    else if (type == 5)
      take(4);
    else
      ok = false;
  }
};

}  // namespace wire

template <HasFields T>
void encode_to(std::string& out, const T& message);
template <HasFields T>
bool decode_from(std::string_view bytes, T& message);

namespace wire {

template <HasFields T>
bool merge_from(std::string_view bytes, T& message);

// What is left out on the wire is zero, whatever the struct itself begins with.
template <class T>
void clear(T& x) {
  if constexpr (StrongNumber<T>)
    x.value = 0;
  else if constexpr (HasFields<T>)
    for_each_field<T>([&](auto f) { clear(x.*(f.member)); });
  else
    x = T{};
  if constexpr (is_variant<T>::value) clear(*std::get_if<0>(&x));
}
template <class T>
T cleared() {
  T x{};
  clear(x);
  return x;
}

template <class T>
void put(std::string& out, std::uint32_t number, const T& x) {
  if constexpr (PlainNumber<T> || StrongNumber<T>) {
    if (wire_number(x) == 0) return;
    put_key(out, number, Type::varint);
    put_varint(out, wire_number(x));
  } else if constexpr (is_text<T>::value) {
    const std::string_view text = [&] {
      if constexpr (requires { x.view(); })
        return x.view();
      else
        return std::string_view(x);
    }();
    if (!text.empty()) put_bytes(out, number, text);
  } else if constexpr (is_bytes<T>::value) {
    put_bytes(out, number, {reinterpret_cast<const char*>(x.data()), x.size()});
  } else if constexpr (is_list<T>::value) {
    using Item = std::remove_cvref_t<decltype(*x.begin())>;
    if (x.size() == 0) return;
    if constexpr (PlainNumber<Item> || StrongNumber<Item>) {
      std::string packed;
      for (const auto& item : x) put_varint(packed, wire_number(item));
      put_bytes(out, number, packed);
    } else if constexpr (is_text<Item>::value || is_bytes<Item>::value) {
      for (const auto& item : x)
        put_bytes(out, number, {reinterpret_cast<const char*>(item.data()), item.size()});
    } else {
      for (const auto& item : x) put(out, number, item);
    }
  } else if constexpr (is_variant<T>::value) {
    std::visit(
        [&](const auto& held) { put(out, number + static_cast<std::uint32_t>(x.index()), held); },
        x);
  } else if constexpr (is_optional<T>::value) {
    if (x) put(out, number, *x);
  } else {
    static_assert(HasFields<T>, "a member type the codec does not know");
    std::string nested;
    encode_to(nested, x);
    put_bytes(out, number, nested);
  }
}

template <class T>
void get(Reader& in, std::uint64_t type, T& x);

template <class T>
void get_list(Reader& in, std::uint64_t type, T& x) {
  using Item = std::remove_cvref_t<decltype(*x.begin())>;
  const auto add = [&](const Item& item) {
    if constexpr (requires { x.add(item); }) {
      if (x.full())
        in.ok = false;
      else
        x.add(item);
    } else
      x.push_back(item);
  };
  if constexpr (PlainNumber<Item> || StrongNumber<Item>) {
    if (type == 2) {
      Reader packed{in.bytes()};
      while (in.ok && packed.ok && !packed.rest.empty()) {
        Item item{};
        in.ok = from_wire_number(packed.varint(), item) && packed.ok;
        if (in.ok) add(item);
      }
      in.ok = in.ok && packed.ok;
      return;
    }
  }
  auto item = cleared<Item>();
  get(in, type, item);
  if (in.ok) add(item);
}

template <std::size_t I = 0, class... Ts>
bool get_alternative(Reader& in, std::uint64_t type, std::size_t index, std::variant<Ts...>& x) {
  if constexpr (I == sizeof...(Ts))
    return false;
  else {
    if (I != index) return get_alternative<I + 1>(in, type, index, x);
    if (x.index() != I) x = cleared<std::variant_alternative_t<I, std::variant<Ts...>>>();
    get(in, type, *std::get_if<I>(&x));
    return true;
  }
}

template <class T>
void get(Reader& in, std::uint64_t type, T& x) {
  if constexpr (PlainNumber<T> || StrongNumber<T>) {
    in.ok = in.ok && type == 0;
    if (!in.ok) return;
    const std::uint64_t n = in.varint();
    in.ok = in.ok && from_wire_number(n, x);
  } else if constexpr (is_list<T>::value) {
    get_list(in, type, x);
  } else {
    if (type != 2) {
      in.ok = false;
      return;
    }
    const std::string_view bytes = in.bytes();
    if (!in.ok) return;
    if constexpr (std::is_same_v<T, std::string>) {
      x = std::string(bytes);
    } else if constexpr (is_text<T>::value) {
      if (bytes.size() > T::capacity)
        in.ok = false;
      else
        x = T(bytes);
    } else if constexpr (is_bytes<T>::value) {
      if (bytes.size() != x.size())
        in.ok = false;
      else
        std::memcpy(x.data(), bytes.data(), x.size());
    } else if constexpr (is_optional<T>::value) {
      if (!x) x = cleared<typename T::value_type>();
      in.ok = merge_from(bytes, *x);
    } else {
      in.ok = merge_from(bytes, x);
    }
  }
}

}  // namespace wire

template <HasFields T>
void encode_to(std::string& out, const T& message) {
  for_each_field<T>([&](auto f) { wire::put(out, f.number, message.*(f.member)); });
}

template <HasFields T>
std::string encode(const T& message) {
  std::string out;
  encode_to(out, message);
  return out;
}

// Fills `message`; false when the bytes are malformed or a value does not fit, and then its content
// means nothing. Unknown field numbers are skipped.
template <HasFields T>
bool decode_from(std::string_view bytes, T& message) {
  wire::clear(message);
  return wire::merge_from(bytes, message);
}

// As protobuf merges: the last number or text counts, lists grow, messages are merged again.
template <HasFields T>
bool wire::merge_from(std::string_view bytes, T& message) {
  Reader in{bytes};
  while (in.ok && !in.rest.empty()) {
    const std::uint64_t key = in.varint();
    const std::uint64_t number = key >> 3, type = key & 7;
    in.ok = in.ok && number != 0 && key <= 0xFFFFFFFF;
    bool known = false;
    for_each_field<T>([&](auto f) {
      auto& member = message.*(f.member);
      using Member = std::remove_cvref_t<decltype(member)>;
      if (!in.ok || known) return;
      if constexpr (is_variant<Member>::value) {
        if (number < f.number || number >= f.number + std::variant_size_v<Member>) return;
        known = get_alternative(in, type, static_cast<std::size_t>(number - f.number), member);
      } else {
        if (number != f.number) return;
        known = true;
        get(in, type, member);
      }
    });
    if (!known && in.ok) in.skip(type);
  }
  return in.ok;
}

// A variant of messages standing alone (an event, an effect): a message with one oneof from 1.
template <class... Ts>
std::string encode(const std::variant<Ts...>& x) {
  std::string out;
  wire::put(out, 1, x);
  return out;
}
template <class... Ts>
bool decode_from(std::string_view bytes, std::variant<Ts...>& x) {
  wire::Reader in{bytes};
  const std::uint64_t key = in.varint();
  wire::clear(x);
  return in.ok && (key >> 3) >= 1 &&
         wire::get_alternative(in, key & 7, static_cast<std::size_t>((key >> 3) - 1), x) && in.ok &&
         in.rest.empty();
}

}  // namespace drydock
