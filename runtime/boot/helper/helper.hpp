#pragma once
// root-helper's decisions: one request in, one answer out. It trusts signatures and what it reads
// itself, and of the agent no more than that this start is well enough to settle a boot stub that a
// signature vouches for: it refuses the running slot, an image without the release key's
// signature, and a trial without a token for exactly the image it has read back.
// Single-threaded; serve() blocks for as long as the disk takes (a read-back: minutes).
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/helper.hpp"
#include "runtime/boot/disks/boot_state_store.hpp"
#include "runtime/boot/disks/slots.hpp"
#include "runtime/boot/gate_record.hpp"
#include "runtime/boot/helper/ledger.hpp"
#include "runtime/boot/helper/orders.hpp"
#include "runtime/boot/helper/stub_places.hpp"

namespace drydock::boot {

inline constexpr std::size_t units_max = 64;  // on the allow-list

struct HelperConfig {
  SlotLayout layout;
  std::vector<std::string> reboot = {"systemctl", "reboot"};
  std::vector<std::string> restart = {"systemctl", "restart"};  // the unit's name is added
  std::vector<std::string> units;                               // which may be restarted
  // Of the running release: `order` and `stub.efi`, when it brings a new boot stub along.
  std::string stub_folder = "/usr/share/drydock/stub";
};

class Helper {
 public:
  using Clock = std::function<WallTime()>;
  Helper(HelperConfig config, Orders orders, Ledger ledger, Clock now);

  struct Reply {
    HelperAnswer answer;
    files::UniqueFd descriptor;  // the standby slot, for OpenStandby alone
    std::string_view verb = "unknown verb";
  };
  // request: the bytes of a HelperRequest; attached: what came beside it, -1 for nothing.
  // Every answer states what is true after it, also when the request was refused or unknown.
  Reply serve(std::string_view request, int attached);

 private:
  using Outcome = Checked<files::UniqueFd>;  // an empty descriptor when there is none to give

  Outcome act(const HelperStatus&, int attached);
  Outcome act(const OpenStandby&, int attached);
  Outcome act(const VerifyStandby&, int attached);
  Outcome act(const ArmTrial&, int attached);
  Outcome act(const DisarmTrial&, int attached);
  Outcome act(const CommitTrial&, int attached);
  Outcome act(const RebootHost&, int attached);
  Outcome act(const RestartUnit&, int attached);
  Outcome act(const ArmReturn&, int attached);
  Outcome act(const ExcuseTrial&, int attached);
  Outcome act(const SettleStub&, int attached);

  struct Footing {  // what every change of a slot or of the boot state starts from
    BootState state;
    Slot active;
    Slot standby;
  };
  // Refused unless the running slot is the good one. Rebuilds the boot state when both copies of it
  // are lost: without one, GRUB would boot slot A even while it is being overwritten.
  Checked<Footing> stand_on_good_slot();
  Checked<Orders::SignedManifest> attached_manifest(int attached) const;
  Checked<UsedOrders> check_replay(const Grant& grant) const;
  // Nothing is proved of the standby slot any more, and nothing may boot it.
  Status discredit(const BootState& state);
  Checked<Footing> check_arm(const Grant& token);
  // What the gate said of this update in this boot, in order; refused when anybody else could have
  // written it.
  Result<std::vector<GateRecord>> words_of_the_gate(BootId boot, UpdateId update) const;
  Result<bool> passed_the_gate(BootId boot, UpdateId update) const;
  // What the commit of this update leaves a way back to; a return leaves none.
  Status keep_return_right(Slot previous, UpdateId update);
  // What became of the stub on trial; the state as it is after that, still with the trial when its
  // next start is awaited.
  Result<BootState> judge_stub(const BootState& state, Slot running, bool on_good_slot);
  Outcome take_up_stub(BootState state);
  Status write_stub(BootState state, const StubOrder& order);
  HelperState state() const;

  HelperConfig config_;
  Orders orders_;
  Ledger ledger_;
  Clock now_;
  BootStateStore store_;
  BootStateStore stub_store_;
  StubPlaces stub_places_;
};

}  // namespace drydock::boot
