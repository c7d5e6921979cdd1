#include "actors/healer/machine.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using S = Healer::State;
using Out = Outbox<Healer::Effect>;

Healer::Rule* rule_of(S& s, HostCheck check) {
  switch (check) {
    case HostCheck::disk: return &s.disk;
    case HostCheck::clock: return &s.clock;
    case HostCheck::process: return &s.process;
  }
  return nullptr;  // a number from a newer writer
}

// Only a watched process has a remedy so far; disk and clock are escalated.
bool has_remedy(HostCheck check) { return check == HostCheck::process; }

void good(Healer::Rule& rule, const Healer::Observed& e, Out& out) {
  if (rule.drifted) out.add(DriftNoted{ReportKind::healed, e.check, e.value});
  rule = {};
}

void bad(Healer::Rule& rule, const Healer::Observed& e, Out& out) {
  if (rule.bad_looks < Healer::bad_looks_to_act) ++rule.bad_looks;
  if (rule.bad_looks < Healer::bad_looks_to_act) return;
  if (!rule.drifted) {
    rule.drifted = true;
    out.add(DriftNoted{ReportKind::drifted, e.check, e.value});
  }
  if (has_remedy(e.check) && rule.remedies < Healer::remedies_max) {
    ++rule.remedies;
    out.add(Healer::Remedy{e.check});
  } else if (!rule.escalated) {
    rule.escalated = true;
    out.add(DriftNoted{ReportKind::escalated, e.check, e.value});
  }
}

void look(S& s, const Turn& turn, Out& out) {
  out.add(Healer::Observe{HostCheck::disk});
  out.add(Healer::Observe{HostCheck::clock});
  out.add(Healer::Observe{HostCheck::process});
  const auto spread = static_cast<std::int64_t>(turn.dice.below(1000));
  out.add(ArmTimer{1, s.generation, Healer::interval + milliseconds(spread)});
}

}  // namespace

void Healer::step(State& s, const Event& event, const Turn& turn, Outbox<Effect>& out) noexcept {
  std::visit(overloaded{
                 [&](const Restarted&) {
                   ++s.generation;
                   look(s, turn, out);
                 },
                 [&](const TimerFired& e) {
                   if (e.generation == s.generation) look(s, turn, out);
                 },
                 [&](const Observed& e) {
                   Rule* rule = rule_of(s, e.check);
                   if (rule == nullptr || e.level == Level::unknown)
                     return;  // unknown proves nothing
                   if (e.level == Level::good)
                     good(*rule, e, out);
                   else
                     bad(*rule, e, out);
                 },
                 [&](const RemedyEnded&) {},  // the next look tells whether it helped
             },
             event);
}

}  // namespace drydock
