#include "actors/planner/apply.hpp"

#include "actors/planner/evidence.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock::planner {
namespace {

using Store = Planner::Store;

Rollout* rollout_of(Store& store, RolloutId id) {
  const std::uint32_t i = store.rollouts.find(id);
  return i == store.rollouts.none ? nullptr : &store.rollouts.change(i);
}

void site_moves(Store& store, SiteId site, int by) {
  std::uint32_t i = store.sites.find(site);
  if (i == store.sites.none) {
    if (by < 0 || store.sites.full()) return;
    i = store.sites.insert(site);
  }
  Site& row = store.sites.change(i);
  if (by > 0)
    ++row.in_flight;
  else if (row.in_flight > 0)
    --row.in_flight;
}

// Every change of an appliance's stage goes through here, so that the counts of rollout and site
// cannot drift from the rows.
void move_to(Store& store, std::uint32_t i, Stage stage) {
  Appliance& row = store.appliances.change(i);
  const bool was = in_flight(row.stage), is = in_flight(stage);
  row.stage = stage;
  if (was == is) return;
  site_moves(store, row.site, is ? 1 : -1);
  if (Rollout* rollout = rollout_of(store, row.rollout)) {
    if (is)
      ++rollout->in_flight;
    else if (rollout->in_flight > 0)
      --rollout->in_flight;
  }
}

void halt(Store& store, Rollout& rollout, WallTime at, const Text<32>& by) {
  if (rollout.phase == RolloutPhase::halted) return;
  rollout.phase = RolloutPhase::halted;
  rollout.moved = at;
  rollout.moved_by = by;
  ++store.head.epoch.value;  // every grant of an older epoch that is not yet used is void
}

void judge(Store& store, RolloutId id, WallTime at) {
  Rollout* rollout = rollout_of(store, id);
  if (rollout != nullptr && must_halt(rollout->spec.policy, rollout->tally))
    halt(store, *rollout, at, {});
}

// --- grants --------------------------------------------------------------------------------

// The caps were kept when this was proposed. A decision that came through after its proposer had
// given it up may find its place taken.
bool has_room(const Store& store, const Rollout& rollout, const Appliance& row) {
  const Policy& policy = rollout.spec.policy;
  const Site* site = store.sites.get(row.site);
  return rollout.in_flight < allowed_in_flight(policy, rollout.tally) &&
         (site == nullptr || site->in_flight < policy.site_at_once);
}

bool may_grant(const Store& store, const GrantIssued& g, const Appliance& row) {
  const Rollout* rollout = store.rollouts.get(g.rollout);
  if (rollout == nullptr || rollout->phase != RolloutPhase::running) return false;
  if (g.kind == GrantKind::install) return !in_flight(row.stage) && has_room(store, *rollout, row);
  return row.update == g.update && in_flight(row.stage);
}

// A token refused or a grant lapsed is offered again: still one appliance in the tally.
void count_once(Appliance& row, Stage stage, std::uint32_t& line) {
  const auto bit = static_cast<std::uint8_t>(1u << static_cast<unsigned>(stage));
  if ((row.reached & bit) != 0) return;
  row.reached = static_cast<std::uint8_t>(row.reached | bit);
  ++line;
}

void granted(Store& store, const GrantIssued& g, Position position, const Decision& d,
             const Turn& turn, Out& out) {
  const std::uint32_t i = store.appliances.find(g.appliance);
  if (i == store.appliances.none) return;
  if (may_grant(store, g, store.appliances.row(i))) {
    Appliance& row = store.appliances.change(i);
    row.order = {store.head.epoch.value << 40 | position.value};
    row.epoch = store.head.epoch;
    row.issued = g.at;
    row.expires = g.expires;
    row.deadline = g.deadline;
    Rollout* rollout = rollout_of(store, g.rollout);
    if (g.kind == GrantKind::install) {
      if (row.rollout != g.rollout) row.lapses = row.reached = 0;
      row.rollout = g.rollout;
      row.update = g.update;
      row.reason = Reason::none;
      count_once(row, Stage::granted, rollout->tally.granted);
      move_to(store, i, Stage::granted);
    } else if (row.stage != Stage::token) {
      count_once(row, Stage::staged, rollout->tally.staged);
      count_once(row, Stage::token, rollout->tally.exposed);
      move_to(store, i, Stage::token);
    }
  }
  if (d.request) out.add(AnswerReady{d.request, answer_for(store, i, g.serial, turn)});
}

// --- reports -------------------------------------------------------------------------------

bool about_the_release(Reason reason) {
  return reason == Reason::hash_mismatch || reason == Reason::read_back_mismatch ||
         reason == Reason::manifest_refused || reason == Reason::image_too_large;
}

void install_failed(Store& store, std::uint32_t i, const Report& report, Tally& tally) {
  if (!in_flight(store.appliances.row(i).stage)) return;
  if (about_the_release(report.reason)) {
    ++tally.install_failed;
    move_to(store, i, Stage::failed);
  } else {
    if (report.reason != Reason::cancelled) ++tally.install_cut;
    Appliance& row = store.appliances.change(i);
    if (row.lapses < Planner::lapses_max) ++row.lapses;
    move_to(store, i, Stage::lapsed);  // offered again
  }
}

// The appliance did not follow, or let go of, its order. With a token it is staged still, unless it
// was told to let go.
void refused(Store& store, std::uint32_t i, const Report& report, Tally& tally) {
  const Stage stage = store.appliances.row(i).stage;
  if (!in_flight(stage)) return;
  Appliance& row = store.appliances.change(i);
  if (row.lapses < Planner::lapses_max) ++row.lapses;
  if (stage == Stage::token && report.reason != Reason::cancelled)
    return move_to(store, i, Stage::staged);
  ++tally.lapsed;
  move_to(store, i, Stage::lapsed);
}

// A report of the update this row speaks of.
void current(Store& store, std::uint32_t i, const Report& report, Tally& tally) {
  const Stage stage = store.appliances.row(i).stage;
  switch (report.kind) {
    case ReportKind::staged:
      if (stage != Stage::granted) return;
      count_once(store.appliances.change(i), Stage::staged, tally.staged);
      return move_to(store, i, Stage::staged);
    case ReportKind::install_failed: return install_failed(store, i, report, tally);
    case ReportKind::committed:
      if (stage == Stage::committed || stage == Stage::failed_late) return;
      ++tally.committed;
      store.appliances.change(i).running = report.version;
      return move_to(store, i, Stage::committed);
    case ReportKind::rolled_back:
      // Silence has counted it already; any other end was the end.
      if (stage == Stage::committed || (ended_badly(stage) && stage != Stage::silent)) return;
      if (stage != Stage::silent) ++tally.rolled_back;
      return move_to(store, i, Stage::rolled_back);
    case ReportKind::failed_late:
      if (stage != Stage::committed) return;
      ++tally.failed_late;
      return move_to(store, i, Stage::failed_late);
    case ReportKind::order_refused: return refused(store, i, report, tally);
    case ReportKind::unknown:
    case ReportKind::armed:
    case ReportKind::drifted:
    case ReportKind::healed:
    case ReportKind::escalated:
    case ReportKind::journal_lost: return;
  }
}

// Does this report say why the appliance stands where it stands? An order refused after the end,
// say because the end had crossed it on the way, explains nothing.
bool explains(ReportKind kind, Stage stage) {
  return kind == ReportKind::install_failed || kind == ReportKind::rolled_back ||
         kind == ReportKind::failed_late || (kind == ReportKind::order_refused && in_flight(stage));
}

void counted(Store& store, const ReportsCounted& e, const Decision& d, const Turn& turn, Out& out) {
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) return;
  for (const Report& report : e.reports) {
    Appliance& row = store.appliances.change(i);
    if (report.seq <= row.reports_through) continue;  // counted once
    row.reports_through = report.seq;
    Rollout* rollout = rollout_of(store, row.rollout);
    if (rollout == nullptr || !report.update || report.update != row.update) continue;
    if (explains(report.kind, row.stage)) {
      row.reason = report.reason;
      row.detail = report.detail;
    }
    current(store, i, report, rollout->tally);
    judge(store, row.rollout, d.wall);
  }
  if (d.request) out.add(AnswerReady{d.request, answer_for(store, i, e.serial, turn)});
}

void passed(Store& store, const DeadlinePassed& e, const Decision& d) {
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) return;
  Appliance& row = store.appliances.change(i);
  Rollout* rollout = rollout_of(store, row.rollout);
  if (row.order != e.order || rollout == nullptr || !in_flight(row.stage)) return;
  if (row.stage == Stage::token) {
    ++rollout->tally.silent;
    move_to(store, i, Stage::silent);
    return judge(store, row.rollout, d.wall);
  }
  ++rollout->tally.lapsed;
  if (row.lapses < Planner::lapses_max) ++row.lapses;
  move_to(store, i, Stage::lapsed);
}

// --- operators -----------------------------------------------------------------------------

void answer(const Decision& d, OperatorResult result, RolloutId rollout, Out& out) {
  if (d.request) out.add(OperatorAnswered{d.request, result, rollout});
}

void created(Store& store, const RolloutCreated& e, const Decision& d, Out& out) {
  if (store.rollouts.full() || store.rollouts.size() >= Planner::rollouts_max)
    return answer(d, OperatorResult::too_many, {}, out);
  const RolloutId id{store.rollouts.size() + 1};
  Rollout& rollout = store.rollouts.change(store.rollouts.insert(id));
  rollout.spec = e.spec;
  rollout.phase = RolloutPhase::created;
  rollout.created = rollout.moved = d.wall;
  rollout.by = rollout.moved_by = d.by;
  rollout.why = d.why;
  answer(d, OperatorResult::done, id, out);
}

bool legal(RolloutPhase phase, RolloutMove move) {
  switch (move) {
    case RolloutMove::start: return phase == RolloutPhase::created;
    case RolloutMove::pause: return phase == RolloutPhase::running;
    case RolloutMove::resume: return phase == RolloutPhase::paused;
    case RolloutMove::halt: return phase != RolloutPhase::halted;  // and sticky: nothing leaves it
    case RolloutMove::none: return false;
  }
  return false;
}

void moved(Store& store, const RolloutMoved& e, const Decision& d, Out& out) {
  Rollout* rollout = rollout_of(store, e.rollout);
  if (rollout == nullptr) return answer(d, OperatorResult::not_found, e.rollout, out);
  if (!legal(rollout->phase, e.move)) return answer(d, OperatorResult::wrong_phase, e.rollout, out);
  if (e.move == RolloutMove::halt) {
    halt(store, *rollout, d.wall, d.by);
  } else {
    rollout->phase = e.move == RolloutMove::pause ? RolloutPhase::paused : RolloutPhase::running;
    rollout->moved = d.wall;
    rollout->moved_by = d.by;
  }
  answer(d, OperatorResult::done, e.rollout, out);
}

}  // namespace

void set_aside(Planner::Store& store, std::uint32_t i, const GrantIssued& g) noexcept {
  Appliance& row = store.appliances.change(i);
  row.proposing = g.kind == GrantKind::install ? Proposing::install : Proposing::other;
  if (g.kind != GrantKind::install) return;  // in flight already
  site_moves(store, row.site, 1);
  ++rollout_of(store, g.rollout)->proposed;
}

void settle_proposal(Planner::Store& store, const Decision& d) noexcept {
  ApplianceId appliance;
  RolloutId rollout_id;
  if (const auto* g = std::get_if<GrantIssued>(&d.what)) {
    appliance = g->appliance;
    rollout_id = g->rollout;
  } else if (const auto* r = std::get_if<ReportsCounted>(&d.what)) {
    appliance = r->appliance;
  } else if (const auto* p = std::get_if<DeadlinePassed>(&d.what)) {
    appliance = p->appliance;
  }
  // An appliance has at most one proposal on its way; told twice of it, nothing more is undone.
  const std::uint32_t i = store.appliances.find(appliance);
  const bool settled =
      i != store.appliances.none && store.appliances.row(i).proposing == Proposing::nothing;
  if (settled) return;
  if (store.head.proposing > 0) --store.head.proposing;
  if (i == store.appliances.none) return;
  Appliance& row = store.appliances.change(i);
  if (row.proposing == Proposing::install) {
    site_moves(store, row.site, -1);
    Rollout* rollout = rollout_of(store, rollout_id);
    if (rollout != nullptr && rollout->proposed > 0) --rollout->proposed;
  }
  row.proposing = Proposing::nothing;
}

void forget_proposals(Planner::Store& store) noexcept {
  store.head.proposing = 0;
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    if (store.appliances.row(i).proposing == Proposing::nothing) continue;
    Appliance& row = store.appliances.change(i);
    if (row.proposing == Proposing::install) site_moves(store, row.site, -1);
    row.proposing = Proposing::nothing;
  }
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
    if (store.rollouts.row(i).proposed != 0) store.rollouts.change(i).proposed = 0;
}

void move_site(Planner::Store& store, std::uint32_t i, SiteId site) noexcept {
  Appliance& row = store.appliances.change(i);
  const bool counted_there = in_flight(row.stage) || row.proposing == Proposing::install;
  if (counted_there) site_moves(store, row.site, -1);
  row.site = site;
  if (counted_there) site_moves(store, row.site, 1);
}

void apply(Planner::Store& store, const Decision& d, Position position, const Turn& turn,
           Out& out) noexcept {
  std::visit(overloaded{
                 [&](const RolloutCreated& e) { created(store, e, d, out); },
                 [&](const RolloutMoved& e) { moved(store, e, d, out); },
                 [&](const GrantIssued& e) { granted(store, e, position, d, turn, out); },
                 [&](const ReportsCounted& e) { counted(store, e, d, turn, out); },
                 [&](const DeadlinePassed& e) { passed(store, e, d); },
             },
             d.what);
}

Answer answer_for(const Planner::Store& store, std::uint32_t i, std::uint32_t serial,
                  const Turn& turn) noexcept {
  const Appliance& row = store.appliances.row(i);
  Answer a;
  a.appliance = store.appliances.key(i);
  a.serial = serial;
  a.epoch = store.head.epoch;
  a.reports_through = row.reports_through;
  a.centre_wall = turn.wall;
  RolloutId governing;
  a.wait = Planner::why(store, row, governing);
  const Rollout* rollout = store.rollouts.get(row.rollout);
  if (rollout == nullptr || !in_flight(row.stage)) return a;
  a.next_poll = rollout->spec.policy.poll_hint;
  // A halt takes back what is not yet used: installs and unused tokens. Past the token only the
  // appliance knows whether it has rebooted; there it stands until its report or its silence.
  if (rollout->phase == RolloutPhase::halted) return a;
  a.standing = row.update;
  if (rollout->phase != RolloutPhase::running || row.stage == Stage::staged ||
      row.expires <= turn.wall)
    return a;
  a.grant.kind = row.stage == Stage::token ? GrantKind::reboot : GrantKind::install;
  a.grant.order = row.order;
  a.grant.epoch = store.head.epoch;
  a.grant.appliance = a.appliance;
  a.grant.rollout = row.rollout;
  a.grant.update = row.update;
  a.grant.version = rollout->spec.version;
  a.grant.manifest = rollout->spec.manifest;
  a.grant.issued = row.issued;
  a.grant.expires = row.expires;
  return a;
}

}  // namespace drydock::planner
