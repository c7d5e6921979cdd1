#include "runtime/trust/pki_folder.hpp"

#include <utility>

#include "runtime/trust/keys.hpp"
#include "runtime/trust/new_folder.hpp"
#include "runtime/trust/pem.hpp"

namespace drydock::trust {

namespace {

Validity valid_for(std::int64_t now_s, std::int64_t length_s) {
  return {now_s - clock_slack_s, now_s + length_s};
}

// Keeps the first failure; later steps of a list then do nothing.
class Filling {
 public:
  explicit Filling(NewFolder& folder) : folder_(folder) {}

  void secret(std::string_view name, std::string_view bytes) { add(name, bytes, private_mode); }
  void open(std::string_view name, std::string_view bytes) { add(name, bytes, public_mode); }
  void pair(std::string_view key_name, std::string_view certificate_name,
            const Result<IssuedCertificate>& issued) {
    if (status_ && !issued) status_ = issued.error().in("issuing " + std::string(certificate_name));
    if (!status_) return;
    secret(key_name, issued->key_pem);
    open(certificate_name, issued->certificate_pem);
  }
  const Status& status() const { return status_; }

 private:
  void add(std::string_view name, std::string_view bytes, unsigned mode) {
    if (status_) status_ = folder_.add(std::string(name), bytes, mode);
  }
  NewFolder& folder_;
  Status status_ = Done{};
};

void add_signing_keys(Filling& filling) {
  const SigningKey release = SigningKey::generate();
  filling.secret(pki_file::release_key, release.to_pem());
  filling.open(pki_file::release_public, release.public_key().to_pem());
  const SigningKey order = SigningKey::generate();
  filling.secret(pki_file::order_key, order.to_pem());
  filling.open(pki_file::order_public, order.public_key().to_pem());
}

}  // namespace

Status create_pki(const std::string& folder, const PkiRequest& request) {
  auto made = NewFolder::begin(folder);
  if (!made) return made.error();
  const Validity ca_validity = valid_for(request.now_s, authority_validity_s);
  const Validity server_validity = valid_for(request.now_s, server_validity_s);
  const auto appliance_ca = CertificateAuthority::create("Drydock appliance CA", ca_validity);
  if (!appliance_ca) return appliance_ca.error();
  const auto operator_ca = CertificateAuthority::create("Drydock operator CA", ca_validity);
  if (!operator_ca) return operator_ca.error();

  Filling filling(*made);
  add_signing_keys(filling);
  filling.secret(pki_file::appliance_ca_key, appliance_ca->key_pem());
  filling.open(pki_file::appliance_ca_certificate, appliance_ca->certificate_pem());
  filling.secret(pki_file::operator_ca_key, operator_ca->key_pem());
  filling.open(pki_file::operator_ca_certificate, operator_ca->certificate_pem());
  filling.pair(pki_file::edge_key, pki_file::edge_certificate,
               appliance_ca->issue_server(request.edge, server_validity));
  filling.pair(pki_file::operator_key, pki_file::operator_certificate,
               operator_ca->issue_server(request.operator_server, server_validity));
  filling.pair(
      pki_file::admin_key, pki_file::admin_certificate,
      operator_ca->issue_operator({request.admin_name, Role::admin, std::string(all_clients)},
                                  valid_for(request.now_s, operator_validity_s)));
  if (!filling.status()) return filling.status();
  return made->publish();
}

std::string pki_path(const std::string& folder, std::string_view file) {
  return folder + "/" + std::string(file);
}

}  // namespace drydock::trust
