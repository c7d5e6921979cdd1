#pragma once
// The two files the seed names for the update under way, as projections: the updater writes them
// from its journaled state, nobody decides from them. Replaced durably on ext4; blocking, any
// thread.
#include <cstdint>
#include <optional>
#include <string>

#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

struct UpdateState {
  UpdateId update;
  RolloutId rollout;
  Version version;
  Slot target = Slot::none;  // a or b
  WallTime started;

  friend bool operator==(const UpdateState&, const UpdateState&) = default;
};

// update/update_state.json under the data folder:
// {"update_id":"0123456789abcdef","rollout_id":7,"version":"1.1.0","target_partition":"B",
//  "started_at":"2026-01-02T03:04:05.006Z"}
Status write_update_state(const std::string& data_folder, const UpdateState& state);
// Nothing when no update is under way (no file).
Result<std::optional<UpdateState>> read_update_state(const std::string& data_folder);
Status clear_update_state(const std::string& data_folder);

// update/boot_count: boots of the trial so far, as decimal text and a line feed.
Status write_boot_count(const std::string& data_folder, std::uint32_t count);
Result<std::uint32_t> read_boot_count(const std::string& data_folder);  // 0 when there is no file

}  // namespace drydock::boot
