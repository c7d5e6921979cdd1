#pragma once
// A preallocated file beside the database. It is given back once when the disk is full, so that the
// records in flight (verdicts above all) still land.
#include <cstdint>
#include <string>

#include "runtime/result.hpp"

namespace drydock::journal {

// One thread at a time.
class Reserve {
 public:
  Reserve(std::string path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // Makes the file when it is missing or short and the disk has twice its size to spare.
  // Error no_space otherwise: the disk counts as full, nothing else is wrong.
  Status ensure();
  // Removes the file; false when there was nothing to give.
  bool release();

 private:
  const std::string path_;
  const std::uint64_t bytes_;
};

}  // namespace drydock::journal
