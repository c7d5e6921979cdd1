#include "actors/planner/machine.hpp"

#include <algorithm>

#include "actors/planner/apply.hpp"
#include "actors/planner/evidence.hpp"
#include "actors/planner/openings.hpp"
#include "actors/planner/selection.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock {

using planner::Appliance;
using planner::Proposing;
using planner::Rollout;
using planner::RolloutPhase;
using planner::Stage;

namespace {

using Store = Planner::Store;
using planner::Out;

constexpr std::uint8_t sweep_tag = 1;

ProposalId propose(Store& store, Decision decision, const Turn& turn, Out& out) {
  decision.proposal = {++store.head.proposals};
  decision.wall = turn.wall;
  ++store.head.proposing;
  out.add(Planner::Propose{decision});
  return decision.proposal;
}

// About one appliance, which has nothing else on its way.
void propose_for(Store& store, std::uint32_t i, Proposing what, const Decision& decision,
                 const Turn& turn, Out& out) {
  const auto* grant = std::get_if<GrantIssued>(&decision.what);
  const ProposalId proposal = propose(store, decision, turn, out);
  planner::set_aside(store, i, what, proposal, grant == nullptr ? RolloutId{} : grant->rollout);
}

// --- a check-in ----------------------------------------------------------------------------

// The row as the registry and the appliance now describe it; touched only when something changed.
std::uint32_t upsert(Store& store, const ApplianceSeen& e) {
  std::uint32_t i = store.appliances.find(e.facts.appliance);
  if (i == store.appliances.none) {
    if (store.appliances.full()) return i;
    i = store.appliances.insert(e.facts.appliance);
    store.appliances.change(i).site = e.site;
  }
  const Appliance& known = store.appliances.row(i);
  if (known.client == e.client && known.site == e.site && known.hardware == e.hardware &&
      known.running == e.facts.running)
    return i;
  if (known.site != e.site) planner::move_site(store, i, e.site);
  Appliance& row = store.appliances.change(i);
  row.client = e.client;
  row.hardware = e.hardware;
  row.running = e.facts.running;
  return i;
}

void propose_reports(Store& store, std::uint32_t i, const ApplianceSeen& e, const Turn& turn,
                     Out& out) {
  Decision d;
  d.request = e.request;
  d.what = ReportsCounted{e.facts.appliance, e.facts.serial, e.reports};
  propose_for(store, i, Proposing::other, d, turn, out);
}

void propose_grant(Store& store, std::uint32_t i, GrantKind kind, RolloutId id,
                   const ApplianceSeen& e, const Turn& turn, Out& out) {
  const Policy& policy = store.rollouts.get(id)->spec.policy;
  GrantIssued g;
  g.kind = kind;
  g.appliance = e.facts.appliance;
  g.rollout = id;
  g.at = turn.wall;
  g.serial = e.facts.serial;
  if (kind == GrantKind::install) {
    g.update = {turn.dice.next() | 1};
    g.expires = turn.wall + policy.install_deadline;
    g.deadline = turn.up + policy.install_deadline;
  } else {
    g.update = store.appliances.row(i).update;
    g.expires = turn.wall + policy.token_expiry;
    g.deadline = turn.up + policy.silence_after;
  }
  Decision d;
  d.request = e.request;
  d.what = g;
  const bool install = kind == GrantKind::install;
  propose_for(store, i, install ? Proposing::install : Proposing::other, d, turn, out);
}

bool has_news(const Appliance& row, const Reports& reports) {
  for (const Report& report : reports)
    if (report.seq > row.reports_through) return true;
  return false;
}

// A centre that was set up again from a backup knows of fewer reports than were acknowledged, and
// an appliance that has not heard of that yet leaves those out (0011). Is it to hear our mark
// first?
bool leaves_out_reports(const Store& store, const Appliance& row, const ApplianceSeen& e) {
  return !e.reports.empty() && e.reports[0].seq.value > row.reports_through.value + 1 &&
         e.facts.epoch_seen < store.head.epoch;
}

// May this appliance have its reboot token now? A token that ran out unused may be had again.
bool token_due(const Store& store, const Appliance& row, const Facts& facts, const Turn& turn) {
  const Rollout* rollout = store.rollouts.get(row.rollout);
  if (rollout == nullptr || rollout->phase != RolloutPhase::running) return false;
  if (!facts.wants_token || facts.update != row.update || row.lapses >= Planner::lapses_max)
    return false;
  if (planner::part_halted(store, row.rollout, row)) return false;
  if (!planner::window_now(store, row.rollout, turn).open) return false;
  // Wanting it says that the release is staged, should the report of that have been lost.
  if (row.stage == Stage::token) return row.expires <= turn.wall;
  return planner::in_flight(row.stage) && planner::may_expose(*rollout, row);
}

// A halt takes back what is not used. Has the appliance let go of it, or never had it?
bool let_go(const Store& store, const Appliance& row, const Facts& facts) {
  const Rollout* rollout = store.rollouts.get(row.rollout);
  const bool unused = row.stage == Stage::granted || row.stage == Stage::staged;
  if (rollout == nullptr || !unused || facts.phase != UpdatePhase::idle) return false;
  return rollout->phase == RolloutPhase::halted || planner::part_halted(store, row.rollout, row);
}

// It does not know any more what it staged: its journal was lost.
bool has_forgotten(const Appliance& row, const Facts& facts) {
  return row.stage == Stage::staged && facts.phase == UpdatePhase::idle &&
         facts.order_floor < row.order;
}

// Its token has run out, and it says, staged as it was, that it never had one: the answer was lost,
// and then somebody paused, or its window closed. By its own clock too the token was over when it
// asked, so that it would refuse the token should an answer on its way still bring it.
bool never_had_token(const Appliance& row, const Facts& facts, const Turn& turn) {
  const bool over = row.expires <= turn.wall && row.expires <= facts.wall;
  const bool sure = turn.wall_trust != WallTrust::unset && facts.wall_trust != WallTrust::unset;
  return row.stage == Stage::token && over && sure && facts.update == row.update && facts.tokenless;
}

void propose_lapse(Store& store, std::uint32_t i, bool unused, const Turn& turn, Out& out) {
  Decision d;
  d.what = DeadlinePassed{store.appliances.key(i), store.appliances.row(i).order, unused};
  propose_for(store, i, Proposing::other, d, turn, out);
}

// It has what it needs of us, and lets its token be until its own window opens.
bool waits_for_its_window(const Appliance& row, const Facts& facts, const Wait& wait) {
  const bool no_token = row.stage == Stage::granted || row.stage == Stage::staged;
  return wait.reason == WaitReason::in_progress && no_token && facts.update == row.update &&
         facts.phase == UpdatePhase::staged && !facts.wants_token;
}

void seen(Store& store, const ApplianceSeen& e, const Turn& turn, Out& out) {
  const std::uint32_t i = upsert(store, e);
  if (i == store.appliances.none) {
    Answer full;
    full.appliance = e.facts.appliance;
    full.serial = e.facts.serial;
    full.standing = e.facts.update;
    full.wait = {WaitReason::busy, 0, 0};
    return out.add(AnswerReady{e.request, full});
  }
  const Appliance& row = store.appliances.row(i);
  const bool clock_set = e.facts.wall_trust != WallTrust::unset;
  const bool asked_again = leaves_out_reports(store, row, e);
  const bool may_propose = row.proposing == Proposing::nothing && !asked_again &&
                           store.head.proposing < Planner::proposals_max;
  if (may_propose && has_news(row, e.reports)) return propose_reports(store, i, e, turn, out);
  if (may_propose && clock_set && token_due(store, row, e.facts, turn))
    return propose_grant(store, i, GrantKind::reboot, row.rollout, e, turn, out);
  const bool unused = never_had_token(row, e.facts, turn);
  if (may_propose && (unused || has_forgotten(row, e.facts) || let_go(store, row, e.facts)))
    propose_lapse(store, i, unused, turn, out);
  RolloutId governing;
  Wait wait = Planner::why(store, i, governing, turn);
  if (asked_again) wait = {WaitReason::deciding, 0, 0};  // it comes back soon, with all of them
  const bool waits = wait.reason != WaitReason::none;
  if (may_propose && clock_set && !waits)
    return propose_grant(store, i, GrantKind::install, governing, e, turn, out);
  AnswerReady ready{e.request, planner::answer_for(store, i, e.facts, wait, turn)};
  Wait& told = ready.answer.wait;
  if (!waits && !clock_set) told = {WaitReason::clock_unset, 0, 0};
  if (waits_for_its_window(row, e.facts, told))
    told = {WaitReason::window, static_cast<std::uint64_t>(e.facts.window_opens.value), 0};
  out.add(ready);
}

// --- the decision log ----------------------------------------------------------------------

void decided(Store& store, const Planner::Decided& e, const Turn& turn, Out& out) {
  if (e.position <= store.head.decided) return;  // told twice
  store.head.decided = e.position;
  Decision decision = e.decision;
  // Who asked an earlier process has hung up; the number of the request may be somebody else's now.
  if (decision.proposal.value <= store.head.foreign) decision.request = {};
  planner::settle_proposal(store, decision);
  planner::apply(store, decision, e.position, turn, out);
}

void not_decided(Store& store, const Decision& d, const Turn& turn, Out& out) {
  planner::settle_proposal(store, d);
  if (!d.request) return;
  const auto answer = [&](ApplianceId appliance, std::uint32_t serial) {
    const std::uint32_t i = store.appliances.find(appliance);
    if (i != store.appliances.none)
      out.add(AnswerReady{d.request, planner::answer_for(store, i, serial, turn)});
  };
  if (const auto* g = std::get_if<GrantIssued>(&d.what))
    answer(g->appliance, g->serial);
  else if (const auto* r = std::get_if<ReportsCounted>(&d.what))
    answer(r->appliance, r->serial);
  else
    out.add(OperatorAnswered{d.request, OperatorResult::not_decided, {}});
}

// --- time ----------------------------------------------------------------------------------

void arm_sweep(Store& store, Out& out) {
  out.add(ArmTimer{sweep_tag, store.head.generation, Planner::sweep_interval});
}

bool overdue(const Store& store, const Appliance& row, const Turn& turn) {
  if (!planner::is_awaited(row.stage) || row.proposing != Proposing::nothing) return false;
  if (turn.up < row.deadline) return false;
  const bool silence = row.stage == Stage::token || row.stage == Stage::released;
  return !silence || turn.up >= store.head.silent_from;
}

// Looks for passed deadlines, from where the last sweep ended, a few proposals at a time. It walks
// the rows only when one may be overdue: on the way it finds out when the next one may be.
void sweep_deadlines(Store& store, const Turn& turn, Out& out) {
  if (turn.up < store.head.next_deadline) return;
  const std::uint32_t rows = store.appliances.size();
  std::uint32_t proposed = 0;
  Instant next{INT64_MAX};
  for (std::uint32_t n = 0; n < rows; ++n) {
    const std::uint32_t i = (store.head.sweep_at + n) % rows;
    const Appliance& row = store.appliances.row(i);
    if (!planner::is_awaited(row.stage)) continue;
    if (!overdue(store, row, turn)) {
      // What is on its way, or silent while we were away, is looked at again.
      next = std::min(next, std::max(row.deadline, turn.up));
      continue;
    }
    const bool enough =
        proposed == Planner::sweep_proposals_max || store.head.proposing >= Planner::proposals_max;
    if (enough) {
      store.head.sweep_at = i;
      next = turn.up;
      break;
    }
    propose_lapse(store, i, false, turn, out);
    next = turn.up;
    ++proposed;
  }
  store.head.next_deadline = next;
}

bool may_ask(const Store& store) {
  return store.head.proposing < Planner::proposals_max && !store.head.asked.full();
}

void propose_asked(Store& store, const Decision& decision, const Turn& turn, Out& out) {
  store.head.asked.add(propose(store, decision, turn, out));
}

void propose_count(Store& store, RolloutId rollout, const Turn& turn, Out& out) {
  if (!may_ask(store) || !planner::on_evidence(store.rollouts.get(rollout)->spec.policy)) return;
  Decision d;
  d.what = planner::count_fleet(store, rollout);
  propose_asked(store, d, turn, out);
}

bool is_open(RolloutPhase phase) {
  return phase == RolloutPhase::running || phase == RolloutPhase::paused ||
         phase == RolloutPhase::held;
}

// Late joiners make a fleet larger; a lifetime ends.
void sweep_rollouts(Store& store, const Turn& turn, Out& out) {
  const bool grown = store.head.counted != store.appliances.size();
  bool counted_all = true;
  for (std::uint32_t n = 0; n < store.rollouts.size(); ++n) {
    const RolloutId id = store.rollouts.key(n);
    const Rollout& rollout = store.rollouts.row(n);
    if (!is_open(rollout.phase)) continue;
    const bool room = may_ask(store) && out.room() > 2;
    if (!room) {
      counted_all = false;
      continue;
    }
    if (rollout.ends.value != 0 && turn.up >= rollout.ends) {
      Decision d;
      d.what = RolloutMoved{id, RolloutMove::expire};
      propose_asked(store, d, turn, out);
    } else if (grown) {
      propose_count(store, id, turn, out);
    }
  }
  if (grown && counted_all) store.head.counted = store.appliances.size();
}

void sweep(Store& store, const Turn& turn, Out& out) {
  sweep_deadlines(store, turn, out);
  sweep_rollouts(store, turn, out);
  arm_sweep(store, out);
}

void started(Store& store, const CentreStarted& e, const Turn& turn, Out& out) {
  planner::forget_proposals(store);
  if (store.head.epoch < e.epoch_floor) store.head.epoch = e.epoch_floor;
  store.head.foreign = store.head.proposals;
  store.head.silent_from = turn.up + Planner::start_grace;
  store.head.next_deadline = {};
  ++store.head.generation;
  arm_sweep(store, out);
}

// --- operators -----------------------------------------------------------------------------

template <class Asked>
void asked(Store& store, const Asked& e, decltype(Decision::what) what, const Turn& turn,
           Out& out) {
  if (!may_ask(store)) return out.add(OperatorAnswered{e.request, OperatorResult::too_many, {}});
  Decision d;
  d.request = e.request;
  d.by = e.by;
  d.why = e.why;
  d.what = what;
  propose_asked(store, d, turn, out);
}

void move_asked(Store& store, const Planner::MoveAsked& e, const Turn& turn, Out& out) {
  const RolloutMove move = e.move.move;
  if (move == RolloutMove::expire)  // only time does that
    return out.add(OperatorAnswered{e.request, OperatorResult::wrong_phase, e.move.rollout});
  const bool runs = move == RolloutMove::start || move == RolloutMove::resume;
  if (runs && store.rollouts.get(e.move.rollout) != nullptr)
    propose_count(store, e.move.rollout, turn, out);
  asked(store, e, e.move, turn, out);
}

void release_asked(Store& store, const Planner::ReleaseAsked& e, const Turn& turn, Out& out) {
  const auto refuse = [&](OperatorResult result) {
    out.add(OperatorAnswered{e.request, result, {}});
  };
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) return refuse(OperatorResult::not_found);
  const Appliance& row = store.appliances.row(i);
  if (!planner::in_flight(row.stage)) return refuse(OperatorResult::wrong_phase);
  if (row.proposing != Proposing::nothing) return refuse(OperatorResult::not_decided);
  if (store.head.proposing >= Planner::proposals_max) return refuse(OperatorResult::too_many);
  Decision d;
  d.request = e.request;
  d.by = e.by;
  d.why = e.why;
  d.what = OrderReleased{e.appliance, row.order};
  propose_for(store, i, Proposing::other, d, turn, out);
}

void calendar_resolved(Store& store, const Planner::CalendarResolved& e) {
  if (store.rollouts.get(e.rollout) == nullptr) return;
  std::uint32_t i = store.calendars.find(e.rollout);
  if (i == store.calendars.none) {
    if (store.calendars.full()) return;  // stays closed
    i = store.calendars.insert(e.rollout);
  }
  if (!(store.calendars.row(i) == e.calendar)) store.calendars.change(i) = e.calendar;
}

}  // namespace

void Planner::step(Store& store, const Event& event, const Turn& turn,
                   Outbox<Effect>& out) noexcept {
  std::visit(overloaded{
                 [&](const CentreStarted& e) { started(store, e, turn, out); },
                 [&](const ApplianceSeen& e) { seen(store, e, turn, out); },
                 [&](const RolloutAsked& e) { asked(store, e, RolloutCreated{e.spec}, turn, out); },
                 [&](const MoveAsked& e) { move_asked(store, e, turn, out); },
                 [&](const ReleaseAsked& e) { release_asked(store, e, turn, out); },
                 [&](const DescribeAsked& e) { asked(store, e, e.site, turn, out); },
                 [&](const CalendarResolved& e) { calendar_resolved(store, e); },
                 [&](const Decided& e) { decided(store, e, turn, out); },
                 [&](const NotDecided& e) { not_decided(store, e.decision, turn, out); },
                 [&](const TimerFired& e) {
                   if (e.generation == store.head.generation) sweep(store, turn, out);
                 },
             },
             event);
}

}  // namespace drydock
