#pragma once
// One connection to PostgreSQL. Rows and the mark of how far they go are one transaction, so that
// each decision is there once, whatever is cut off. One thread, but for cut().
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sinks/rows.hpp"
#include "runtime/sinks/source.hpp"

namespace drydock::sinks {

class Database {
 public:
  // Of a server that accepts and then says nothing, each address of the name costs this; no other
  // connect_timeout that the URL may ask for counts. Looking up the name has its resolver's limit.
  static constexpr int connect_s_max = 3;
  // What one statement may take: the server's word, and ours where even that does not come.
  static constexpr int statement_s_max = 10;
  static constexpr std::chrono::seconds answer_max{statement_s_max + 2};

  // No error of this class holds a password.
  static Result<std::unique_ptr<Database>> connect(const std::string& url);
  ~Database();

  // Makes the tables where they are missing. `incarnation` is whose decisions they are: mismatch
  // when the tables hold another's. Comes first.
  Status claim(const std::string& incarnation);

  std::uint64_t position() const { return position_; }  // of the newest decision that is there
  // They follow position(). Refused when somebody else has written meanwhile: open anew.
  Status add(const std::vector<DecisionRows>& decisions);
  Status put(const std::vector<RolloutRow>& rollouts, const EvidenceHead& head,
             std::int64_t wall_ms);
  Status put(const std::vector<FleetRow>& fleet);
  // From any thread while this lives. cut(): what is under way fails soon. overdue(): a statement
  // has had no answer for answer_max.
  void cut();
  bool overdue(std::chrono::steady_clock::time_point now) const;

 private:
  struct Parts;
  explicit Database(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
  std::uint64_t position_ = 0;
};

}  // namespace drydock::sinks
