#include "actors/updater/machine.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using S = Updater::State;
using Phase = Updater::Phase;
using Out = Outbox<Updater::Effect>;
constexpr std::uint8_t retry_tag = 1;

// Starts the work the phase stands for, under a new number.
void work(S& s, Out& out) {
  ++s.work;
  ++s.generation;  // a retry that was due is this one
  switch (s.phase) {
    case Phase::fetching: return out.add(Updater::FetchManifest{s.update, s.order, s.work});
    case Phase::writing:
      return out.add(Updater::WriteSlot{s.update, s.order, s.chunks_done, s.work});
    case Phase::reading_back: return out.add(Updater::ReadBack{s.update, s.order, s.work});
    case Phase::idle:
    case Phase::staged: return;
  }
}

UpdateOutcome outcome(const S& s, Reason reason, const Text<40>& detail) {
  return {s.rollout, s.update, s.version, reason, static_cast<std::uint8_t>(s.cuts + s.mismatches),
          detail};
}

void forget(S& s) {
  const std::uint32_t work_no = s.work, generation = s.generation + 1;
  s = S{};
  s.work = work_no;
  s.generation = generation;
}

void fail(S& s, Reason reason, const Text<40>& detail, Out& out) {
  out.add(InstallFailed{outcome(s, reason, detail)});
  forget(s);
}

void retry(S& s, const Turn& turn, Out& out) {
  Duration wait = Updater::retry_first;
  for (int i = 1; i < s.cuts && wait < Updater::retry_max; ++i) wait = wait * 2;
  if (wait > Updater::retry_max) wait = Updater::retry_max;
  const auto spread = turn.dice.below(static_cast<std::uint64_t>(wait.value / 2 + 1));
  out.add(
      ArmTimer{retry_tag, ++s.generation, wait + milliseconds(static_cast<std::int64_t>(spread))});
}

// Wrong bytes: nothing of what was written is trusted. A wrong manifest is fetched again.
void mismatched(S& s, const Updater::WorkEnded& e, const Turn& turn, Out& out) {
  if (++s.mismatches >= Updater::mismatches_max) return fail(s, e.reason, e.detail, out);
  if (s.phase == Phase::reading_back) s.phase = Phase::writing;
  s.chunks_done = 0;
  retry(s, turn, out);
}

void tell_staged(const S& s, Out& out) {
  if (s.phase == Phase::staged) out.add(Staged{outcome(s, Reason::none, {})});
}

void cut(S& s, const Updater::WorkEnded& e, const Turn& turn, Out& out) {
  if (!e.transient || ++s.cuts >= Updater::cuts_in_a_row_max)
    return fail(s, e.reason, e.detail, out);
  retry(s, turn, out);
}

void work_ended(S& s, const Updater::WorkEnded& e, const Turn& turn, Out& out) {
  const bool working =
      s.phase == Phase::fetching || s.phase == Phase::writing || s.phase == Phase::reading_back;
  if (!working || e.update != s.update || e.work != s.work) return;
  if (e.reason == Reason::none) {
    if (s.phase == Phase::writing && s.chunks_done == s.chunks) {
      s.phase = Phase::reading_back;
      work(s, out);
    } else if (s.phase == Phase::writing) {
      // It says it is through, and chunks are missing: as good as a cut line.
      cut(s, {e.update, e.work, Reason::download_cut, true, {}}, turn, out);
    } else if (s.phase == Phase::reading_back) {
      s.phase = Phase::staged;
      tell_staged(s, out);
    }
    return;  // a manifest's good end is ManifestReady
  }
  if (e.reason == Reason::hash_mismatch || e.reason == Reason::read_back_mismatch)
    return mismatched(s, e, turn, out);
  cut(s, e, turn, out);
}

void ordered(S& s, const Grant& g, Out& out) {
  if (s.phase != Phase::idle && s.update == g.update) return tell_staged(s, out);  // told twice
  if (s.phase != Phase::idle) out.add(Updater::StopWork{s.update});
  forget(s);
  s.update = g.update;
  s.order = g.order;
  s.version = g.version;
  s.rollout = g.rollout;
  s.phase = Phase::fetching;
  work(s, out);
}

void chunk_written(S& s, const Updater::ChunkWritten& e) {
  if (s.phase != Phase::writing || e.update != s.update) return;
  if (e.count > s.chunks || e.count <= s.chunks_done) {
    // A server that ignored our range began anew: what counts is what it has written since.
    if (e.count <= s.chunks) s.chunks_done = e.count;
    return;
  }
  s.chunks_done = e.count;
  s.cuts = 0;
}

}  // namespace

void Updater::step(State& s, const Event& event, const Turn& turn, Outbox<Effect>& out) noexcept {
  std::visit(overloaded{
                 [&](const Restarted&) {
                   // The world forgot its work, and perhaps what it was told.
                   if (s.phase == Phase::staged) return tell_staged(s, out);
                   if (s.phase != Phase::idle) work(s, out);
                 },
                 [&](const InstallOrdered& e) { ordered(s, e.grant, out); },
                 [&](const InstallCancelled& e) {
                   if (s.phase == Phase::idle || e.update != s.update) return;
                   out.add(StopWork{s.update});
                   forget(s);
                 },
                 [&](const ManifestReady& e) {
                   if (s.phase != Phase::fetching || e.update != s.update) return;
                   s.phase = Phase::writing;
                   s.chunks = e.chunks;
                   s.chunks_done = 0;
                   s.cuts = 0;
                   work(s, out);
                 },
                 [&](const ChunkWritten& e) { chunk_written(s, e); },
                 [&](const WorkEnded& e) { work_ended(s, e, turn, out); },
                 [&](const TimerFired& e) {
                   if (e.tag == retry_tag && e.generation == s.generation) work(s, out);
                 },
                 [&](const Committed& e) {
                   if (e.outcome.update == s.update) forget(s);
                 },
                 [&](const RolledBack& e) {
                   if (e.outcome.update == s.update) forget(s);
                 },
             },
             event);
}

}  // namespace drydock
