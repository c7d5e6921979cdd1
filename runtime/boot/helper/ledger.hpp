#pragma once
// What root-helper must remember over a restart: how far orders are used up, and what the standby
// slot was proved to hold. In a folder that only root can enter, since the agent must not rewrite
// it. Blocking; one thread.
#include <string>

#include "messages/fields.hpp"
#include "messages/ids.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

// The replay floor. Orders of a centre grow, so what is below was used or overtaken.
struct UsedOrders {
  static constexpr const char* name = "UsedOrders";
  OrderNumber install;        // the highest install order; the same one may come again (a resume)
  OrderNumber reboot;         // the highest reboot order taken up
  bool reboot_armed = false;  // ... and its trial was armed: it is used up
  Epoch epoch;                // the highest of any order
  static constexpr auto fields() {
    return std::tuple{
        field<1>("install", &UsedOrders::install), field<2>("reboot", &UsedOrders::reboot),
        field<3>("reboot_armed", &UsedOrders::reboot_armed), field<4>("epoch", &UsedOrders::epoch)};
  }
  friend bool operator==(const UsedOrders&, const UsedOrders&) = default;
};

// slot none: nothing is proved.
struct VerifiedSlot {
  static constexpr const char* name = "VerifiedSlot";
  Slot slot = Slot::none;
  Hash manifest{};
  static constexpr auto fields() {
    return std::tuple{field<1>("slot", &VerifiedSlot::slot),
                      field<2>("manifest", &VerifiedSlot::manifest)};
  }
  friend bool operator==(const VerifiedSlot&, const VerifiedSlot&) = default;
};

// Where a release that was committed may return to, once. slot none: nowhere.
struct ReturnRight {
  static constexpr const char* name = "ReturnRight";
  Slot slot = Slot::none;  // ran, as the good one, before ...
  UpdateId update;         // ... this was committed; not written since
  static constexpr auto fields() {
    return std::tuple{field<1>("slot", &ReturnRight::slot),
                      field<2>("update", &ReturnRight::update)};
  }
  friend bool operator==(const ReturnRight&, const ReturnRight&) = default;
};

// The highest serial of a boot stub that was ever put on trial here, or found in its place. One
// that failed its trial, or is older, is not tried again.
struct StubFloor {
  static constexpr const char* name = "StubFloor";
  std::uint64_t serial = 0;
  static constexpr auto fields() { return std::tuple{field<1>("serial", &StubFloor::serial)}; }
  friend bool operator==(const StubFloor&, const StubFloor&) = default;
};

class Ledger {
 public:
  // Makes the folder (mode 0700) if need be; refused when it is another user's or open to others.
  static Result<Ledger> open(const std::string& folder);

  // A missing file is an empty record. The used orders lie there twice; only when both copies are
  // damaged is it an error, and never an empty record: an empty floor would let old orders through.
  // A damaged `verified` means that nothing is proved, a damaged `return_right` that there is none;
  // a damaged `stub_floor` is an error.
  Result<UsedOrders> used_orders() const;
  Result<VerifiedSlot> verified() const;
  Result<ReturnRight> return_right() const;
  Result<StubFloor> stub_floor() const;
  Status store(const UsedOrders& used);
  Status store(const VerifiedSlot& verified);
  Status store(const ReturnRight& right);
  Status store(const StubFloor& floor);

 private:
  explicit Ledger(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace drydock::boot
