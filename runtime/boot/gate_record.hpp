#pragma once
// One record of update/gate.log: what the health gate saw or decided, in 512 bytes, one sector.
// Little-endian, at fixed offsets:
//     0 magic "DDGATE01"   8 sequence u64     16 boot id u64     24 update id u64
//    32 attempt u32       36 tries left u32   40 slot u8         41 kind u8
//    42 check length u8   43 reason length u8 44 zero u32        48 wall ms i64    56 up ms i64
//    64 check[48]        112 reason[160]     272 SHA-256 of the previous record's first 480 bytes
//   304 zero[176]        480 SHA-256 of this record's first 480 bytes
// Each record so vouches for all before it. Pure functions, any thread.
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

inline constexpr std::size_t gate_record_size = 512;
inline constexpr std::size_t gate_check_max = 48;    // bytes
inline constexpr std::size_t gate_reason_max = 160;  // bytes

// A kind that this release does not know is read all the same: the other slot may be newer.
enum class GateKind : std::uint8_t {
  none = 0,
  boot_observed = 1,  // a boot began; said before any check runs
  passed = 2,         // verdict: every required check passed
  failed = 3,         // verdict: the named check failed or gave no answer
  fell_back = 4,      // the good slot runs again although a trial was armed
  excused = 5,        // a person stopped this boot of the trial: its try is given back
};
std::string_view name_of(GateKind kind);  // "boot_observed"; "unknown" for a newer one

struct GateRecord {
  std::uint64_t sequence = 0;  // grows from 1; given by GateLog::append
  BootId boot;
  UpdateId update;  // 0: nothing was on trial
  std::uint32_t attempt = 0;
  std::uint32_t tries_left = 0;
  Slot slot = Slot::none;  // the slot that runs
  GateKind kind = GateKind::none;
  WallTime wall;
  Instant up;
  std::string check;   // the failing check; longer text is cut at the end
  std::string reason;  // for a person; longer text is cut at the end
  Hash previous{};     // digest of the previous record, zero for the first of all

  friend bool operator==(const GateRecord&, const GateRecord&) = default;
};

std::string encode_gate_record(const GateRecord& record);  // gate_record_size bytes
Result<GateRecord> decode_gate_record(std::string_view bytes);
// The digest that the next record names as its previous one.
Hash digest_of_gate_record(std::string_view bytes);

}  // namespace drydock::boot
