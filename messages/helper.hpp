#pragma once
// What the agent and health-gate may ask of root-helper, over a local socket: one packet a request,
// one an answer. A request is a HelperRequest encoded as a variant; its number is the verb. A
// release manifest is too large for a packet, so its encoded Envelope travels beside it, as the
// bytes of a memory file.
#include <string>
#include <variant>

#include "messages/envelope.hpp"
#include "messages/ids.hpp"
#include "messages/report.hpp"

namespace drydock {

struct HelperStatus {
  static constexpr const char* name = "HelperStatus";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const HelperStatus&, const HelperStatus&) = default;
};
// With the manifest beside it. The answer brings the standby slot's descriptor.
struct OpenStandby {
  static constexpr const char* name = "OpenStandby";
  Envelope grant;  // of kind install
  static constexpr auto fields() { return std::tuple{field<1>("grant", &OpenStandby::grant)}; }
  friend bool operator==(const OpenStandby&, const OpenStandby&) = default;
};
// With the manifest beside it: does the standby slot hold this image? Reads the whole of it.
struct VerifyStandby {
  static constexpr const char* name = "VerifyStandby";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const VerifyStandby&, const VerifyStandby&) = default;
};
struct ArmTrial {
  static constexpr const char* name = "ArmTrial";
  Envelope token;  // a grant of kind reboot
  static constexpr auto fields() { return std::tuple{field<1>("token", &ArmTrial::token)}; }
  friend bool operator==(const ArmTrial&, const ArmTrial&) = default;
};
struct DisarmTrial {
  static constexpr const char* name = "DisarmTrial";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const DisarmTrial&, const DisarmTrial&) = default;
};
struct CommitTrial {
  static constexpr const char* name = "CommitTrial";
  BootId boot;
  UpdateId update;
  static constexpr auto fields() {
    return std::tuple{field<1>("boot", &CommitTrial::boot),
                      field<2>("update", &CommitTrial::update)};
  }
  friend bool operator==(const CommitTrial&, const CommitTrial&) = default;
};
struct RebootHost {
  static constexpr const char* name = "RebootHost";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const RebootHost&, const RebootHost&) = default;
};
struct RestartUnit {
  static constexpr const char* name = "RestartUnit";
  std::string unit;
  static constexpr auto fields() { return std::tuple{field<1>("unit", &RestartUnit::unit)}; }
  friend bool operator==(const RestartUnit&, const RestartUnit&) = default;
};

// The slot that ran before this update was committed goes on trial, once. It needs no token: the
// centre cannot give one to a box that does not reach it.
struct ArmReturn {
  static constexpr const char* name = "ArmReturn";
  UpdateId update;
  static constexpr auto fields() { return std::tuple{field<1>("update", &ArmReturn::update)}; }
  friend bool operator==(const ArmReturn&, const ArmReturn&) = default;
};

// A person stopped this boot of a trial: its try is given back. health-gate's, once gate.log says
// so.
struct ExcuseTrial {
  static constexpr const char* name = "ExcuseTrial";
  BootId boot;
  UpdateId update;
  static constexpr auto fields() {
    return std::tuple{field<1>("boot", &ExcuseTrial::boot),
                      field<2>("update", &ExcuseTrial::update)};
  }
  friend bool operator==(const ExcuseTrial&, const ExcuseTrial&) = default;
};

// What is due of the boot stub: keep a new one that started this system, give one up that did not,
// or put the one on trial that the running release brings along with a signed order.
struct SettleStub {
  static constexpr const char* name = "SettleStub";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const SettleStub&, const SettleStub&) = default;
};

using HelperRequest =
    std::variant<HelperStatus, OpenStandby, VerifyStandby, ArmTrial, DisarmTrial, CommitTrial,
                 RebootHost, RestartUnit, ArmReturn, ExcuseTrial, SettleStub>;

inline constexpr std::size_t helper_packet_max = 64u << 10;  // bytes, either way

// What the helper sees, after the request was served. Nothing of it is remembered from before.
struct HelperState {
  static constexpr const char* name = "HelperState";
  BootId boot;
  Slot active = Slot::none;  // the slot that runs; none: it cannot be told
  Slot good = Slot::none;    // by the boot state; none: no copy of it is readable
  Slot trial = Slot::none;
  UpdateId trial_update;
  std::uint32_t boot_state_seq = 0;
  std::uint32_t damaged_copies = 0;  // of the boot state, 0 to 2; the next change heals one
  UpdateId counted_update;           // whose attempts GRUB counts
  std::uint32_t tries_left = 0;      // of them
  std::uint64_t slot_a_bytes = 0;
  std::uint64_t slot_b_bytes = 0;
  Slot stub = Slot::none;  // which of the two boot stubs started this system; none: it did not say
  Slot good_stub = Slot::none;  // none: no copy of their state is readable
  Slot trial_stub = Slot::none;
  std::uint64_t trial_stub_serial = 0;
  static constexpr auto fields() {
    return std::tuple{field<1>("boot", &HelperState::boot),
                      field<2>("active", &HelperState::active),
                      field<3>("good", &HelperState::good),
                      field<4>("trial", &HelperState::trial),
                      field<5>("trial_update", &HelperState::trial_update),
                      field<6>("boot_state_seq", &HelperState::boot_state_seq),
                      field<7>("damaged_copies", &HelperState::damaged_copies),
                      field<8>("counted_update", &HelperState::counted_update),
                      field<9>("tries_left", &HelperState::tries_left),
                      field<10>("slot_a_bytes", &HelperState::slot_a_bytes),
                      field<11>("slot_b_bytes", &HelperState::slot_b_bytes),
                      field<12>("stub", &HelperState::stub),
                      field<13>("good_stub", &HelperState::good_stub),
                      field<14>("trial_stub", &HelperState::trial_stub),
                      field<15>("trial_stub_serial", &HelperState::trial_stub_serial)};
  }
  friend bool operator==(const HelperState&, const HelperState&) = default;
};

// Why a request was not served; `text` of the answer says it for a person.
enum class HelperFailure : std::uint8_t {
  none = 0,
  io = 1,
  no_space = 2,  // the image does not fit
  not_found = 3,
  malformed = 4,
  refused = 5,
  mismatch = 6,  // a hash or identity is not what was promised
  timed_out = 7,
};

struct HelperAnswer {
  static constexpr const char* name = "HelperAnswer";
  HelperFailure failure = HelperFailure::none;
  Reason reason = Reason::none;  // the failure in the reports' words
  std::string text;
  HelperState state;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("failure", &HelperAnswer::failure), field<2>("reason", &HelperAnswer::reason),
        field<3>("text", &HelperAnswer::text), field<4>("state", &HelperAnswer::state)};
  }
  friend bool operator==(const HelperAnswer&, const HelperAnswer&) = default;
};

}  // namespace drydock
