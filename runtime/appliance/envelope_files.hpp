#pragma once
// Signed documents the appliance was given, kept as files until they are no longer needed: the
// orders it follows, the manifests it installs by. root-helper verifies the same bytes again.
// Blocking; one thread at a time a folder.
#include <string>

#include "messages/envelope.hpp"
#include "runtime/result.hpp"

namespace drydock::appliance {

class EnvelopeFiles {
 public:
  static constexpr std::size_t kept_max = 8;  // the newest; one update needs three
  static constexpr std::size_t bytes_max = 8u << 20;

  explicit EnvelopeFiles(std::string folder) : folder_(std::move(folder)) {}

  // Durable when it returns. `name` is hex digits. Older files beyond kept_max are removed.
  Status keep(const std::string& name, const Envelope& envelope);
  Result<Envelope> load(const std::string& name) const;

 private:
  void prune(const std::string& kept) const;
  std::string folder_;
};

}  // namespace drydock::appliance
