#include "actors/gateway/machine.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using S = Gateway::Passing;
using Out = Outbox<Gateway::Effect>;

void arrived(S& s, const Gateway::RequestArrived& e, Out& out) {
  const Facts& facts = e.check_in.facts;
  if (facts.appliance != e.certified || facts.client != e.certified_client || !facts.appliance) {
    ++s.refused;
    return out.add(Gateway::Refuse{e.request});
  }
  if (s.waiting >= Gateway::waiting_max) {
    ++s.turned_away;
    Answer busy;
    busy.appliance = facts.appliance;
    busy.serial = facts.serial;
    busy.epoch = facts.epoch_seen;
    busy.standing = facts.update;  // nothing is taken back for being busy
    busy.next_poll = Gateway::busy_poll;
    busy.wait = {WaitReason::busy, 0, 0};
    return out.add(Gateway::Respond{e.request, busy});
  }
  ++s.waiting;
  out.add(CheckInArrived{e.request, facts, e.check_in.reports});
}

}  // namespace

void Gateway::step(State& state, const Event& event, const Turn&, Outbox<Effect>& out) noexcept {
  S& s = state.passing;
  std::visit(overloaded{
                 [&](const RequestArrived& e) { arrived(s, e, out); },
                 [&](const AnswerReady& e) {
                   if (s.waiting > 0) --s.waiting;
                   ++s.answered;
                   out.add(Respond{e.request, e.answer});
                 },
             },
             event);
}

}  // namespace drydock
