#pragma once
// Where the centre is and who asks. For each value the first that is given counts:
//   1. the flag              --server --cert --key --ca
//   2. the environment       DRYDOCK_SERVER DRYDOCK_CERT DRYDOCK_KEY DRYDOCK_CA
//   3. the file's key        server cert key ca
// The file is $XDG_CONFIG_HOME/drydock/config.yaml, else ~/.config/drydock/config.yaml; it may be
// missing, but not wrong.
#include <string>

#include "runtime/command/world.hpp"
#include "runtime/result.hpp"

namespace drydock::command {

struct Settings {  // empty: not given
  std::string server, certificate, key, authority;
};

// Empty when neither XDG_CONFIG_HOME nor HOME is set.
std::string config_path(const World& world);

// Refused, saying how to set it, when one of the four is given nowhere; malformed for a file or a
// URL that is wrong; not_found for a certificate, key or CA that is no file.
Result<Settings> settings_of(const Settings& flags, const World& world);

}  // namespace drydock::command
