#pragma once
// What the engine carries for the model: who it happens to, and what.
#include <array>
#include <string_view>

#include "actors/gateway/machine.hpp"
#include "simulations/engine/engine.hpp"

namespace drydock::sim {

enum class Kind : std::uint8_t {
  // an appliance; these end with its boot
  powered_on,
  userspace_up,
  hung,        // the watchdog resets it
  gate_check,  // number: which check, of the gate at boot
  gate_timer,  // detail: tag, number: generation
  agent_due,   // the agent's process starts
  boot_deadline,
  clock_synced,
  helper_done,  // root-helper finished its oldest request
  rebooting,    // the reboot it was asked for
  // an appliance; these end with its agent's process
  timer,      // detail: machine * 16 + tag, number: generation
  answer,     // number: a letter
  no_answer,  // number: the check-in's serial
  agent_ready,
  work,        // detail: WorkStep, number: the piece of work, a: chunks
  soak_check,  // number: which check
  // an appliance; these always happen
  kill,
  cut,
  clock_jumped,
  journal_lost,
  saved,     // a copy of its disk is taken
  reverted,  // and put back
  closes,    // its site switches everything off until the morning
  // the centre; these end with its process
  sweep_due,   // detail: tag, number: generation
  log_answer,  // number: a letter
  // the centre; these always happen
  request,  // number: a letter
  centre_kill,
  centre_pause,
  centre_up,
  centre_backup,  // a copy of what it keeps is taken
  centre_lost,    // and that copy is all there is
  rollout_due,    // number: index of the plan
  act_due,
  // the run
  look,  // is everything done?
};

inline constexpr std::size_t kinds = static_cast<std::size_t>(Kind::look) + 1;
constexpr std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, kinds> names = {
      "powered_on",    "userspace_up", "hung",        "gate_check",   "gate_timer", "agent_due",
      "boot_deadline", "clock_synced", "helper_done", "rebooting",    "timer",      "answer",
      "no_answer",     "agent_ready",  "work",        "soak_check",   "kill",       "cut",
      "clock_jumped",  "journal_lost", "saved",       "reverted",     "closes",     "sweep_due",
      "log_answer",    "request",      "centre_kill", "centre_pause", "centre_up",  "centre_backup",
      "centre_lost",   "rollout_due",  "act_due",     "look"};
  static_assert(!names.back().empty());
  return names[static_cast<std::size_t>(kind)];
}

struct Happening {
  std::uint32_t target = 0;  // 0: the centre; appliances from 1 on; after them the run itself
  std::uint32_t life = 0;    // of the boot or process it belongs to
  std::uint32_t number = 0;
  Kind kind = Kind::look;
  std::uint8_t detail = 0;
  std::uint16_t spare = 0;
};
static_assert(sizeof(Happening) == 16);

using Run = Engine<Happening>;

struct CheckInLetter {
  std::uint32_t sender = 0;
  std::uint32_t process = 0;  // the answer is for this process of the sender
  std::uint32_t serial = 0;
  Duration on_the_way;                   // it took so long
  std::int64_t patience_ms = INT64_MAX;  // when its sender's patience is over, unless that counts
  Gateway::RequestArrived arrived;       // but for what the centre adds
};

}  // namespace drydock::sim
