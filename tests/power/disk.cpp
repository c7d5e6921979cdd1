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
  for (std::size_t place = 0; place < places; ++place)
    for (std::uint64_t n = 0; n < layout.ranges[place].count; ++n) {
      const std::uint64_t sector = layout.ranges[place].start + n;
      differing_[place] += differs(place, sector, read(sector));
    }
}

std::int64_t Disk::differs(std::size_t place, std::uint64_t sector,
                           const std::uint8_t* data) const {
  const auto& image = layout_.images[place];
  const std::uint64_t n = sector - layout_.ranges[place].start;
  if (!image || n >= std::min(layout_.ranges[place].count, image->sectors())) return 0;
  return std::memcmp(image->sector(n), data, sector_bytes) != 0 ? 1 : 0;
}

void Disk::write(std::uint64_t sector, const std::uint8_t* data) {
  std::uint8_t* here = medium_.sector(sector);
  if (std::memcmp(here, data, sector_bytes) == 0) return;
  for (std::size_t place = 0; place < places; ++place)
    if (layout_.ranges[place].holds(sector))
      differing_[place] += differs(place, sector, data) - differs(place, sector, here);
  if (layout_.esp.holds(sector)) esp_.reset();
  std::memcpy(here, data, sector_bytes);
}

namespace {

struct Chosen {
  Slot starts = Slot::none;
  std::string says;
};

// By GRUB's rules, from the three files whose names begin so.
Chosen choose(const FatView& fat, const std::string& prefix, std::vector<std::string>& damage) {
  const auto file = [&](const char* name) {
    const auto found = fat.files.find(prefix + name);
    return found == fat.files.end() ? std::string() : found->second;
  };
  boot::FirmwareView view;
  for (std::size_t copy = 0; copy < 2; ++copy)
    if (const auto state = boot::parse_boot_state(file(copy == 0 ? "_state" : "_state2")))
      view.copies[copy] = *state;
  if (const auto tries = boot::parse_boot_tries(file("_tries")))
    view.tries = *tries;
  else
    damage.push_back(prefix + ": the counter is not readable");
  if (!boot::winning_copy(view.copies)) damage.push_back(prefix + ": no copy of the state counts");
  const auto choice = boot::firmware_choice(view);
  return {choice.slot, boot::kernel_arguments(choice)};
}

}  // namespace

Disk::Esp Disk::look(const Overlay& over) const {
  const FatView fat = look_at_fat(
      [&](std::uint64_t n) -> const std::uint8_t* {
        const std::uint64_t sector = layout_.esp.start + n;
        const auto found = over.find(sector);
        return found != over.end() ? found->second : read(sector);
      },
      layout_.esp.count);
  Esp esp{fat.damage, {}, {}};
  const Chosen stub = choose(fat, "/stub", esp.damage), slot = choose(fat, "/ab", esp.damage);
  esp.starts = {first_stub + (stub.starts == Slot::b ? 1 : 0), slot.starts == Slot::b ? 1u : 0u};
  esp.says = {fmt::format("stub {} starts", name_of(stub.starts)), slot.says};
  return esp;
}

std::vector<std::string> Disk::check(const Overlay& over) const {
  auto differing = differing_;
  bool esp_covered = false;
  for (const auto& [sector, data] : over) {
    if (layout_.esp.holds(sector)) esp_covered = true;
    for (std::size_t place = 0; place < places; ++place)
      if (layout_.ranges[place].holds(sector))
        differing[place] += differs(place, sector, data) - differs(place, sector, read(sector));
  }
  if (!esp_covered && !esp_) esp_ = look({});
  const Esp esp = esp_covered ? look(over) : *esp_;
  std::vector<std::string> wrong = esp.damage;
  for (std::size_t n = 0; n < esp.starts.size(); ++n)
    if (const auto sectors = differing[esp.starts[n]]; sectors != 0)
      wrong.push_back(fmt::format("{}, and {} sectors of it are wrong", esp.says[n], sectors));
  return wrong;
}

}  // namespace drydock::power
