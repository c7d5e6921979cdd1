#pragma once
// The two places of the boot stub on the ESP: EFI/drydock/A/stub.efi and EFI/drydock/B/stub.efi.
// Each has stub_bytes_max from imaging on and is only ever overwritten, so that the FAT's own
// tables never change. The state beside them says which one starts (stubs_prefix of
// boot_state_store.hpp). Blocking; one thread.
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "messages/stub.hpp"
#include "runtime/boot/disks/esp.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

class StubPlaces {
 public:
  explicit StubPlaces(EspPlace place) : place_(std::move(place)) {}

  // Does this place, past the page cache, hold these bytes?
  Result<bool> holds(Slot place, const StubOrder& order) const;
  // Overwrites the place, zeros after the stub, flushes, and reads it back past the page cache.
  // Only for a place that nothing starts. not_found or malformed, before a byte is written, when
  // this ESP has no such place; mismatch when it reads back differently.
  Status write(Slot place, std::string_view stub);

 private:
  std::string path(Slot place) const;

  EspPlace place_;
};

}  // namespace drydock::boot
