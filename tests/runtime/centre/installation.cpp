#include "tests/runtime/centre/installation.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "messages/codec.hpp"
#include "runtime/kernel/dice.hpp"
#include "runtime/trust/pki_folder.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::centre::test {
namespace {

constexpr std::uint32_t chunk_size = 64u << 10;
constexpr std::size_t image_size = 2 * chunk_size + 1000;
constexpr std::int64_t day_s = 24 * 60 * 60;

std::int64_t now_s() { return static_cast<std::int64_t>(std::time(nullptr)); }

std::string image_of(Version version) {
  Dice dice(20260101, version.value, 1);
  std::string bytes(image_size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(dice.next());
  return bytes;
}

}  // namespace

TemporaryFolder::TemporaryFolder(On where) {
  const bool memory = where == On::memory && std::filesystem::is_directory("/dev/shm");
  path_ = memory ? "/dev/shm/drydock-centre-XXXXXX" : "/tmp/drydock-centre-XXXXXX";
  BOOST_REQUIRE(::mkdtemp(path_.data()) != nullptr);
}
TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

Installation::Installation() : pki_(folder_ / "pki") {
  trust::PkiRequest request;
  request.edge = {"edge", {}, {"127.0.0.1"}};
  request.operator_server = {"operators", {}, {"127.0.0.1"}};
  request.now_s = now_s();
  const auto made = trust::create_pki(pki_, request);
  BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().text));
}

Credentials Installation::keep(const std::string& certificate, const std::string& key,
                               const std::string& authority) const {
  const std::string name = folder_ / std::to_string(++kept_);
  std::ofstream(name + ".crt") << certificate;
  std::ofstream(name + ".key") << key;
  return {name + ".crt", name + ".key", authority};
}

Credentials Installation::operator_of(const std::string& name, trust::Role role,
                                      const std::string& client) const {
  namespace file = trust::pki_file;
  const auto ca_file = trust::pki_path(pki_, file::operator_ca_certificate);
  const auto ca =
      trust::CertificateAuthority::load(ca_file, trust::pki_path(pki_, file::operator_ca_key));
  BOOST_REQUIRE(ca.ok());
  const auto issued = ca->issue_operator({name, role, client}, {now_s() - 3600, now_s() + day_s});
  BOOST_REQUIRE(issued.ok());
  return keep(issued->certificate_pem, issued->key_pem, ca_file);
}

Credentials Installation::appliance(const trust::ApplianceIdentity& who,
                                    std::int64_t from_s) const {
  namespace file = trust::pki_file;
  const auto ca_file = trust::pki_path(pki_, file::appliance_ca_certificate);
  const auto ca =
      trust::CertificateAuthority::load(ca_file, trust::pki_path(pki_, file::appliance_ca_key));
  BOOST_REQUIRE(ca.ok());
  const auto issued = ca->issue_appliance(who, {now_s() + from_s, now_s() + from_s + day_s});
  BOOST_REQUIRE(issued.ok());
  return keep(issued->certificate_pem, issued->key_pem, ca_file);
}

Envelope Installation::sign(const Manifest& manifest) const {
  const auto key = trust::SigningKey::load(trust::pki_path(pki_, trust::pki_file::release_key));
  BOOST_REQUIRE(key.ok());
  return key->sign(manifest_envelope_type, encode(manifest));
}

TestRelease Installation::release(Version version, const std::string& hardware) const {
  const std::string image = image_of(version);
  TestRelease made;
  made.manifest.kind = "slot-image";
  made.manifest.version = version;
  made.manifest.hardware = hardware;
  made.manifest.image_size = image.size();
  made.manifest.image_sha256 = trust::sha256(image);
  made.manifest.chunk_size = chunk_size;
  for (std::size_t at = 0; at < image.size(); at += chunk_size) {
    made.chunks.push_back(image.substr(at, chunk_size));
    made.manifest.chunk_sha256.push_back(trust::sha256(made.chunks.back()));
  }
  const Envelope envelope = sign(made.manifest);
  made.hash = trust::sha256(envelope.payload);
  made.envelope = encode(envelope);
  return made;
}

const Installation& installation() {
  static const Installation one;
  return one;
}
const Installation& foreign_installation() {
  static const Installation other;
  return other;
}

std::unique_ptr<http::Client> client(std::uint16_t port, const Credentials& credentials) {
  http::ClientOptions options;
  options.base_url = "https://127.0.0.1:" + std::to_string(port);
  options.ca_file = credentials.authority;
  options.certificate_file = credentials.certificate;
  options.key_file = credentials.key;
  auto made = http::Client::make(std::move(options));
  BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().text));
  return std::move(*made);
}

}  // namespace drydock::centre::test
