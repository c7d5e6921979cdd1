#pragma once
// One connection to PostgreSQL. Rows and the mark of how far they go are one transaction, so that
// each decision is there once, whatever is cut off. One thread, but for cut().
#include <memory>
#include <string>
#include <vector>

#include "runtime/sinks/rows.hpp"
#include "runtime/sinks/source.hpp"

namespace drydock::sinks {

class Database {
 public:
  // Connects, and makes the tables where they are missing. `incarnation` is whose decisions they
  // are: mismatch when the tables hold another's. No error holds a password.
  static Result<std::unique_ptr<Database>> open(const std::string& url,
                                                const std::string& incarnation);
  ~Database();

  std::uint64_t position() const { return position_; }  // of the newest decision that is there
  // They follow position(). Refused when somebody else has written meanwhile: open anew.
  Status add(const std::vector<DecisionRows>& decisions);
  Status put(const std::vector<RolloutRow>& rollouts, const EvidenceHead& head,
             std::int64_t wall_ms);
  Status put(const std::vector<FleetRow>& fleet);
  // From any thread while this lives: what is under way fails soon.
  void cut();

 private:
  struct Parts;
  Database(std::unique_ptr<Parts> parts, std::uint64_t position);
  std::unique_ptr<Parts> parts_;
  std::uint64_t position_;
};

}  // namespace drydock::sinks
