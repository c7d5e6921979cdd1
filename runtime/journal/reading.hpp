#pragma once
// A look into a journal from outside, read-only: what `drydock journal` lists. Safe beside the
// process that writes it; then it shows one moment of it.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/journal/decision_log.hpp"
#include "runtime/journal/options.hpp"
#include "runtime/result.hpp"

namespace drydock::journal {

class Store;

// One thread. Everything is as of open().
class Reading {
 public:
  // path as for Journal::open; nothing is created or locked. Errors: those of an unreadable,
  // foreign or newer journal.
  static Result<Reading> open(const std::string& path, Profile profile = Profile::agent);
  ~Reading();
  Reading(Reading&&) noexcept;
  Reading& operator=(Reading&&) noexcept;

  // Rows of a table, in the byte order of their keys.
  Status for_each_row(
      std::uint32_t table,
      const std::function<void(std::string_view key, std::string_view value)>& visit) const;
  // Every decision, in the order of their positions. malformed: one does not parse.
  Status for_each_decision(const std::function<void(const Decision&)>& visit) const;

 private:
  explicit Reading(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace drydock::journal
