#include "tests/power/write_log.hpp"

#include <cstring>

#include <fmt/format.h>

#include "runtime/files/files.hpp"

namespace drydock::power {
namespace {

constexpr std::uint64_t magic = 0x6a736677736872;
constexpr std::uint64_t flag_flush = 1, flag_forced = 2, flag_discard = 4;
constexpr std::size_t log_bytes_max = std::size_t{8} << 30;

std::uint64_t number(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

Result<WriteLog> read_write_log(const std::string& path) {
  auto bytes = files::read(path, log_bytes_max);
  if (!bytes) return bytes.error();
  WriteLog log{std::move(*bytes), {}};
  const std::size_t size = log.bytes.size();
  if (size < sector_bytes || number(log.bytes, 0) != magic)
    return Error{ErrorKind::malformed, fmt::format("{} is not a log of writes", path)};
  const std::uint64_t count = number(log.bytes, 16);
  std::size_t at = sector_bytes;
  for (std::uint64_t n = 0; n < count && at + sector_bytes <= size; ++n) {
    const std::uint64_t sectors = number(log.bytes, at + 8), flags = number(log.bytes, at + 16);
    Entry entry{number(log.bytes, at), {}, (flags & flag_flush) != 0, (flags & flag_forced) != 0};
    at += sector_bytes;
    if (sectors != 0 && (flags & flag_discard) == 0) {
      if (sectors * sector_bytes > size - at) break;  // cut while it was recorded
      const auto* data = reinterpret_cast<const std::uint8_t*>(log.bytes.data()) + at;
      entry.data = {data, sectors * sector_bytes};
      at += sectors * sector_bytes;
    }
    log.entries.push_back(entry);
  }
  return log;
}

}  // namespace drydock::power
