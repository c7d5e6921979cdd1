#pragma once
// Why a request is not served: the error for a person, and the reason in the reports' words.
#include <optional>
#include <utility>
#include <variant>

#include "messages/report.hpp"
#include "runtime/kernel/assert.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

struct Refusal {
  Reason reason;
  Error error;
};

inline Refusal refuse(Reason reason, std::string text) {
  return {reason, {ErrorKind::refused, std::move(text)}};
}

inline Refusal io_error(const Error& error) { return {Reason::io_error, error}; }

// T, or the refusal.
template <class T>
class [[nodiscard]] Checked {
 public:
  Checked(T value) : content_(std::move(value)) {}            // NOLINT
  Checked(Refusal refusal) : content_(std::move(refusal)) {}  // NOLINT
  explicit operator bool() const { return content_.index() == 0; }
  T& operator*() {
    ASSERT(*this);
    return *std::get_if<0>(&content_);
  }
  T* operator->() { return &**this; }
  const Refusal& refusal() const {
    ASSERT(!*this);
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, Refusal> content_;
};

}  // namespace drydock::boot
