#pragma once
// The healer: a loop of rules over what can be observed on the host. A drift is noted, repaired
// within a budget, and escalated once when repairing did not help. Works without the centre.
#include "actors/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock {

struct Healer {
  static constexpr const char* name = "healer";
  static constexpr std::uint32_t id = 5;
  static constexpr std::uint32_t logic_version = 1;
  static constexpr bool durable = true;

  static constexpr Duration interval = minutes(1);     // between two looks
  static constexpr std::uint8_t bad_looks_to_act = 2;  // one bad look is noise
  static constexpr std::uint8_t remedies_max = 3;      // for one drift, then escalate

  enum class Level : std::uint8_t { unknown = 0, good = 1, bad = 2 };
  struct Observed {  // the shell's threshold made the number a level
    static constexpr const char* name = "Observed";
    HostCheck check = HostCheck::disk;
    Level level = Level::unknown;
    std::int64_t value = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("check", &Observed::check), field<2>("level", &Observed::level),
                        field<3>("value", &Observed::value)};
    }
    friend bool operator==(const Observed&, const Observed&) = default;
  };
  struct RemedyEnded {
    static constexpr const char* name = "RemedyEnded";
    HostCheck check = HostCheck::disk;
    Reason reason = Reason::none;
    static constexpr auto fields() {
      return std::tuple{field<1>("check", &RemedyEnded::check),
                        field<2>("reason", &RemedyEnded::reason)};
    }
    friend bool operator==(const RemedyEnded&, const RemedyEnded&) = default;
  };
  using Event = std::variant<Restarted, TimerFired, Observed, RemedyEnded>;

  struct Observe {
    static constexpr const char* name = "Observe";
    HostCheck check = HostCheck::disk;
    static constexpr auto fields() { return std::tuple{field<1>("check", &Observe::check)}; }
    friend bool operator==(const Observe&, const Observe&) = default;
  };
  struct Remedy {  // restart the unit that the check watches, through root-helper
    static constexpr const char* name = "Remedy";
    HostCheck check = HostCheck::process;
    static constexpr auto fields() { return std::tuple{field<1>("check", &Remedy::check)}; }
    friend bool operator==(const Remedy&, const Remedy&) = default;
  };
  using Effect = std::variant<ArmTimer, Observe, Remedy, DriftNoted>;

  struct Rule {
    std::uint8_t bad_looks = 0;
    std::uint8_t remedies = 0;
    bool drifted = false;
    bool escalated = false;
    static constexpr auto fields() {
      return std::tuple{field<1>("bad_looks", &Rule::bad_looks),
                        field<2>("remedies", &Rule::remedies), field<3>("drifted", &Rule::drifted),
                        field<4>("escalated", &Rule::escalated)};
    }
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  struct State {
    std::uint32_t generation = 0;
    Rule disk, clock, process;
    static constexpr auto fields() {
      return std::tuple{field<1>("generation", &State::generation), field<2>("disk", &State::disk),
                        field<3>("clock", &State::clock), field<4>("process", &State::process)};
    }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  // A look is no news, nor is the timer of the next one: a restart begins with a look anyway.
  static bool only_answers(const Effect& effect) noexcept {
    return std::holds_alternative<Observe>(effect) || std::holds_alternative<ArmTimer>(effect);
  }
};

}  // namespace drydock
