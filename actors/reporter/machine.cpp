#include "actors/reporter/machine.hpp"

#include <algorithm>

#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using S = Reporter::State;
using Out = Outbox<Reporter::Effect>;

void drop_undelivered(S& s, std::uint32_t count) {
  constexpr std::uint32_t end = 0xFFFF;
  const std::uint32_t all = s.undelivered_dropped + std::min(count, end);
  s.undelivered_dropped = static_cast<std::uint16_t>(std::min(all, end));
}

void keep(S& s, Report report, const Turn& turn, Out& out) {
  report.seq = {++s.newest.value};
  report.boot = s.boot;
  report.wall = turn.wall;
  out.add(Reporter::KeepReport{report});
  if (s.newest.value - s.oldest.value < Reporter::kept_max) return;
  if (s.oldest > s.acknowledged) drop_undelivered(s, 1);
  out.add(Reporter::DropReports{s.oldest});
  ++s.oldest.value;
}

// What became of an update is told again after a restart; it is reported once.
void keep_once(S& s, const Report& report, const Turn& turn, Out& out) {
  if (report.update != s.update) {
    s.update = report.update;
    s.said = 0;
  }
  static_assert(report_kinds <= 16);
  const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(report.kind));
  if ((s.said & bit) != 0) return;
  s.said = static_cast<std::uint16_t>(s.said | bit);
  keep(s, report, turn, out);
}

Report of(ReportKind kind, const UpdateOutcome& o) {
  Report r;
  r.kind = kind;
  r.reason = o.reason;
  r.attempt = o.attempt;
  r.rollout = o.rollout;
  r.update = o.update;
  r.version = o.version;
  r.detail = o.detail;
  return r;
}

Report of(const OrderDenied& e) {
  Report r;
  r.kind = ReportKind::order_refused;
  r.reason = e.reason;
  r.rollout = e.rollout;
  r.update = e.update;
  r.version = e.version;
  return r;
}

void post(const S& s, const Facts& facts, Out& out) {
  ReportSeq from{s.acknowledged.value + 1};
  if (from < s.oldest) from = s.oldest;
  std::uint32_t count = s.newest.value + 1 - from.value;
  if (count > reports_per_check_in_max) count = reports_per_check_in_max;
  out.add(Reporter::PostCheckIn{facts, from, count});
}

// Numbers on from here. What is kept under lower numbers can never be counted at the centre.
void number_above(S& s, ReportSeq seq, Out& out) {
  if (s.oldest <= s.newest) {
    const ReportSeq before{s.oldest.value - 1};
    const ReportSeq known = s.acknowledged < before ? before : s.acknowledged;
    drop_undelivered(s, s.newest.value - known.value);
    out.add(Reporter::DropReports{s.newest});
  }
  s.newest = s.acknowledged = seq;
  s.oldest = {seq.value + 1};
}

void answered(S& s, const Answer& a, Out& out) {
  if (tells_no_mark(a.wait.reason)) return;
  if (a.reports_through > Reporter::seq_max) return;
  // A restored centre may know less than it once did: then we send again what it asks for.
  if (a.reports_through <= s.newest)
    s.acknowledged = a.reports_through;
  else
    number_above(s, a.reports_through, out);  // it speaks of a journal we have lost
}

}  // namespace

void Reporter::step(State& s, const Event& event, const Turn& turn, Outbox<Effect>& out) noexcept {
  std::visit(
      overloaded{
          [&](const Restarted& e) { s.boot = e.boot; },
          [&](const CheckInDue& e) { post(s, e.facts, out); },
          [&](const CheckInAnswered& e) { answered(s, e.answer, out); },
          [&](const Staged& e) { keep_once(s, of(ReportKind::staged, e.outcome), turn, out); },
          [&](const InstallFailed& e) {
            keep_once(s, of(ReportKind::install_failed, e.outcome), turn, out);
          },
          [&](const TrialArmed& e) { keep_once(s, of(ReportKind::armed, e.outcome), turn, out); },
          [&](const ArmRefused& e) {
            keep(s, of(ReportKind::order_refused, e.outcome), turn, out);
          },
          [&](const Committed& e) {
            keep_once(s, of(ReportKind::committed, e.outcome), turn, out);
          },
          [&](const RolledBack& e) {
            keep_once(s, of(ReportKind::rolled_back, e.outcome), turn, out);
          },
          [&](const FailedLate& e) {
            keep_once(s, of(ReportKind::failed_late, e.outcome), turn, out);
          },
          [&](const OrderDenied& e) { keep(s, of(e), turn, out); },
          [&](const DriftNoted& e) {
            Report r;
            r.kind = e.kind;
            r.detail = Text<40>(name_of(e.check));
            keep(s, r, turn, out);
          },
          [&](const JournalLost& e) {
            Report r;
            r.kind = ReportKind::journal_lost;
            r.attempt = e.lost_before;
            if (s.newest < e.floor && e.floor <= seq_max) number_above(s, e.floor, out);
            keep(s, r, turn, out);
          },
      },
      event);
}

}  // namespace drydock
