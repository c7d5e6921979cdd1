#include "runtime/centre/proposals.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "messages/codec.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock::centre {

Proposals::Proposals(journal::DecisionLog& log, Position told, Tell tell)
    : log_(log),
      epoch_(log.epoch()),
      tell_(std::move(tell)),
      told_(told.value),
      expected_(log.head()) {}

void Proposals::propose(const Decision& decision) {
  journal::Proposal proposal;
  {
    const std::lock_guard lock(mutex_);
    if (lost_ && under_way_ == 0) {
      lost_ = false;
      expected_ = log_.head();
    }
    if (lost_) return tell_(Planner::NotDecided{decision});
    proposal.expected_head = expected_++;
    ++under_way_;
  }
  proposal.bytes = encode(decision);
  proposal.epoch = epoch_;
  log_.propose(std::move(proposal), [this, decision](const journal::DecisionOutcome& result) {
    outcome(decision, result);
  });
}

void Proposals::outcome(const Decision& decision, const journal::DecisionOutcome& result) {
  const std::lock_guard lock(mutex_);
  ASSERT(under_way_ > 0);
  --under_way_;
  if (const auto* taken = std::get_if<journal::Appended>(&result))
    return appended(decision, taken->position);
  lost_ = true;
  read_on_or_log();
  tell_(Planner::NotDecided{decision});
}

void Proposals::appended(const Decision& decision, std::uint64_t position) {
  if (position <= told_) return;  // reading on has told it
  if (position == told_ + 1) {
    told_ = position;
    return tell_(Planner::Decided{{position}, decision});
  }
  read_on_or_log();
}

void Proposals::read_on_or_log() {
  const auto read = read_on();
  if (!read && !unreadable_) spdlog::error("{}", read.error().text);
  unreadable_ = !read;
}

Status Proposals::catch_up() {
  const std::lock_guard lock(mutex_);
  return read_on();
}

void Proposals::look_again() {
  const std::lock_guard lock(mutex_);
  read_on_or_log();
}

Status Proposals::read_on() {
  while (told_ < log_.head()) {
    const auto decisions = log_.read(told_ + 1, log_.head());
    if (!decisions) return decisions.error().in("reading the decision log");
    if (decisions->empty()) return Done{};
    for (const journal::Decision& found : *decisions) {
      Decision decision;
      if (found.position != told_ + 1 || !decode_from(found.bytes, decision))
        return Error{ErrorKind::malformed,
                     fmt::format("decision {} of the log is missing or does not parse; restore a "
                                 "backup",
                                 told_ + 1)};
      told_ = found.position;
      tell_(Planner::Decided{{found.position}, decision});
    }
  }
  return Done{};
}

}  // namespace drydock::centre
