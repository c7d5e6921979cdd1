#include "actors/planner/apply.hpp"

#include <algorithm>

#include "actors/planner/evidence.hpp"
#include "actors/planner/selection.hpp"
#include "actors/planner/verdicts.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock::planner {
namespace {

// Takes or gives back a place at a site, in one of its two counts.
void site_moves(Store& store, SiteId site, std::uint32_t Site::*count, int by) {
  std::uint32_t i = store.sites.find(site);
  if (i == store.sites.none) {
    if (by < 0 || store.sites.full()) return;
    i = store.sites.insert(site);
  }
  Site& row = store.sites.change(i);
  if (by > 0)
    ++(row.*count);
  else if (row.*count > 0)
    --(row.*count);
}

void count_by(std::uint32_t& count, bool was, bool is) {
  if (is && !was)
    ++count;
  else if (was && !is && count > 0)
    --count;
}

// Every change of an appliance's stage goes through here, so that the counts of rollout and site
// cannot drift from the rows.
void move_to(Store& store, std::uint32_t i, Stage stage) {
  Appliance& row = store.appliances.change(i);
  const Stage before = row.stage;
  const bool was = in_flight(before), is = in_flight(stage);
  row.stage = stage;
  if (was != is) site_moves(store, row.site, &Site::in_flight, is ? 1 : -1);
  if (Rollout* rollout = rollout_of(store, row.rollout)) {
    count_by(rollout->in_flight, was, is);
    count_by(rollout->exposed_now, before == Stage::token, stage == Stage::token);
    count_by(rollout->downloading, before == Stage::granted, stage == Stage::granted);
  }
}

bool has_room(const Rollout& r) { return r.in_flight + r.proposed < allowed_in_flight(r); }

// --- grants --------------------------------------------------------------------------------

// The caps were kept when this was proposed. A decision that came through after its proposer had
// given it up may find its place taken.
bool may_install(const Store& store, const Rollout& rollout, const Appliance& row) {
  const Policy& policy = rollout.spec.policy;
  const Site* site = store.sites.get(row.site);
  return !in_flight(row.stage) && rollout.in_flight < allowed_in_flight(rollout) &&
         (site == nullptr || site->in_flight < rollout.spec.policy.site_at_once) &&
         (policy.fleet_at_once == 0 || all_in_flight(store, false) < policy.fleet_at_once) &&
         (policy.downloads_at_once == 0 || rollout.downloading < policy.downloads_at_once);
}

bool may_grant(const Store& store, const GrantIssued& g, const Appliance& row) {
  const Rollout* rollout = store.rollouts.get(g.rollout);
  if (rollout == nullptr || rollout->phase != RolloutPhase::running) return false;
  if (part_halted(store, g.rollout, row)) return false;
  if (g.kind == GrantKind::install) return may_install(store, *rollout, row);
  return row.rollout == g.rollout && row.update == g.update && in_flight(row.stage) &&
         may_expose(*rollout, row);
}

// A token refused or a grant lapsed is offered again: still one appliance in the tally.
void count_once(Appliance& row, Stage stage, std::uint32_t& line, bool mark = true) {
  const auto bit = static_cast<std::uint8_t>(1u << static_cast<unsigned>(stage));
  if ((row.reached & bit) != 0) return;
  if (mark) row.reached = static_cast<std::uint8_t>(row.reached | bit);
  ++line;
}

// The same in each part it belongs to; the appliance's own mark is set with the whole's count.
void count_in_parts(Store& store, Appliance& row, Stage stage, std::uint32_t Stratum::*line) {
  for (const std::uint32_t number : unpacked(row.strata).both())
    if (Stratum* part = stratum_at(store, row.rollout, number))
      count_once(row, stage, part->*line, false);
}

void granted(Store& store, const GrantIssued& g, Position position, const Decision& d,
             const Turn& turn, Out& out) {
  const std::uint32_t i = store.appliances.find(g.appliance);
  if (i == store.appliances.none) return;
  if (may_grant(store, g, store.appliances.row(i))) {
    Appliance& row = store.appliances.change(i);
    row.order = {store.head.epoch.value << 40 | position.value};
    row.expires = g.expires;
    row.deadline = g.deadline;
    if (g.deadline < store.head.next_deadline) store.head.next_deadline = g.deadline;
    Rollout* rollout = rollout_of(store, g.rollout);
    rollout->progressed = turn.up;
    if (g.kind == GrantKind::install) {
      if (row.rollout != g.rollout) {
        row.lapses = row.strata = 0;
        row.reached &= strikes_mask;
      }
      row.rollout = g.rollout;
      row.update = g.update;
      row.reason = Reason::none;
      if (row.retries < rollout->retries) row.lapses = 0;
      row.retries = rollout->retries;
      if (row.strata == 0 && (row.reached & verdict_bit) == 0)
        row.strata = packed(strata_of(store, g.rollout, row));
      count_in_parts(store, row, Stage::granted, &Stratum::granted);
      count_once(row, Stage::granted, rollout->tally.granted);
      move_to(store, i, Stage::granted);
    } else if (row.stage != Stage::token) {
      count_in_parts(store, row, Stage::token, &Stratum::exposed);
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

// Offered again, at once.
void lapse(Store& store, std::uint32_t i) {
  Appliance& row = store.appliances.change(i);
  if (row.lapses < Planner::lapses_max) ++row.lapses;
  row.deadline = {};
  move_to(store, i, Stage::lapsed);
}

// It came to nothing on the appliance: offered again after a pause that grows, since what stands in
// the way may need a person, or a reboot. Told to let go, it is at no fault.
void lapse_there(Store& store, std::uint32_t i, Reason reason, Instant now) {
  lapse(store, i);
  if (reason == Reason::cancelled) return;
  Appliance& row = store.appliances.change(i);
  Duration pause = Planner::first_pause;
  for (unsigned n = 1; n < row.lapses; ++n) pause = pause * Planner::pause_growth;
  row.deadline = now + pause;
}

void install_failed(Store& store, std::uint32_t i, const Report& report, Tally& tally,
                    Instant now) {
  if (!in_flight(store.appliances.row(i).stage)) return;
  if (about_the_release(report.reason)) {
    ++tally.install_failed;
    count_verdict(store, i, true);
    move_to(store, i, Stage::failed);
  } else {
    if (report.reason != Reason::cancelled) ++tally.install_cut;
    lapse_there(store, i, report.reason, now);
  }
}

// Will the next token be refused for the same reason, unless something is mended first?
bool lasts(Reason reason) {
  return reason == Reason::expired || reason == Reason::clock_untrusted ||
         reason == Reason::io_error || reason == Reason::helper_refused ||
         reason == Reason::downgrade;
}

// The appliance did not follow, or let go of, its order. A token refused for what passes leaves it
// staged, to ask again at once. Told to let go, or refused for what lasts, say a clock that runs
// ahead, it gives its place to others, and is offered the release again after a pause.
void refused(Store& store, std::uint32_t i, const Report& report, Tally& tally, Instant now) {
  const Stage stage = store.appliances.row(i).stage;
  if (!is_awaited(stage)) return;
  const bool again = report.reason != Reason::cancelled && !lasts(report.reason) &&
                     store.appliances.row(i).lapses + 1 < Planner::lapses_max;
  if (stage == Stage::token && again) {
    ++store.appliances.change(i).lapses;
    return move_to(store, i, Stage::staged);
  }
  ++tally.lapsed;
  lapse_there(store, i, report.reason, now);
}

// A boot of the release that nobody gave a token for, or one that lapsed on the way: the box has
// been exposed all the same.
void count_exposed(Store& store, std::uint32_t i, Tally& tally) {
  Appliance& row = store.appliances.change(i);
  count_in_parts(store, row, Stage::token, &Stratum::exposed);
  count_once(row, Stage::staged, tally.staged);
  count_once(row, Stage::token, tally.exposed);
}

// Once, also of a box that went back by itself and took the release again.
void count_commit(Appliance& row, Tally& tally) {
  if ((row.reached & committed_bit) == 0) ++tally.committed;
  row.reached = static_cast<std::uint8_t>(row.reached | committed_bit);
}

// A report of the update this row speaks of.
void current(Store& store, std::uint32_t i, const Report& report, Tally& tally, Instant now) {
  const Stage stage = store.appliances.row(i).stage;
  switch (report.kind) {
    case ReportKind::staged:
      if (stage != Stage::granted) return;
      count_once(store.appliances.change(i), Stage::staged, tally.staged);
      return move_to(store, i, Stage::staged);
    case ReportKind::install_failed: return install_failed(store, i, report, tally, now);
    case ReportKind::committed:
      // What has failed before cannot have proven itself; only silence may have been slowness.
      if (stage == Stage::committed || (ended_badly(stage) && stage != Stage::silent)) return;
      count_exposed(store, i, tally);
      count_commit(store.appliances.change(i), tally);
      count_verdict(store, i, false);
      store.appliances.change(i).running = report.version;
      return move_to(store, i, Stage::committed);
    case ReportKind::rolled_back:
      // Silence has counted it already; any other end was the end.
      if (stage == Stage::committed || (ended_badly(stage) && stage != Stage::silent)) return;
      count_exposed(store, i, tally);
      if (stage != Stage::silent) ++tally.rolled_back;
      count_verdict(store, i, true);
      return move_to(store, i, Stage::rolled_back);
    case ReportKind::failed_late:
      if (stage != Stage::committed) return;
      ++tally.failed_late;
      count_verdict(store, i, true);
      return move_to(store, i, Stage::failed_late);
    case ReportKind::order_refused: return refused(store, i, report, tally, now);
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
         kind == ReportKind::failed_late ||
         (kind == ReportKind::order_refused && is_awaited(stage));
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
    const bool had_room = has_room(*rollout);
    const Stage before = row.stage;
    current(store, i, report, rollout->tally, turn.up);
    if (row.stage != before) rollout->progressed = turn.up;
    judge(store, row.rollout, row.strata, d.wall);
    if (!had_room && has_room(*rollout)) rollout->room_since = turn.up;
  }
  if (d.request) out.add(AnswerReady{d.request, answer_for(store, i, e.serial, turn)});
}

// It waits for another token, with what is staged. That it was given one stays in the tally.
void token_unused(Store& store, std::uint32_t i, Rollout& rollout, WallTime at, const Turn& turn) {
  Appliance& row = store.appliances.change(i);
  if (row.lapses + 1 < Planner::lapses_max) {
    ++row.lapses;
    row.deadline = turn.up + rollout.spec.policy.install_deadline;
    store.head.next_deadline = std::min(store.head.next_deadline, row.deadline);
    move_to(store, i, Stage::staged);
  } else {
    ++rollout.tally.lapsed;
    lapse(store, i);
  }
  hold_if_undecided(rollout, at);
}

void passed(Store& store, const DeadlinePassed& e, const Decision& d, const Turn& turn) {
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) return;
  Appliance& row = store.appliances.change(i);
  Rollout* rollout = rollout_of(store, row.rollout);
  if (row.order != e.order || rollout == nullptr || !is_awaited(row.stage)) return;
  if (e.unused && row.stage != Stage::token) return;  // decided twice
  if (!has_room(*rollout)) rollout->room_since = turn.up;
  if (e.unused) return token_unused(store, i, *rollout, d.wall, turn);
  rollout->progressed = turn.up;
  if (row.stage == Stage::token || row.stage == Stage::released) {
    ++rollout->tally.silent;
    count_verdict(store, i, true);
    move_to(store, i, Stage::silent);
    return judge(store, row.rollout, row.strata, d.wall);
  }
  ++rollout->tally.lapsed;
  lapse(store, i);
}

// Its places are free again. A token may have been used all the same: until a verdict or its
// silence nobody knows, so nothing is taken from the evidence.
void order_released(Store& store, const OrderReleased& e, const Decision& d, const Turn& turn,
                    Out& out) {
  const auto said = [&](OperatorResult result, RolloutId rollout) {
    if (d.request) out.add(OperatorAnswered{d.request, result, rollout});
  };
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) return said(OperatorResult::not_found, {});
  const Appliance& known = store.appliances.row(i);
  Rollout* rollout = rollout_of(store, known.rollout);
  if (rollout == nullptr || known.order != e.order || !in_flight(known.stage))
    return said(OperatorResult::wrong_phase, known.rollout);
  if (!has_room(*rollout)) rollout->room_since = turn.up;
  rollout->progressed = turn.up;
  const RolloutId id = known.rollout;
  if (known.stage == Stage::token) {
    move_to(store, i, Stage::released);
  } else {
    ++rollout->tally.lapsed;
    lapse(store, i);
  }
  hold_if_undecided(*rollout, d.wall);
  said(OperatorResult::done, id);
}

// --- operators -----------------------------------------------------------------------------

void answer(const Decision& d, OperatorResult result, RolloutId rollout, Out& out) {
  if (d.request) out.add(OperatorAnswered{d.request, result, rollout});
}

void created(Store& store, const RolloutCreated& e, const Decision& d, const Turn& turn, Out& out) {
  if (store.rollouts.full() || store.rollouts.size() >= Planner::rollouts_max)
    return answer(d, OperatorResult::too_many, {}, out);
  const RolloutId id{store.rollouts.size() + 1};
  Rollout& rollout = store.rollouts.change(store.rollouts.insert(id));
  rollout.spec = e.spec;
  rollout.phase = RolloutPhase::created;
  store.head.prioritised = store.head.prioritised || e.spec.policy.priority != 0;
  rollout.created = rollout.moved = d.wall;
  rollout.progressed = turn.up;
  rollout.by = rollout.moved_by = d.by;
  rollout.why = d.why;
  answer(d, OperatorResult::done, id, out);
}

bool legal(RolloutPhase phase, RolloutMove move) {
  switch (move) {
    case RolloutMove::start: return phase == RolloutPhase::created;
    case RolloutMove::pause: return phase == RolloutPhase::running;
    case RolloutMove::resume:
      return phase == RolloutPhase::paused || phase == RolloutPhase::held ||
             phase == RolloutPhase::expired;
    case RolloutMove::halt: return phase != RolloutPhase::halted;  // and sticky: nothing leaves it
    case RolloutMove::retry: return phase == RolloutPhase::running;
    case RolloutMove::expire:
      return phase == RolloutPhase::running || phase == RolloutPhase::paused ||
             phase == RolloutPhase::held;
    case RolloutMove::approve: return phase == RolloutPhase::created;
    case RolloutMove::none: return false;
  }
  return false;
}

// What a person may not do though the phase allows it; done: nothing of the kind.
OperatorResult objection(const Rollout& rollout, RolloutMove move, const Text<32>& by) {
  if (move == RolloutMove::start && waits_for_approval(rollout))
    return OperatorResult::not_approved;
  if (move != RolloutMove::approve) return OperatorResult::done;
  if (!waits_for_approval(rollout)) return OperatorResult::wrong_phase;
  return by == rollout.by ? OperatorResult::own_approval : OperatorResult::done;
}

void run(Rollout& rollout, const Turn& turn) {
  if (rollout.phase == RolloutPhase::held) ++rollout.answered_for;
  if (rollout.phase != RolloutPhase::paused && rollout.spec.policy.lifetime.value > 0)
    rollout.ends = turn.up + rollout.spec.policy.lifetime;
  rollout.phase = RolloutPhase::running;
  rollout.room_since = turn.up;
}

void moved(Store& store, const RolloutMoved& e, const Decision& d, const Turn& turn, Out& out) {
  Rollout* rollout = rollout_of(store, e.rollout);
  if (rollout == nullptr) return answer(d, OperatorResult::not_found, e.rollout, out);
  if (!legal(rollout->phase, e.move)) return answer(d, OperatorResult::wrong_phase, e.rollout, out);
  const OperatorResult objects = objection(*rollout, e.move, d.by);
  if (objects != OperatorResult::done) return answer(d, objects, e.rollout, out);
  rollout->progressed = turn.up;
  if (e.move == RolloutMove::halt) {
    halt(store, *rollout, d.wall, d.by);
    return answer(d, OperatorResult::done, e.rollout, out);
  }
  if (e.move == RolloutMove::pause) rollout->phase = RolloutPhase::paused;
  if (e.move == RolloutMove::expire) rollout->phase = RolloutPhase::expired;
  if (e.move == RolloutMove::start || e.move == RolloutMove::resume) run(*rollout, turn);
  if (e.move == RolloutMove::retry && rollout->retries < 0xFF) ++rollout->retries;
  if (e.move == RolloutMove::approve) {
    rollout->approved_by = d.by;
    rollout->approved = d.wall;
  }
  rollout->moved = d.wall;
  rollout->moved_by = d.by;
  hold_if_undecided(*rollout, d.wall);
  answer(d, OperatorResult::done, e.rollout, out);
}

// Strata keep their numbers: rows of appliances speak of them.
void fleet_counted(Store& store, const FleetCounted& e, WallTime at) {
  Rollout* rollout = rollout_of(store, e.rollout);
  if (rollout == nullptr) return;
  rollout->fleet = e.fleet;
  hold_if_undecided(*rollout, at);
  for (const StratumCount& count : e.strata) {
    std::uint32_t number = stratum_of(store, e.rollout, count.hardware, count.site_class);
    if (number == 0) {
      if (rollout->strata >= strata_max || store.strata.full()) continue;
      number = ++rollout->strata;
      store.strata.insert(stratum_id(e.rollout, number));
    }
    Stratum* stratum = stratum_at(store, e.rollout, number);
    stratum->hardware = count.hardware;
    stratum->site_class = count.site_class;
    stratum->fleet = count.fleet;
  }
}

// It holds from now on, also for rollouts that run: they are counted anew. Who has an order in one
// stays in the parts that it was counted in.
void described(Store& store, const SiteDescribed& e, const Decision& d, Out& out) {
  std::uint32_t i = store.traits.find(e.site);
  if (i == store.traits.none) {
    if (store.traits.full()) return answer(d, OperatorResult::too_many, {}, out);
    i = store.traits.insert(e.site);
  }
  store.traits.change(i) = {e.site_class, e.labels};
  store.head.counted = 0;
  answer(d, OperatorResult::done, {}, out);
}

}  // namespace

void set_aside(Planner::Store& store, std::uint32_t i, Proposing what, ProposalId proposal,
               RolloutId rollout) noexcept {
  Appliance& row = store.appliances.change(i);
  row.proposing = what;
  row.proposal = proposal;
  if (what != Proposing::install) return;  // in flight already
  site_moves(store, row.site, &Site::proposed, 1);
  ++rollout_of(store, rollout)->proposed;
}

namespace {

ApplianceId appliance_of(const Decision& d) {
  if (const auto* g = std::get_if<GrantIssued>(&d.what)) return g->appliance;
  if (const auto* r = std::get_if<ReportsCounted>(&d.what)) return r->appliance;
  if (const auto* p = std::get_if<DeadlinePassed>(&d.what)) return p->appliance;
  if (const auto* o = std::get_if<OrderReleased>(&d.what)) return o->appliance;
  return {};
}

void one_less_under_way(Planner::Store& store) {
  if (store.head.proposing > 0) --store.head.proposing;
}

// Acts of operators, and counts of a fleet.
void settle_asked(Planner::Store& store, ProposalId proposal) {
  const auto asked = store.head.asked;
  store.head.asked.clear();
  for (const ProposalId each : asked)
    if (each != proposal) store.head.asked.add(each);
  if (store.head.asked.size() < asked.size()) one_less_under_way(store);
}

}  // namespace

void settle_proposal(Planner::Store& store, const Decision& d) noexcept {
  const ApplianceId appliance = appliance_of(d);
  if (!appliance) return settle_asked(store, d.proposal);
  // By its id: a decision that was given up and comes through late settles nothing newer.
  const std::uint32_t i = store.appliances.find(appliance);
  if (i == store.appliances.none) return;
  const Appliance& known = store.appliances.row(i);
  if (known.proposing == Proposing::nothing || known.proposal != d.proposal) return;
  one_less_under_way(store);
  Appliance& row = store.appliances.change(i);
  const auto* grant = std::get_if<GrantIssued>(&d.what);
  if (row.proposing == Proposing::install && grant != nullptr) {
    site_moves(store, row.site, &Site::proposed, -1);
    Rollout* rollout = rollout_of(store, grant->rollout);
    if (rollout != nullptr && rollout->proposed > 0) --rollout->proposed;
  }
  row.proposing = Proposing::nothing;
  row.proposal = {};
}

void forget_proposals(Planner::Store& store) noexcept {
  store.head.proposing = 0;
  store.head.asked.clear();
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    if (store.appliances.row(i).proposing == Proposing::nothing) continue;
    Appliance& row = store.appliances.change(i);
    if (row.proposing == Proposing::install) site_moves(store, row.site, &Site::proposed, -1);
    row.proposing = Proposing::nothing;
    row.proposal = {};
  }
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
    if (store.rollouts.row(i).proposed != 0) store.rollouts.change(i).proposed = 0;
}

void move_site(Planner::Store& store, std::uint32_t i, SiteId site) noexcept {
  Appliance& row = store.appliances.change(i);
  const SiteId from = row.site;
  row.site = site;
  const auto move = [&](bool counted, std::uint32_t Site::*count) {
    if (counted) site_moves(store, from, count, -1);
    if (counted) site_moves(store, site, count, 1);
  };
  move(in_flight(row.stage), &Site::in_flight);
  move(row.proposing == Proposing::install, &Site::proposed);
}

void apply(Planner::Store& store, const Decision& d, Position position, const Turn& turn,
           Out& out) noexcept {
  std::visit(overloaded{
                 [&](const RolloutCreated& e) { created(store, e, d, turn, out); },
                 [&](const RolloutMoved& e) { moved(store, e, d, turn, out); },
                 [&](const GrantIssued& e) { granted(store, e, position, d, turn, out); },
                 [&](const ReportsCounted& e) { counted(store, e, d, turn, out); },
                 [&](const DeadlinePassed& e) { passed(store, e, d, turn); },
                 [&](const FleetCounted& e) { fleet_counted(store, e, d.wall); },
                 [&](const SiteDescribed& e) { described(store, e, d, out); },
                 [&](const OrderReleased& e) { order_released(store, e, d, turn, out); },
             },
             d.what);
}

}  // namespace drydock::planner
