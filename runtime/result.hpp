#pragma once
// Errors of the world and of a caller's input, as values with context.
// An Error says what failed, where, and what to do; callers add context on the way up:
//   return std::move(r).error().in("reading slot B");   // "reading slot B: short read at 4096"
#include <string>
#include <utility>
#include <variant>

#include "runtime/kernel/assert.hpp"

namespace drydock {

enum class ErrorKind {
  io,           // the operating system said no; errno is in the text
  no_space,     // ENOSPC or a limit of ours
  not_found,    // the named thing is not there
  malformed,    // bytes or text that do not parse
  refused,      // understood, and not allowed
  mismatch,     // a hash, size or identity is not what was promised
  unreachable,  // the peer could not be reached, or hung up
  timed_out,
};

struct Error {
  ErrorKind kind;
  std::string text;  // one sentence for a person; no trailing full stop

  [[nodiscard]] Error in(const std::string& where) && { return {kind, where + ": " + text}; }
  [[nodiscard]] Error in(const std::string& where) const& { return {kind, where + ": " + text}; }
};

// T or an Error. Asking a failed result for its value is a bug and stops the program.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  explicit operator bool() const { return content_.index() == 0; }
  bool ok() const { return content_.index() == 0; }
  T& value() & {
    ASSERT(ok());
    return *std::get_if<0>(&content_);
  }
  const T& value() const& {
    ASSERT(ok());
    return *std::get_if<0>(&content_);
  }
  T value() && {
    ASSERT(ok());
    return std::move(*std::get_if<0>(&content_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    ASSERT(!ok());
    return *std::get_if<1>(&content_);
  }
  Error&& error() && {
    ASSERT(!ok());
    return std::move(*std::get_if<1>(&content_));
  }

 private:
  std::variant<T, Error> content_;
};

struct Done {};
using Status = Result<Done>;  // success carries nothing: return Done{};

}  // namespace drydock
