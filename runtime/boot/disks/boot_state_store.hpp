#pragma once
// The two copies of the boot state on the ESP, and GRUB's counter beside them: for the slots, or
// for the two boot stubs, of which the same rules choose. root-helper alone writes them; each act
// takes the lock of the folder. Blocking, any thread.
#include <array>
#include <optional>
#include <string>

#include "runtime/boot/boot_state.hpp"
#include "runtime/boot/boot_tries.hpp"
#include "runtime/boot/disks/esp.hpp"
#include "runtime/files/files.hpp"

namespace drydock::boot {

struct LoadedBootState {
  std::optional<BootState> state;  // the winner; empty when no copy counts
  BootCopies copies;
  std::array<std::optional<Error>, 2> damage;  // what is wrong with each copy that does not count
};

struct Stored {
  // The new state is in effect, but the second copy could not be written; the next store heals it.
  std::optional<Error> second_copy;
};

// What the names of the three files begin with, as in "ab_state".
inline constexpr const char* slots_prefix = "/ab";
inline constexpr const char* stubs_prefix = "/stub";

class BootStateStore {
 public:
  // A write while the ESP is not mounted would land on the root filesystem, where GRUB never looks:
  // hence the place is checked before each, but for a plain folder.
  explicit BootStateStore(EspPlace place, std::string prefix = slots_prefix);
  explicit BootStateStore(std::string folder) : BootStateStore(EspPlace{std::move(folder)}) {}

  LoadedBootState load() const;
  // Writes the older (or damaged) copy, and only then the other one: at every instant one copy is
  // whole. An error means that the old state, if there was one, is still in effect, unless its text
  // says that the read-back failed. `next` must be the state after the one that load() answers.
  Result<Stored> store(const BootState& next);

  // Before anything is written that an older state names: stores the state once more unless both
  // copies are whole and of it. Answers what is in effect then.
  Result<BootState> make_copies_agree(const BootState& now);

  Result<BootTries> load_tries() const;  // GRUB's counter
  // This attempt, 1 to tries_per_update, of the update is not to count. refused when GRUB's counter
  // is of another update or stands at another attempt. Done when it was given back before.
  Status give_back_try(UpdateId update, unsigned attempt);
  // The update has all its tries again; only when the counter is of this update.
  Status renew_tries(UpdateId update);
  // Makes the counter when it is missing or damaged; GRUB can overwrite the file but not create it.
  Status ensure_tries();

  const std::string& folder() const { return place_.folder; }

 private:
  std::string copy_path(std::size_t copy) const;
  std::string tries_path() const;
  Result<files::UniqueFd> lock() const;
  Status write_tries(const BootTries& tries);

  EspPlace place_;
  std::string prefix_;
};

}  // namespace drydock::boot
