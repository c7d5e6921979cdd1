#pragma once
// The registry: which appliances exist, whose they are and where they stand. It owns the site; what
// the box claims is only a claim. Only ACTIVE appliances reach the planner.
#include "actors/machine.hpp"
#include "messages/centre.hpp"

namespace drydock {

enum class Lifecycle : std::uint8_t {
  pending = 0,
  active = 1,
  quarantined = 2,
  maintenance = 3,
  retired = 4,
  replaced = 5,
};
constexpr std::string_view name_of(Lifecycle lifecycle) {
  constexpr std::array<std::string_view, 6> names = {"PENDING",     "ACTIVE",  "QUARANTINED",
                                                     "MAINTENANCE", "RETIRED", "REPLACED"};
  return static_cast<std::size_t>(lifecycle) < names.size()
             ? names[static_cast<std::size_t>(lifecycle)]
             : "UNKNOWN";
}

struct Registry {
  static constexpr const char* name = "registry";
  static constexpr std::uint32_t id = 16;
  static constexpr std::uint32_t logic_version = 4;
  static constexpr bool durable = true;

  struct ApplianceProvisioned {  // an operator registers it, or moves it to another site
    static constexpr const char* name = "ApplianceProvisioned";
    RequestId request;
    ApplianceId appliance;
    ClientId client;
    SiteId site;
    HardwareId hardware;
    Text<32> by{};  // who registers it; kept in the record of the turn
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &ApplianceProvisioned::request),
                        field<2>("appliance", &ApplianceProvisioned::appliance),
                        field<3>("client", &ApplianceProvisioned::client),
                        field<4>("site", &ApplianceProvisioned::site),
                        field<5>("hardware", &ApplianceProvisioned::hardware),
                        field<6>("by", &ApplianceProvisioned::by)};
    }
    friend bool operator==(const ApplianceProvisioned&, const ApplianceProvisioned&) = default;
  };
  struct LifecycleOrdered {
    static constexpr const char* name = "LifecycleOrdered";
    RequestId request;
    ApplianceId appliance;
    Lifecycle lifecycle = Lifecycle::pending;
    Text<32> by{};  // who orders it, and why; kept in the record of the turn
    Text<80> why{};
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &LifecycleOrdered::request),
                        field<2>("appliance", &LifecycleOrdered::appliance),
                        field<3>("lifecycle", &LifecycleOrdered::lifecycle),
                        field<4>("by", &LifecycleOrdered::by),
                        field<5>("why", &LifecycleOrdered::why)};
    }
    friend bool operator==(const LifecycleOrdered&, const LifecycleOrdered&) = default;
  };
  using Event = std::variant<ApplianceProvisioned, LifecycleOrdered, CheckInArrived>;
  using Effect = std::variant<ApplianceSeen, AnswerReady, OperatorAnswered>;

  struct alignas(64) Row {  // one line of the cache
    ClientId client;
    SiteId site;
    HardwareId hardware;
    BootId boot;  // the newest boot heard of
    Version running;
    Lifecycle lifecycle = Lifecycle::pending;
    bool site_mismatch = false;
    static constexpr auto fields() {
      return std::tuple{field<1>("client", &Row::client),
                        field<2>("site", &Row::site),
                        field<3>("hardware", &Row::hardware),
                        field<4>("boot", &Row::boot),
                        field<5>("running", &Row::running),
                        field<6>("lifecycle", &Row::lifecycle),
                        field<7>("site_mismatch", &Row::site_mismatch)};
    }
    friend bool operator==(const Row&, const Row&) = default;
  };
  static_assert(sizeof(Row) == 64);
  struct Head {
    std::uint32_t active = 0;  // appliances that are ACTIVE
    static constexpr auto fields() { return std::tuple{field<1>("active", &Head::active)}; }
    friend bool operator==(const Head&, const Head&) = default;
  };
  struct Store {
    Head head;
    Table<ApplianceId, Row> appliances;
    template <class Visit>
    void for_each_table(Visit&& visit) {
      visit(std::uint32_t{1}, appliances);
    }
    template <class Visit>
    void for_each_table(Visit&& visit) const {
      visit(std::uint32_t{1}, appliances);
    }
  };

  static void step(Store&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  static bool only_answers(const Effect& effect) noexcept {
    return !std::holds_alternative<OperatorAnswered>(effect);
  }
};

}  // namespace drydock
