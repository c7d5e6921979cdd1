#pragma once
// The oracles: they watch a run and keep their own books from what appliances truly did and what
// the log truly took, never from the planner's counters; those are compared with the books.
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "simulations/model/world.hpp"
#include "simulations/oracles/violations.hpp"

namespace drydock::sim {

// Takes the turns of one party: an appliance, or 0 for the centre.
struct Follow {
  std::uint32_t party = 0;
  std::function<void(const std::string&)> transcript;  // empty: nobody is followed
};

class Oracles final : public Witness {
 public:
  explicit Oracles(std::uint32_t appliances, Follow follow = {})
      : Witness(follow.transcript ? follow.party : nobody),
        lines_(appliances + 1),
        follow_(std::move(follow)) {}

  // Before the first event; the world outlives the oracles' last call.
  void watch(const World& world) { world_ = &world; }
  void each_minute();  // the planner's counters against its rows and the books
  void at_end();       // everybody converged, everything counted

  const Violations& violations() const { return violations_; }
  struct Counts {
    std::uint32_t committed = 0, exposed = 0, rolled_back = 0, silent = 0;
  };
  Counts truth() const;  // over all rollouts; an appliance counts once in each

  void booted(std::uint32_t appliance, const Boot& boot, const BootState& state) override;
  void boot_state_changed(std::uint32_t appliance, const BootState& state, Slot running) override;
  void slot_written(std::uint32_t appliance, Slot slot, Slot running) override;
  void marked_good(std::uint32_t appliance, UpdateId update) override;
  void fell_back(std::uint32_t appliance, UpdateId update) override;
  void journal_lost(std::uint32_t appliance) override;
  void reverted(std::uint32_t appliance, const BootState& state) override;
  void report_kept(std::uint32_t appliance, const Report& report) override;
  void install_ordered(std::uint32_t appliance, const Grant& grant) override;
  void arm_asked(std::uint32_t appliance, const Grant& grant) override;
  void reboot_asked(std::uint32_t appliance, UpdateId update) override;
  void answer_left(std::uint32_t appliance, const Answer& answer) override;
  void answer_taken(std::uint32_t appliance, const Answer& answer) override;
  void decided(const Planner::Decided& decided, const Planner::Store& after) override;
  void backed_up() override;
  void goes_back() override;
  void told(std::uint32_t party, const std::string& line) override;

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Update {  // one the log has granted
    UpdateId id;
    std::uint32_t appliance = 0;
    RolloutId rollout;
    std::uint32_t before = none;  // place of the one granted to this appliance before
    bool token : 1 = false;       // the log took a reboot grant for it
    bool armed : 1 = false;       // it was ever put on trial
    bool on_trial : 1 = false;    // it is on trial now
    bool good : 1 = false, fell_back : 1 = false;
    bool over : 1 = false;             // its appliance is done with it
    bool given_up : 1 = false;         // the centre is done with it
    bool silent : 1 = false;           // ... because it heard nothing of it
    bool forgotten : 1 = false;        // by a centre that went back to before its grant
    bool token_forgotten : 1 = false;  // to before its token
  };
  static_assert(sizeof(Update) == 24);
  struct Awaited {  // a report that the log has not taken
    ReportSeq seq;
    std::uint64_t digest = 0;
  };
  struct Line {                    // of one appliance
    std::uint32_t update = none;   // place of the newest granted
    std::uint32_t kept = 0;        // the newest report it made
    std::uint32_t counted = 0;     // the newest report that the log has taken
    std::uint32_t lost = 0;        // reports up to here may have gone with a journal
    bool lost_its_place = false;   // its reports may be lost and their numbers used again
    Epoch heard;                   // the highest epoch in an answer it took since a halt
    std::vector<Awaited> awaited;  // in the order in which they were made
  };
  struct Backup {  // the books when the centre's backup was taken
    std::vector<Line> lines;
    std::vector<Update> updates;
    std::vector<std::vector<Awaited>> kept_since;  // by appliance
  };
  struct Held {  // by the books, at this moment
    std::uint32_t open = 0, on_trial = 0;
  };

  void fail(std::uint32_t appliance, const std::string& what);
  Instant now() const;
  std::uint32_t number(ApplianceId appliance) const;
  const Planner::Store& planner() const { return world_->centre().planner(); }
  Update* find(std::uint32_t appliance, UpdateId update);
  bool is_return(std::uint32_t appliance, UpdateId trial);
  // Every change of an update goes through here: what is held is counted along.
  template <class Edit>
  void change(Update& update, Edit&& edit) {
    hold(update, -1);
    edit(update);
    hold(update, 1);
  }
  void hold(const Update& update, int by);
  std::uint32_t& open_at_site(std::uint32_t appliance);
  // The epoch that this rollout's halt began; nothing while it is not halted.
  const Epoch* halted(RolloutId rollout) const;
  bool window_open(std::uint32_t appliance) const;
  bool holds(std::uint32_t appliance, Version version) const;
  bool heard_the_halt(std::uint32_t appliance, RolloutId rollout) const;
  void granted(const GrantIssued& grant, Position position, const Planner::Store& after);
  void check_unused(const Update& update);
  void counted(const ReportsCounted& reports, const Planner::Store& after);
  void check_caps(RolloutId rollout, std::uint32_t appliance, const Planner::Store& after);
  void check_exposure(std::uint32_t appliance, RolloutId rollout);
  bool recount_is_due();
  void recount();
  void recount_rollouts();
  void recount_sites();
  // Calls with all updates of one appliance in one rollout, for each appliance and rollout.
  template <class Each>
  void each_course(Each&& each) const;
  void check_tallies();
  void check_convergence();

  const World* world_ = nullptr;
  std::vector<Line> lines_;  // by the appliance's number
  Follow follow_;
  std::vector<Update> updates_;  // in the order of their grants
  // Looked up by number only: their order is never seen.
  std::unordered_map<std::uint64_t, std::uint32_t> places_;  // in updates_, by the update's id
  std::map<RolloutId, Held> in_rollout_;
  std::vector<std::uint32_t> open_at_site_;  // by the site's number
  std::map<RolloutId, Epoch> halts_;
  std::optional<Backup> backup_;
  std::vector<OrderNumber>
      orders_before_;  // the newest of each appliance when the centre went back
  std::uint32_t reverts_ = 0;
  std::uint32_t untold_ = 0;  // appliances that lost reports with their journal
  std::uint32_t minutes_ = 0;
  Violations violations_;
};

}  // namespace drydock::sim
