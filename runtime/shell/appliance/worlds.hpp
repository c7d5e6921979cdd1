#pragma once
// What the five actors' effects do in the world: each is handed to a worker, and what comes of it
// comes back as an event. No decision is made here.
#include <spdlog/spdlog.h>

#include "runtime/appliance/centre_link.hpp"
#include "runtime/appliance/gate_import.hpp"
#include "runtime/appliance/host_facts.hpp"
#include "runtime/appliance/install_work.hpp"
#include "runtime/appliance/worker.hpp"
#include "runtime/clock/boot_clock.hpp"
#include "runtime/shell/appliance/directory.hpp"
#include "runtime/shell/appliance/seen.hpp"
#include "runtime/trust/identity_folder.hpp"

namespace drydock::shell {

// What the worlds stand on; everything outlives them.
struct Ground {
  const config::AgentConfig& config;
  const trust::Identity& identity;
  const trust::KeyRing& keys;
  journal::Journal& journal;
  clock::BootClock& clock;
  appliance::HealthChecks checks;  // of the running slot
  BootId boot;
  Slot active = Slot::none;
  http::ClientOptions centre;
};

class Worlds {
 public:
  Worlds(Ground ground, std::unique_ptr<http::Client> client,
         std::shared_ptr<ApplianceDirectory> directory);

  World<Scheduler> scheduler();
  World<Updater> updater();
  World<HealthGate> health_gate();
  World<Reporter> reporter();
  World<Healer> healer();

  // To every machine that takes this event.
  template <class T>
  void tell(const T& event);
  // Tells the gate that the agent of this boot is ready, as soon as it is.
  void become_ready();
  // Once a minute: keeps the clock's promise and tells of a stepped wall clock.
  void keep_house();
  const Seen& seen() const { return seen_; }
  // Ends what can be ended; the workers finish when this is destroyed.
  void stop();

 private:
  void arm(const Scheduler::ArmTrial& ask);
  void arm_return(UpdateId update);
  void resolve_window(WallTime at);
  void post_check_in(const Reporter::PostCheckIn& ask);
  CheckIn message(const Reporter::PostCheckIn& ask) const;
  void run_check(std::uint8_t index);
  void read_gate_log(std::uint32_t from);
  void commit(const HealthGate::CommitSlot& ask);
  void observe(HostCheck check);
  Healer::Observed look(HostCheck check) const;
  void remedy(HostCheck check);
  void project(const Updater::WriteSlot& ask) const;
  std::stop_token new_install_work();

  Ground ground_;
  std::shared_ptr<ApplianceDirectory> directory_;
  appliance::CentreLink link_;
  appliance::EnvelopeFiles orders_;
  appliance::InstallWork install_work_;
  std::mutex stop_mutex_;
  std::stop_source install_stop_;
  bool ready_ = false;  // of the helper worker's thread
  Seen seen_;
  // Last: their pieces use all of the above.
  appliance::Worker net_{"net"}, install_{"install"}, helper_{"helper"}, checks_{"checks"},
      house_{"house"};
};

}  // namespace drydock::shell
