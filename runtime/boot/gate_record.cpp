#include "runtime/boot/gate_record.hpp"

#include <cstring>

#include <fmt/format.h>

#include "runtime/kernel/assert.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {
namespace {

constexpr std::string_view magic = "DDGATE01";
constexpr std::size_t covered = 480;  // bytes the digest at the end vouches for
constexpr std::size_t check_at = 64, reason_at = 112, previous_at = 272;

template <class Number>
void put(std::string& bytes, std::size_t at, Number number) {
  auto rest = static_cast<std::uint64_t>(number);
  for (std::size_t i = 0; i < sizeof(Number); ++i, rest >>= 8)
    bytes[at + i] = static_cast<char>(rest & 255);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<Number>(number);
}

void put_bytes(std::string& bytes, std::size_t at, const void* from, std::size_t size) {
  std::memcpy(bytes.data() + at, from, size);
}

Error malformed(std::string_view what) {
  return {ErrorKind::malformed, fmt::format("not a gate record: {}", what)};
}

}  // namespace

std::string_view name_of(GateKind kind) {
  switch (kind) {
    case GateKind::none: return "none";
    case GateKind::boot_observed: return "boot_observed";
    case GateKind::passed: return "passed";
    case GateKind::failed: return "failed";
    case GateKind::fell_back: return "fell_back";
    case GateKind::excused: return "excused";
  }
  return "unknown";
}

std::string encode_gate_record(const GateRecord& record) {
  const auto check = std::string_view(record.check).substr(0, gate_check_max);
  const auto reason = std::string_view(record.reason).substr(0, gate_reason_max);
  std::string bytes(gate_record_size, '\0');
  put_bytes(bytes, 0, magic.data(), magic.size());
  put(bytes, 8, record.sequence);
  put(bytes, 16, record.boot.value);
  put(bytes, 24, record.update.value);
  put(bytes, 32, record.attempt);
  put(bytes, 36, record.tries_left);
  put(bytes, 40, static_cast<std::uint8_t>(record.slot));
  put(bytes, 41, static_cast<std::uint8_t>(record.kind));
  put(bytes, 42, static_cast<std::uint8_t>(check.size()));
  put(bytes, 43, static_cast<std::uint8_t>(reason.size()));
  put(bytes, 48, record.wall.value);
  put(bytes, 56, record.up.value);
  put_bytes(bytes, check_at, check.data(), check.size());
  put_bytes(bytes, reason_at, reason.data(), reason.size());
  put_bytes(bytes, previous_at, record.previous.data(), record.previous.size());
  const auto digest = trust::sha256(std::string_view(bytes).substr(0, covered));
  put_bytes(bytes, covered, digest.data(), digest.size());
  return bytes;
}

Result<GateRecord> decode_gate_record(std::string_view bytes) {
  if (bytes.size() != gate_record_size) return malformed("cut short");
  if (!bytes.starts_with(magic)) return malformed("it does not start with DDGATE01");
  const auto digest = trust::sha256(bytes.substr(0, covered));
  if (std::memcmp(digest.data(), bytes.data() + covered, digest.size()) != 0)
    return malformed("its digest does not match its bytes");

  const auto check_length = get<std::uint8_t>(bytes, 42);
  const auto reason_length = get<std::uint8_t>(bytes, 43);
  const auto slot = get<std::uint8_t>(bytes, 40), kind = get<std::uint8_t>(bytes, 41);
  if (check_length > gate_check_max || reason_length > gate_reason_max ||
      slot > static_cast<std::uint8_t>(Slot::b))
    return malformed("a value is out of range");
  GateRecord record;
  record.sequence = get<std::uint64_t>(bytes, 8);
  record.boot = {get<std::uint64_t>(bytes, 16)};
  record.update = {get<std::uint64_t>(bytes, 24)};
  record.attempt = get<std::uint32_t>(bytes, 32);
  record.tries_left = get<std::uint32_t>(bytes, 36);
  record.slot = static_cast<Slot>(slot);
  record.kind = static_cast<GateKind>(kind);
  record.wall = {get<std::int64_t>(bytes, 48)};
  record.up = {get<std::int64_t>(bytes, 56)};
  record.check = bytes.substr(check_at, check_length);
  record.reason = bytes.substr(reason_at, reason_length);
  std::memcpy(record.previous.data(), bytes.data() + previous_at, record.previous.size());
  return record;
}

Hash digest_of_gate_record(std::string_view bytes) {
  ASSERT(bytes.size() == gate_record_size);
  Hash digest;
  std::memcpy(digest.data(), bytes.data() + covered, digest.size());
  return digest;
}

}  // namespace drydock::boot
