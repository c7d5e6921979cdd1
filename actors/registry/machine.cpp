#include "actors/registry/machine.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using Store = Registry::Store;
using Row = Registry::Row;
using Out = Outbox<Registry::Effect>;

void refuse(const CheckInArrived& e, Wait wait, Out& out) {
  Answer answer;
  answer.appliance = e.facts.appliance;
  answer.serial = e.facts.serial;
  answer.epoch = e.facts.epoch_seen;
  answer.wait = wait;
  out.add(AnswerReady{e.request, answer});
}

void provisioned(Store& store, const Registry::ApplianceProvisioned& e, Out& out) {
  std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none) {
    if (store.appliances.full())
      return out.add(OperatorAnswered{e.request, OperatorResult::too_many, {}});
    i = store.appliances.insert(e.appliance);
  } else if (store.appliances.row(i).client != e.client) {
    // The certificate binds appliance and client for good.
    return out.add(OperatorAnswered{e.request, OperatorResult::conflict, {}});
  }
  Row& row = store.appliances.change(i);
  row.client = e.client;
  row.site = e.site;
  row.hardware = e.hardware;
  if (row.lifecycle == Lifecycle::pending) {
    row.lifecycle = Lifecycle::active;
    ++store.head.active;
  }
  out.add(OperatorAnswered{e.request, OperatorResult::done, {}});
}

void ordered(Store& store, const Registry::LifecycleOrdered& e, Out& out) {
  const std::uint32_t i = store.appliances.find(e.appliance);
  if (i == store.appliances.none)
    return out.add(OperatorAnswered{e.request, OperatorResult::not_found, {}});
  Row& row = store.appliances.change(i);
  if (row.lifecycle == Lifecycle::active) --store.head.active;
  row.lifecycle = e.lifecycle;
  if (row.lifecycle == Lifecycle::active) ++store.head.active;
  out.add(OperatorAnswered{e.request, OperatorResult::done, {}});
}

void arrived(Store& store, const CheckInArrived& e, Out& out) {
  const std::uint32_t i = store.appliances.find(e.facts.appliance);
  if (i == store.appliances.none || store.appliances.row(i).client != e.facts.client)
    return refuse(e, {WaitReason::unknown_appliance, 0, 0}, out);
  const Row& known = store.appliances.row(i);
  const bool mismatch = known.site != e.facts.site_claim;
  if (known.boot != e.facts.boot || known.running != e.facts.running ||
      known.site_mismatch != mismatch) {
    Row& row = store.appliances.change(i);
    row.boot = e.facts.boot;
    row.running = e.facts.running;
    row.site_mismatch = mismatch;
  }
  if (known.lifecycle != Lifecycle::active)
    return refuse(e, {WaitReason::not_active, static_cast<std::uint64_t>(known.lifecycle), 0}, out);
  if (mismatch) return refuse(e, {WaitReason::site_mismatch, known.site.value, 0}, out);
  out.add(ApplianceSeen{e.request, known.client, known.site, known.hardware, e.facts, e.reports});
}

}  // namespace

void Registry::step(Store& store, const Event& event, const Turn&, Outbox<Effect>& out) noexcept {
  std::visit(overloaded{
                 [&](const ApplianceProvisioned& e) { provisioned(store, e, out); },
                 [&](const LifecycleOrdered& e) { ordered(store, e, out); },
                 [&](const CheckInArrived& e) { arrived(store, e, out); },
             },
             event);
}

}  // namespace drydock
