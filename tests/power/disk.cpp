#include "tests/power/disk.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "runtime/files/files.hpp"
#include "tests/power/fat.hpp"

namespace drydock::power {

Result<Image> Image::map(const std::string& path) {
  auto fd = files::open(path, O_RDONLY);
  if (!fd) return fd.error();
  struct stat about {};
  if (::fstat(fd->get(), &about) != 0) return files::last_error("finding", path);
  const auto size = static_cast<std::size_t>(about.st_size);
  void* bytes =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd->get(), 0);
  if (bytes == MAP_FAILED) return files::last_error("mapping", path);
  Image image;
  image.bytes_ = static_cast<std::uint8_t*>(bytes);
  image.sectors_ = size / sector_bytes;
  return image;
}

Disk::Disk(Image medium, const Layout& layout) : medium_(medium), layout_(layout) {
  for (std::size_t slot = 0; slot < 2; ++slot)
    for (std::uint64_t n = 0; n < layout.slots[slot].count; ++n) {
      const std::uint64_t sector = layout.slots[slot].start + n;
      differing_[slot] += differs(slot, sector, read(sector));
    }
}

std::int64_t Disk::differs(std::size_t slot, std::uint64_t sector, const std::uint8_t* data) const {
  const auto& image = layout_.images[slot];
  const std::uint64_t n = sector - layout_.slots[slot].start;
  if (!image || n >= std::min(layout_.slots[slot].count, image->sectors())) return 0;
  return std::memcmp(image->sector(n), data, sector_bytes) != 0 ? 1 : 0;
}

void Disk::write(std::uint64_t sector, const std::uint8_t* data) {
  std::uint8_t* here = medium_.sector(sector);
  if (std::memcmp(here, data, sector_bytes) == 0) return;
  for (std::size_t slot = 0; slot < 2; ++slot)
    if (layout_.slots[slot].holds(sector))
      differing_[slot] += differs(slot, sector, data) - differs(slot, sector, here);
  if (layout_.esp.holds(sector)) esp_.reset();
  std::memcpy(here, data, sector_bytes);
}

Disk::Esp Disk::look(const Overlay& over) const {
  const FatView fat = look_at_fat(
      [&](std::uint64_t n) -> const std::uint8_t* {
        const std::uint64_t sector = layout_.esp.start + n;
        const auto found = over.find(sector);
        return found != over.end() ? found->second : read(sector);
      },
      layout_.esp.count);
  Esp esp{fat.damage, Slot::none, ""};
  boot::FirmwareView view;
  const auto file = [&](const char* name) {
    const auto found = fat.files.find(name);
    return found == fat.files.end() ? std::string() : found->second;
  };
  for (std::size_t copy = 0; copy < 2; ++copy)
    if (const auto state = boot::parse_boot_state(file(copy == 0 ? "/ab_state" : "/ab_state2")))
      view.copies[copy] = *state;
  if (const auto tries = boot::parse_boot_tries(file("/ab_tries")))
    view.tries = *tries;
  else
    esp.damage.push_back("the counter is not readable");
  if (!boot::winning_copy(view.copies)) esp.damage.push_back("no copy of the state counts");
  const auto choice = boot::firmware_choice(view);
  esp.boots = choice.slot;
  esp.says = boot::kernel_arguments(choice);
  return esp;
}

std::vector<std::string> Disk::check(const Overlay& over) const {
  auto differing = differing_;
  bool esp_covered = false;
  for (const auto& [sector, data] : over) {
    if (layout_.esp.holds(sector)) esp_covered = true;
    for (std::size_t slot = 0; slot < 2; ++slot)
      if (layout_.slots[slot].holds(sector))
        differing[slot] += differs(slot, sector, data) - differs(slot, sector, read(sector));
  }
  if (!esp_covered && !esp_) esp_ = look({});
  const Esp esp = esp_covered ? look(over) : *esp_;
  std::vector<std::string> wrong = esp.damage;
  const std::size_t boots = esp.boots == Slot::b ? 1 : 0;
  if (differing[boots] != 0)
    wrong.push_back(
        fmt::format("{}, and {} sectors of that slot are wrong", esp.says, differing[boots]));
  return wrong;
}

}  // namespace drydock::power
