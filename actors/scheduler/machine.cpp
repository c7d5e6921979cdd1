#include "actors/scheduler/machine.hpp"

#include "messages/returns.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using S = Scheduler::State;
using Phase = Scheduler::Phase;
using Out = Outbox<Scheduler::Effect>;

// Every timer of a kind supersedes the one before it.
void arm(std::uint32_t& generation, Scheduler::Timer timer, Duration after, Out& out) {
  out.add(ArmTimer{static_cast<std::uint8_t>(timer), ++generation, after});
}

// A tenth more or less, so that a fleet that woke together does not stay together. Idle turns share
// a turn number and with it their dice, so the serial makes each poll's draw its own.
Duration jittered(const S& s, Duration d, const Turn& turn) {
  const auto tenth = static_cast<std::uint64_t>(d.value / 10);
  const std::uint64_t draw = mix64(turn.dice.next() + s.passing.serial) >> 32;
  return {d.value - static_cast<std::int64_t>(tenth) +
          static_cast<std::int64_t>(draw * (2 * tenth + 1) >> 32)};
}

Duration bounded_poll(Duration d) {
  if (d < Scheduler::poll_min) return Scheduler::poll_min;
  return d < Scheduler::poll_max ? d : Scheduler::poll_max;
}

// There is one poll timer a check-in while it is under way, and one after it; each supersedes the
// one before.
std::uint32_t poll_generation(const Scheduler::Passing& p) {
  return p.serial * 2 + (p.asking ? 1 : 0);
}

void arm_poll(const S& s, Duration after, Out& out) {
  out.add(ArmTimer{static_cast<std::uint8_t>(Scheduler::Timer::poll), poll_generation(s.passing),
                   after});
}

void poll_in(const S& s, Duration after, const Turn& turn, Out& out) {
  arm_poll(s, jittered(s, bounded_poll(after), turn), out);
}

bool window_open(const S& s, const Turn& turn) {
  if (turn.wall_trust == WallTrust::unset) return false;  // a token could not be believed either
  return s.always_open || (s.window_opens <= turn.wall && turn.wall < s.window_closes);
}

UpdatePhase public_phase(Phase phase) {
  switch (phase) {
    case Phase::idle: return UpdatePhase::idle;
    case Phase::installing: return UpdatePhase::installing;
    case Phase::staged:
    case Phase::arming: return UpdatePhase::staged;
    case Phase::armed: return UpdatePhase::armed;
    case Phase::trial: return UpdatePhase::trial;
  }
  return UpdatePhase::idle;
}

void check_in(S& s, const Turn& turn, Out& out) {
  CheckInDue due;
  Facts& facts = due.facts;
  facts.appliance = s.self;
  facts.boot = s.boot;
  facts.serial = ++s.passing.serial;
  facts.active = s.active;
  facts.phase = public_phase(s.phase);
  facts.wants_token = s.phase == Phase::staged && window_open(s, turn);
  if (s.phase == Phase::staged && !facts.wants_token && turn.wall < s.window_opens)
    facts.window_opens = s.window_opens;
  facts.tokenless = s.phase == Phase::staged && s.tokenless;
  facts.running = s.running;
  facts.staged = s.staged;
  facts.rollout = s.rollout;
  facts.update = s.update;
  facts.order_floor = s.floor;
  facts.epoch_seen = s.passing.marked ? s.epoch : Epoch{};
  facts.wall = turn.wall;
  facts.wall_trust = turn.wall_trust;
  s.passing.asking = true;
  out.add(due);
  // Should neither answer nor failure come back, this asks again.
  arm_poll(s, Scheduler::answer_patience + s.poll_wish, out);
}

// Asks soon, unless a check-in is under way: its answer leads to the next one.
void check_in_soon(S& s, const Turn& turn, Out& out) {
  if (!s.passing.asking) check_in(s, turn, out);
}

void forget_update(S& s) {
  s.phase = Phase::idle;
  s.update = {};
  s.rollout = {};
  s.staged = {};
  s.following = false;
  s.tokenless = false;
}

void await_window(S& s, const Turn& turn, Out& out) {
  if (s.always_open || s.phase != Phase::staged || window_open(s, turn)) return;
  if (turn.wall_trust == WallTrust::unset || s.window_opens <= turn.wall) return;
  arm(s.window_generation, Scheduler::Timer::window, s.window_opens - turn.wall, out);
}

void disarm(UpdateId update, Out& out) {
  out.add(Scheduler::DisarmTrial{update});
  out.add(TrialWithdrawn{update});
}

void deny(const Grant& g, Reason reason, Out& out) {
  out.add(OrderDenied{g.order, g.rollout, g.update, g.version, reason});
}

// The order being followed, stated again.
bool told_before(const S& s, const Grant& g) { return s.following && g.order == s.floor; }

// Why this grant is not followed; none when it may be.
Reason objection(const S& s, const Grant& g, const Turn& turn) {
  if (g.appliance != s.self) return Reason::foreign;
  if (g.epoch < s.epoch) return Reason::stale_epoch;
  if (g.order <= s.floor && !told_before(s, g)) return Reason::replayed;
  if (turn.wall_trust == WallTrust::unset) return Reason::clock_untrusted;
  if (g.expires <= turn.wall) return Reason::expired;
  if (g.version < s.running && !g.downgrade) return Reason::downgrade;
  return Reason::none;
}

void follow_install(S& s, const Grant& g, Out& out) {
  if (s.phase == Phase::installing || s.phase == Phase::staged) out.add(InstallCancelled{s.update});
  s.phase = Phase::installing;
  s.update = g.update;
  s.rollout = g.rollout;
  s.staged = {};
  s.floor = g.order;
  s.following = true;
  s.tokenless = true;
  out.add(InstallOrdered{g});
}

void follow_token(S& s, const Grant& g, const Turn& turn, Out& out) {
  if (s.phase != Phase::staged || g.update != s.update) return deny(g, Reason::foreign, out);
  if (!window_open(s, turn)) return deny(g, Reason::window_closed, out);
  s.floor = g.order;
  s.following = true;
  s.tokenless = false;
  s.phase = Phase::arming;
  out.add(Scheduler::ArmTrial{g});
}

void follow(S& s, const Grant& g, const Turn& turn, Out& out) {
  if (g.kind == GrantKind::none) return;
  // First prove or lose what is armed or running; its own token comes again until then.
  if (s.phase == Phase::armed || s.phase == Phase::trial) return;
  if (told_before(s, g) && g.appliance == s.self) {
    // The updater is told again too, should a stop have lost it what it was told before.
    if (s.phase == Phase::installing && g.kind == GrantKind::install) out.add(InstallOrdered{g});
    if (s.phase == Phase::arming || g.kind == GrantKind::install) return;
  }
  if (const Reason why = objection(s, g, turn); why != Reason::none) return deny(g, why, out);
  if (g.kind == GrantKind::install)
    follow_install(s, g, out);
  else
    follow_token(s, g, turn, out);
}

// The centre no longer stands behind the order we follow: a halt, a lapse, an expiry.
void withdraw(S& s, Out& out) {
  out.add(OrderDenied{s.following ? s.floor : OrderNumber{}, s.rollout, s.update, s.staged,
                      Reason::cancelled});
  if (s.phase == Phase::installing || s.phase == Phase::staged) out.add(InstallCancelled{s.update});
  // A stop in the middle of arming may have left a staged trial armed.
  if (s.phase == Phase::staged || s.phase == Phase::arming || s.phase == Phase::armed)
    disarm(s.update, out);
  forget_update(s);
}

void answered(S& s, const Answer& a, const Turn& turn, Out& out) {
  if (!s.passing.asking || a.serial != s.passing.serial) return;  // an answer to an older question
  s.passing.asking = false;
  s.passing.failures = 0;
  if (!s.passing.reached) out.add(CentreReached{});
  s.passing.reached = true;
  s.passing.marked = s.passing.marked || !tells_no_mark(a.wait.reason);
  if (a.epoch > s.epoch) s.epoch = a.epoch;
  // A boot of the trial slot proves or loses itself. Back on the old slot nothing is left to prove.
  const bool lost_trial = s.phase == Phase::trial && !s.on_trial;
  const bool may_withdraw = s.phase != Phase::idle && (s.phase != Phase::trial || lost_trial);
  if (may_withdraw && a.standing != s.update && (lost_trial || a.grant.kind == GrantKind::none))
    withdraw(s, out);
  follow(s, a.grant, turn, out);
  const Duration wish = s.poll_wish;
  Duration next = a.next_poll > wish ? a.next_poll : wish;
  // A decision is on its way, or our token is due: no reason to wait a whole interval for it.
  const bool soon =
      a.wait.reason == WaitReason::deciding || (s.phase == Phase::staged && window_open(s, turn));
  if (soon && next > Scheduler::poll_soon) next = Scheduler::poll_soon;
  poll_in(s, next, turn, out);
}

void unanswered(S& s, const CheckInFailed& e, const Turn& turn, Out& out) {
  if (!s.passing.asking || e.serial != s.passing.serial) return;
  s.passing.asking = false;
  if (s.passing.failures < 0xFF) ++s.passing.failures;
  const Duration wish = s.poll_wish;
  Duration wait = wish;
  for (int i = 1; i < s.passing.failures && i <= Scheduler::backoff_doublings_max; ++i)
    wait = wait * 2;
  if (wait > Scheduler::backoff_max && wait > wish)
    wait = wish > Scheduler::backoff_max ? wish : Scheduler::backoff_max;
  poll_in(s, wait, turn, out);
}

// The boot state says that the trial slot runs, whatever the journal still knows.
void adopt_trial(S& s, UpdateId update, Out& out) {
  if (s.update != update) {
    // The standby slot is the good one now: nothing may be written there.
    if (s.phase == Phase::installing || s.phase == Phase::staged)
      out.add(InstallCancelled{s.update});
    forget_update(s);
    s.update = update;
  }
  s.phase = Phase::trial;
}

void back_on_good_slot(S& s, const Restarted& e, bool rebooted, Out& out) {
  // Whether a trial was armed when we stopped is not known: the same token comes again, or none.
  if (s.phase == Phase::arming) s.phase = Phase::staged;
  if (s.phase == Phase::armed && rebooted) s.phase = Phase::trial;  // the gate tells how it ended
  // A trial that no grant led to, such as a return, is nothing to the centre: it is over.
  if (s.phase == Phase::trial && rebooted && !s.rollout) forget_update(s);
  if (s.phase == Phase::armed) {  // stopped between arming and rebooting
    out.add(Scheduler::Reboot{s.update});
    arm(s.reboot_generation, Scheduler::Timer::reboot, Scheduler::reboot_patience, out);
  }
  const bool unwanted = s.phase == Phase::idle || s.phase == Phase::installing;
  if (e.trial != Slot::none && unwanted) disarm(e.trial_update, out);
}

void restarted(S& s, const Restarted& e, const Turn& turn, Out& out) {
  const bool rebooted = e.boot != s.boot;
  s.self = e.appliance;
  s.boot = e.boot;
  s.active = e.active;
  s.running = e.running;
  s.poll_wish = bounded_poll(e.poll_wish);
  s.passing = {};
  s.on_trial = e.trial != Slot::none && e.trial == e.active;
  if (s.on_trial)
    adopt_trial(s, e.trial_update, out);
  else
    back_on_good_slot(s, e, rebooted, out);
  out.add(Scheduler::ResolveWindow{turn.wall});
  // Spread over one interval after a boot, at once after a mere restart of the process.
  const Duration wish = s.poll_wish;
  const Duration wait =
      rebooted && s.phase != Phase::trial && wish > seconds(5) ? wish : seconds(1);
  arm_poll(s,
           {1 + static_cast<std::int64_t>(turn.dice.below(static_cast<std::uint64_t>(wait.value)))},
           out);
}

void timer_fired(S& s, const TimerFired& e, const Turn& turn, Out& out) {
  const auto timer = static_cast<Scheduler::Timer>(e.tag);
  if (timer == Scheduler::Timer::poll && e.generation == poll_generation(s.passing)) {
    s.passing.asking = false;
    if (!s.always_open && s.window_closes <= turn.wall)
      out.add(Scheduler::ResolveWindow{turn.wall});
    check_in(s, turn, out);
  } else if (timer == Scheduler::Timer::window && e.generation == s.window_generation) {
    if (s.phase == Phase::staged) check_in_soon(s, turn, out);
  } else if (timer == Scheduler::Timer::reboot && e.generation == s.reboot_generation) {
    if (s.phase != Phase::armed) return;
    s.phase = Phase::staged;  // the token went unused: no trial without one
    disarm(s.update, out);
  }
}

void staged(S& s, const UpdateOutcome& o, const Turn& turn, Out& out) {
  if (s.phase != Phase::installing || o.update != s.update) return;
  s.phase = Phase::staged;
  s.staged = o.version;
  await_window(s, turn, out);
  check_in_soon(s, turn, out);
}

// The update is over, one way or the other: tell the centre soon.
void over(S& s, const UpdateOutcome& o, const Turn& turn, Out& out) {
  if (o.update != s.update) return;
  forget_update(s);
  check_in_soon(s, turn, out);
}

// The gate has lost hope of the centre. A window is kept where the clock can tell; where it cannot,
// because nothing vouches for it without the centre, the box would wait for ever.
void return_due(const S& s, const ReturnDue& e, const Turn& turn, Out& out) {
  if (s.phase != Phase::idle || s.passing.reached) return;
  if (turn.wall_trust != WallTrust::unset && !window_open(s, turn)) return;  // asked again
  out.add(Scheduler::ArmReturn{e.update});
}

// The previous release has reached the centre, and its slot is the good one again.
void failed_late(S& s, const UpdateOutcome& o, const Turn& turn, Out& out) {
  if (s.phase == Phase::trial && s.update == return_of(o.update)) forget_update(s);
  check_in_soon(s, turn, out);
}

void armed(S& s, const UpdateOutcome& o, Out& out) {
  if (o.update == s.update && (s.phase == Phase::armed || s.phase == Phase::trial)) return;
  // Withdrawn while root-helper was arming: take it back, never reboot.
  if (o.update != s.update || s.phase != Phase::arming) return disarm(o.update, out);
  s.phase = Phase::armed;
  out.add(Scheduler::Reboot{s.update});
  arm(s.reboot_generation, Scheduler::Timer::reboot, Scheduler::reboot_patience, out);
}

}  // namespace

void Scheduler::step(State& s, const Event& event, const Turn& turn, Outbox<Effect>& out) noexcept {
  std::visit(overloaded{
                 [&](const Restarted& e) { restarted(s, e, turn, out); },
                 [&](const TimerFired& e) { timer_fired(s, e, turn, out); },
                 [&](const CheckInAnswered& e) { answered(s, e.answer, turn, out); },
                 [&](const CheckInFailed& e) { unanswered(s, e, turn, out); },
                 [&](const WindowResolved& e) {
                   s.window_opens = e.opens;
                   s.window_closes = e.closes;
                   s.always_open = e.always;
                   await_window(s, turn, out);
                   if (s.phase == Phase::staged && window_open(s, turn))
                     check_in_soon(s, turn, out);
                 },
                 [&](const ClockStepped&) { out.add(ResolveWindow{turn.wall}); },
                 [&](const Staged& e) { staged(s, e.outcome, turn, out); },
                 [&](const InstallFailed& e) {
                   // Told twice in the meantime, the updater may have begun again.
                   if (e.outcome.update == s.update) out.add(InstallCancelled{s.update});
                   over(s, e.outcome, turn, out);
                 },
                 [&](const TrialArmed& e) { armed(s, e.outcome, out); },
                 [&](const ArmRefused& e) {
                   if (e.outcome.update == s.update && s.phase == Phase::arming)
                     s.phase = Phase::staged;
                 },
                 [&](const Committed& e) { over(s, e.outcome, turn, out); },
                 [&](const RolledBack& e) { over(s, e.outcome, turn, out); },
                 [&](const FailedLate& e) { failed_late(s, e.outcome, turn, out); },
                 [&](const AttemptOver& e) {
                   if (s.on_trial && s.phase == Phase::trial && e.update == s.update)
                     out.add(Reboot{e.update});
                 },
                 [&](const ReturnDue& e) { return_due(s, e, turn, out); },
                 [&](const ReturnArmed& e) {
                   const UpdateId trial = return_of(e.update);
                   // The centre has answered in the meantime: there is nothing to return from.
                   if (s.phase != Phase::idle || s.passing.reached) return disarm(trial, out);
                   out.add(Reboot{trial});
                 },
             },
             event);
}

}  // namespace drydock
