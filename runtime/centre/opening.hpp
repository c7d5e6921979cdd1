#pragma once
// From folders to recovered parts: what Centre::open does before anything runs. Internal to this
// folder.
#include "runtime/centre/running_machines.hpp"
#include "runtime/clock/boot_clock.hpp"
#include "runtime/config/coordinator.hpp"
#include "runtime/http/server.hpp"
#include "runtime/journal/journal.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::centre {

Result<std::unique_ptr<journal::Journal>> open_journal(const config::CoordinatorConfig& config);

// Never below the journal's newest record.
Result<clock::BootClock> open_clock(const std::string& data, const journal::Journal& journal);

// The seed of the machines' dice: drawn when the journal is created, the same ever after.
Result<std::uint64_t> dice_seed(journal::Journal& journal);

Result<Recovered> recover_machines(const journal::Journal& journal, std::uint64_t seed);

struct Keys {  // what the centre needs of the PKI folder
  trust::SigningKey order;
  trust::KeyRing releases;
  http::TlsContext edge, operators;
};
Result<Keys> load_keys(const std::string& pki);

}  // namespace drydock::centre
