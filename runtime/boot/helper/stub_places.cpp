#include "runtime/boot/helper/stub_places.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "runtime/boot/disks/past_cache.hpp"
#include "runtime/files/files.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {

std::string StubPlaces::path(Slot place) const {
  ASSERT(place != Slot::none);
  return fmt::format("{}/EFI/drydock/{}/stub.efi", place_.folder, name_of(place));
}

Result<bool> StubPlaces::holds(Slot place, const StubOrder& order) const {
  ASSERT(order.size <= stub_bytes_max);
  const auto bytes = read_past_cache(path(place), order.size);
  if (!bytes) return bytes.error();
  return bytes->size() == order.size && trust::sha256(*bytes) == order.sha256;
}

Status StubPlaces::write(Slot place, std::string_view stub) {
  ASSERT(!stub.empty() && stub.size() <= stub_bytes_max);
  const std::string where = path(place);
  const auto window = EspWindow::open(place_);
  if (!window) return window.error();
  auto fd = files::open(where, O_WRONLY);
  if (!fd) return fd.error();
  struct stat about {};
  if (::fstat(fd->get(), &about) != 0) return files::last_error("finding", where);
  if (!S_ISREG(about.st_mode) || about.st_size != static_cast<off_t>(stub_bytes_max))
    return Error{ErrorKind::malformed,
                 fmt::format("{} is no file of {} bytes, so there is no place for a second stub; "
                             "image this appliance anew",
                             where, stub_bytes_max)};
  std::string bytes(stub);
  bytes.resize(stub_bytes_max);
  if (auto s = files::write_at(fd->get(), bytes, 0, where); !s) return s;
  if (::fdatasync(fd->get()) != 0) return files::last_error("syncing", where);
  const auto back = read_past_cache(where, stub_bytes_max);
  if (!back) return back.error().in("reading back");
  if (*back != bytes)
    return Error{ErrorKind::mismatch,
                 fmt::format("{} reads back differently from what was written", where)};
  return Done{};
}

}  // namespace drydock::boot
