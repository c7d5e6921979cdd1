#pragma once
// A grant: what the centre permits one appliance to do, once, for a while. Signed with the order
// key and verified twice on the appliance: by the agent, and by root-helper before it acts.
#include "messages/fields.hpp"
#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock {

enum class GrantKind : std::uint8_t { none = 0, install = 1, reboot = 2 };

struct Grant {
  static constexpr const char* name = "Grant";
  GrantKind kind = GrantKind::none;
  bool downgrade = false;  // may lead to an older version than the appliance runs
  OrderNumber order;       // above every earlier order of this centre: the replay floor
  Epoch epoch;             // a halt raises the centre's epoch; older grants are void
  ApplianceId appliance;
  RolloutId rollout;
  UpdateId update;
  Version version;
  Hash manifest{};  // SHA-256 of the manifest envelope's payload
  WallTime issued;
  WallTime expires;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("kind", &Grant::kind),           field<2>("order", &Grant::order),
        field<3>("epoch", &Grant::epoch),         field<4>("appliance", &Grant::appliance),
        field<5>("rollout", &Grant::rollout),     field<6>("update", &Grant::update),
        field<7>("version", &Grant::version),     field<8>("manifest", &Grant::manifest),
        field<9>("issued", &Grant::issued),       field<10>("expires", &Grant::expires),
        field<11>("downgrade", &Grant::downgrade)};
  }
  friend bool operator==(const Grant&, const Grant&) = default;
};

}  // namespace drydock
