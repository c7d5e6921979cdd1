#include "runtime/boot/disks/boot_state_store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <fmt/format.h>

#include "runtime/boot/disks/sector_file.hpp"

namespace drydock::boot {

BootStateStore::BootStateStore(EspPlace place, std::string prefix)
    : place_(std::move(place)), prefix_(std::move(prefix)) {}

std::string BootStateStore::copy_path(std::size_t copy) const {
  return place_.folder + prefix_ + (copy == 0 ? "_state" : "_state2");
}

std::string BootStateStore::tries_path() const { return place_.folder + prefix_ + "_tries"; }

Result<files::UniqueFd> BootStateStore::lock() const {
  auto fd = files::open(place_.folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  if (::flock(fd->get(), LOCK_EX) != 0) return files::last_error("locking", place_.folder);
  return fd;
}

LoadedBootState BootStateStore::load() const {
  LoadedBootState loaded;
  for (std::size_t copy = 0; copy < loaded.copies.size(); ++copy) {
    auto bytes = read_sector(copy_path(copy));
    auto state = bytes ? parse_boot_state(*bytes) : Result<BootState>(bytes.error());
    if (state)
      loaded.copies[copy] = *state;
    else
      loaded.damage[copy] = state.error().in(copy_path(copy));
  }
  if (const auto winner = winning_copy(loaded.copies)) loaded.state = loaded.copies[*winner];
  return loaded;
}

Result<Stored> BootStateStore::store(const BootState& next) {
  auto held = lock();
  if (!held) return held.error();
  const auto window = EspWindow::open(place_);
  if (!window) return window.error();
  const LoadedBootState now = load();
  if (now.state && next.seq != now.state->seq + 1)
    return Error{ErrorKind::refused,
                 fmt::format("the boot state is at sequence {}, not at {}; load it again",
                             now.state->seq, next.seq == 0 ? 0 : next.seq - 1)};
  const std::size_t first = winning_copy(now.copies) == std::size_t{0} ? 1 : 0;
  const std::string bytes = format(next);
  if (auto s = write_sector(copy_path(first), bytes); !s)
    return s.error().in("writing the older copy of the boot state");
  Stored stored;
  if (auto s = write_sector(copy_path(1 - first), bytes); !s)
    stored.second_copy = s.error().in("writing the second copy of the boot state");
  return stored;
}

Result<BootState> BootStateStore::make_copies_agree(const BootState& now) {
  const BootCopies copies = load().copies;
  if (copies[0] == now && copies[1] == now) return now;
  BootState next = now;
  ++next.seq;
  const auto stored = store(next);
  if (!stored) return stored.error();
  if (stored->second_copy) return *stored->second_copy;
  return next;
}

Result<BootTries> BootStateStore::load_tries() const {
  auto bytes = read_sector(tries_path());
  if (!bytes) return bytes.error();
  auto tries = parse_boot_tries(*bytes);
  if (!tries) return tries.error().in(tries_path());
  return tries;
}

Status BootStateStore::ensure_tries() { return load_tries() ? Status(Done{}) : write_tries({}); }

Status BootStateStore::renew_tries(UpdateId update) {
  const auto tries = load_tries();
  if (!tries) return tries.error();
  if (tries->update != update || tries->left == tries_per_update) return Done{};
  return write_tries({update, tries_per_update});
}

Status BootStateStore::give_back_try(UpdateId update, unsigned attempt) {
  const auto tries = load_tries();
  if (!tries) return tries.error();
  const unsigned before = tries_per_update + 1 - attempt;
  const bool known = attempt >= 1 && attempt <= tries_per_update && tries->update == update;
  if (known && tries->left == before) return Done{};
  if (!known || tries->left + 1 != before)
    return Error{ErrorKind::refused, fmt::format("the counter does not stand at attempt {} of "
                                                 "update {}",
                                                 attempt, hex(update.value))};
  return write_tries({update, before});
}

Status BootStateStore::write_tries(const BootTries& tries) {
  auto held = lock();
  if (!held) return held.error();
  const auto window = EspWindow::open(place_);
  if (!window) return window.error();
  return write_sector(tries_path(), format(tries));
}

}  // namespace drydock::boot
