#pragma once
// config.yaml of the operator's command: where the centre is and who asks. Every key is optional;
// flags and the environment go before it (runtime/command/settings.hpp).
#include <string>

#include "runtime/result.hpp"

namespace drydock::config {

struct CommandConfig {      // empty: not given
  std::string server;       // "https://host:port"
  std::string certificate;  // `cert`: the operator's, PEM; paths are absolute
  std::string key;          // its private key, PEM
  std::string authority;    // `ca`: who must have signed the centre's certificate, PEM
};

// Refused with every problem at once, each with line and key; not_found when there is no such file.
Result<CommandConfig> load_command(const std::string& path);

}  // namespace drydock::config
