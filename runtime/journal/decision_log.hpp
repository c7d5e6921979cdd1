#pragma once
// The port through which the centre decides. A proposal is a wish; only a decision that the log
// answers with a position counts. On one machine the log is the journal; in a cluster it is one
// transaction that fences and appends. This header needs neither.
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/result.hpp"

namespace drydock::journal {

struct Decision {
  std::uint64_t position = 0;  // 1, 2, ...
  std::uint64_t epoch = 0;     // of the leader that proposed it
  std::string bytes;
  bool operator==(const Decision&) const = default;
};

struct Proposal {
  std::string bytes;
  std::uint64_t expected_head = 0;  // it becomes position expected_head + 1 or nothing
  std::uint64_t epoch = 0;
};

struct Unknown {  // may be in the log or not: read the log before proposing again
  bool operator==(const Unknown&) const = default;
};
struct Appended {  // durable at this position
  std::uint64_t position = 0;
  bool operator==(const Appended&) const = default;
};
struct Lost {  // certainly not in the log: another head or epoch
  std::uint64_t head = 0;
  std::uint64_t epoch = 0;
  bool operator==(const Lost&) const = default;
};
using DecisionOutcome = std::variant<Unknown, Appended, Lost>;

inline constexpr std::size_t decisions_read_max = 1024;  // by one call of read()

class DecisionLog {
 public:
  virtual ~DecisionLog() = default;

  // Calls back exactly once, perhaps before it returns, on a thread of the log's choice. Several
  // proposals may be under way: each expects the head the one before would leave.
  virtual void propose(Proposal proposal, std::function<void(DecisionOutcome)> outcome) = 0;
  // At most decisions_read_max decisions with from <= position <= to, in order.
  virtual Result<std::vector<Decision>> read(std::uint64_t from, std::uint64_t to) const = 0;
  virtual std::uint64_t head() const = 0;   // newest readable position; 0: none yet
  virtual std::uint64_t epoch() const = 0;  // proposals of another epoch are Lost
};

}  // namespace drydock::journal
