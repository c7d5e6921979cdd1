#pragma once
// What the tests of the centre share: one installation's keys, releases of a few hundred kilobytes,
// and folders of their own.
#include <filesystem>
#include <string>
#include <vector>

#include "messages/envelope.hpp"
#include "messages/manifest.hpp"
#include "runtime/http/client.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/peer_identity.hpp"

namespace drydock::centre::test {

class TemporaryFolder {
 public:
  // In memory for tests that kill hundreds of processes: what survives SIGKILL is the same there.
  enum class On { disk, memory };
  explicit TemporaryFolder(On where = On::disk);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Credentials {  // files that a client shows
  std::string certificate, key, authority;
};

struct TestRelease {
  Manifest manifest;
  Hash hash{};
  std::string envelope;  // encoded
  std::vector<std::string> chunks;
};

// Keys for the whole test program, made once. Servers are named 127.0.0.1.
class Installation {
 public:
  Installation();
  const std::string& pki() const { return pki_; }

  Credentials operator_of(const std::string& name, trust::Role role,
                          const std::string& client = "*") const;
  // Valid from `from_s` on for a day, in seconds from now.
  Credentials appliance(const trust::ApplianceIdentity& who, std::int64_t from_s = -3600) const;
  // Image bytes from a fixed seed and the version; three chunks.
  TestRelease release(Version version, const std::string& hardware = "t640") const;
  Envelope sign(const Manifest& manifest) const;

 private:
  Credentials keep(const std::string& certificate, const std::string& key,
                   const std::string& authority) const;
  TemporaryFolder folder_;
  std::string pki_;
  mutable int kept_ = 0;
};
const Installation& installation();
const Installation& foreign_installation();

std::unique_ptr<http::Client> client(std::uint16_t port, const Credentials& credentials);

inline constexpr trust::Role viewer = trust::Role::viewer;
inline constexpr trust::Role operator_role = trust::Role::operator_;

}  // namespace drydock::centre::test
