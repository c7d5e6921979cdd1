#pragma once
// Numbers of waiting requests, never given twice: not by this process, and, for its random upper
// half, not by the one before, whose requests are still named in the decision log.
#include <atomic>
#include <cstdint>
#include <random>

#include "messages/ids.hpp"

namespace drydock::centre {

class RequestIds {  // any thread
 public:
  RequestIds() : next_((std::uint64_t{std::random_device{}()} << 32) + 1) {}
  RequestId next() { return {next_++}; }

 private:
  std::atomic<std::uint64_t> next_;
};

}  // namespace drydock::centre
