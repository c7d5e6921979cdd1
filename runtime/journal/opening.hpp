#pragma once
// From a folder to a database that may be trusted: create, check, set aside, start afresh.
// Internal to this folder.
#include <memory>
#include <optional>
#include <string>

#include "runtime/files/files.hpp"
#include "runtime/journal/layout.hpp"
#include "runtime/journal/options.hpp"
#include "runtime/journal/reserve.hpp"
#include "runtime/journal/store.hpp"

namespace drydock::journal {

struct Opened {
  files::UniqueFd lock;  // flock on <path>/lock for as long as the journal is open
  std::unique_ptr<Store> store;
  Incarnation incarnation{};
  Heads heads;
  First first;
  std::optional<std::string> lost;  // why an earlier journal was set aside, until forgotten
  bool clean = false;               // the last owner closed it; false for a fresh one, too
  bool disk_full = false;           // opened on a full disk, the reserve is gone
};

Result<Opened> open_folder(const std::string& path, const JournalOptions& options,
                           Reserve& reserve);

// What a database says about itself. Error malformed: unreadable; mismatch: foreign or newer.
struct Identity {
  Incarnation incarnation{};
  Heads heads;
  First first;
};
Result<Identity> read_identity(const Store& store);

}  // namespace drydock::journal
