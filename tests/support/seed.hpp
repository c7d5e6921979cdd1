#pragma once
// The seed of a randomised test. A run prints it; DRYDOCK_SEED in the environment repeats a run.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace drydock::testing {

inline std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* given = std::getenv("DRYDOCK_SEED");
    const std::uint64_t number = given != nullptr ? std::stoull(given) : 20240607;
    BOOST_TEST_MESSAGE("seed " << number << " (DRYDOCK_SEED sets another)");
    return number;
  }();
  return chosen;
}

}  // namespace drydock::testing
