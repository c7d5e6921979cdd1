#include "runtime/journal/local_decision_log.hpp"

#include <fmt/format.h>

#include "runtime/journal/little_endian.hpp"

namespace drydock::journal {

namespace {
constexpr const char* epoch_note = "decision-epoch";
}

Result<std::unique_ptr<LocalDecisionLog>> LocalDecisionLog::open(Journal& journal) {
  // What an earlier log of this process handed over counts, too.
  if (auto flushed = journal.flush(); !flushed) return flushed.error();
  std::unique_ptr<LocalDecisionLog> log(new LocalDecisionLog(journal));
  log->proposed_ = journal.decision_head();
  const auto note = journal.note(epoch_note);
  if (note) {
    ByteReader in(*note);
    log->epoch_ = in.number<std::uint64_t>();
    if (!in.ok()) return Error{ErrorKind::malformed, "the decision log's epoch is cut short"};
  } else if (note.error().kind != ErrorKind::not_found) {
    return note.error();
  }
  return log;
}

void LocalDecisionLog::propose(Proposal proposal, std::function<void(DecisionOutcome)> outcome) {
  const std::lock_guard lock(mutex_);
  if (proposal.expected_head != proposed_ || proposal.epoch != epoch_) {
    const Lost lost{proposed_, epoch_};
    journal_.notify([lost, outcome = std::move(outcome)] { outcome(lost); });
    return;
  }
  const Appended appended{++proposed_};
  journal_.append_decision({appended.position, epoch_, std::move(proposal.bytes)},
                           [appended, outcome = std::move(outcome)] { outcome(appended); });
}

Result<std::vector<Decision>> LocalDecisionLog::read(std::uint64_t from, std::uint64_t to) const {
  return journal_.decisions(from, to);
}

std::uint64_t LocalDecisionLog::head() const { return journal_.decision_head(); }

std::uint64_t LocalDecisionLog::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

Status LocalDecisionLog::raise_epoch(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (epoch <= epoch_)
    return Error{ErrorKind::refused,
                 fmt::format("epoch {} is not above the present one, {}", epoch, epoch_)};
  epoch_ = epoch;
  std::string value;
  append_number(value, epoch);
  journal_.put_note(epoch_note, std::move(value), {});
  return Done{};
}

}  // namespace drydock::journal
