#pragma once
// ASSERT states what must hold if our own code is right. It is on in release builds: a wrong
// program stops before it acts, and recovery starts from the last durable record.
// The world's errors and a caller's bad input are never asserted; they are values.
#include <cstdio>
#include <cstdlib>

namespace drydock {
[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}
}  // namespace drydock

#define ASSERT(condition) \
  ((condition) ? void(0) : ::drydock::assertion_failed(#condition, __FILE__, __LINE__))
