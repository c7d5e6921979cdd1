#include "runtime/appliance/gate_import.hpp"

#include "runtime/gate/reasons.hpp"

namespace drydock::appliance {
namespace {

GateVerdict verdict(boot::GateKind kind) {
  switch (kind) {
    case boot::GateKind::passed: return GateVerdict::passed;
    case boot::GateKind::failed: return GateVerdict::failed;
    case boot::GateKind::fell_back: return GateVerdict::fell_back;
    case boot::GateKind::excused: return GateVerdict::excused;
    case boot::GateKind::none:
    case boot::GateKind::boot_observed: return GateVerdict::unknown;
  }
  return GateVerdict::unknown;
}

}  // namespace

HealthGate::GateLogRead imported(const boot::GateRecord& record) {
  HealthGate::GateLogRead event;
  ASSERT(record.sequence <= UINT32_MAX);  // 2 TB of records
  event.seq = static_cast<std::uint32_t>(record.sequence);
  event.boot = record.boot;
  event.update = record.update;
  event.verdict = verdict(record.kind);
  event.attempt = static_cast<std::uint8_t>(record.attempt);
  event.reason = gate::reason_in(record.reason);
  event.detail = Text<40>(record.check.empty() ? record.reason : record.check);
  return event;
}

}  // namespace drydock::appliance
