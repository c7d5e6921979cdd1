#include "runtime/trust/identity_folder.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <nlohmann/json.hpp>

#include "runtime/files/files.hpp"
#include "runtime/trust/names.hpp"
#include "runtime/trust/new_folder.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/pki_folder.hpp"

namespace drydock::trust {

namespace {

constexpr std::size_t identity_json_bytes_max = 4096;

std::string assignment_text(const ApplianceAssignment& assignment) {
  const nlohmann::ordered_json json{{"appliance", hex(assignment.appliance.id.value)},
                                    {"client", assignment.appliance.client},
                                    {"site", assignment.site}};
  return json.dump(2) + "\n";
}

Result<std::string> text_member(const nlohmann::json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end() || !at->is_string())
    return Error{ErrorKind::malformed, fmt::format("\"{}\" is missing or not a text", key)};
  return at->get<std::string>();
}

Result<ApplianceAssignment> parse_assignment(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{ErrorKind::malformed, "not a JSON object"};
  const auto id_text = text_member(json, "appliance");
  if (!id_text) return id_text.error();
  const auto client = text_member(json, "client");
  if (!client) return client.error();
  const auto site = text_member(json, "site");
  if (!site) return site.error();
  const auto id = parse_appliance_id(*id_text);
  if (!id) return id.error();
  if (auto s = check_name("client", *client); !s) return s.error();
  if (auto s = check_name("site", *site); !s) return s.error();
  return ApplianceAssignment{{*client, *id}, *site};
}

// The folder's three TLS files belong together and to this appliance.
Result<std::int64_t> check_certificate(const Identity& identity) {
  const auto certificate = read_certificate(identity.certificate_path);
  if (!certificate) return certificate.error();
  const auto key = read_private_key(identity.key_path);
  if (!key) return key.error();
  const auto authority = read_certificate(identity.authority_path);
  if (!authority) return authority.error();
  const bool pair = X509_check_private_key(certificate->get(), key->get()) == 1;
  const bool signed_by_it =
      X509_verify(certificate->get(), X509_get0_pubkey(authority->get())) == 1;
  ERR_clear_error();
  if (!pair)
    return Error{ErrorKind::mismatch, fmt::format("{} is not the key of {}", identity.key_path,
                                                  identity.certificate_path)};
  if (!signed_by_it)
    return Error{
        ErrorKind::mismatch,
        fmt::format("{} was not signed by {}", identity.certificate_path, identity.authority_path)};
  const auto named = appliance_identity(**certificate);
  if (!named) return named.error().in(identity.certificate_path);
  if (*named != identity.appliance)
    return Error{ErrorKind::mismatch,
                 fmt::format("{} is appliance {}'s of client {}, but {} names appliance {} of "
                             "client {}: copy one identity folder whole",
                             identity.certificate_path, hex(named->id.value), named->client,
                             identity_file::identity, hex(identity.appliance.id.value),
                             identity.appliance.client)};
  return certificate_expiry_s(**certificate);
}

}  // namespace

Status provision(const std::string& pki_folder, const ApplianceAssignment& assignment,
                 std::int64_t now_s, const std::string& identity_folder) {
  if (auto s = check_name("site", assignment.site); !s) return s;
  const auto ca_path = pki_path(pki_folder, pki_file::appliance_ca_certificate);
  const auto authority =
      CertificateAuthority::load(ca_path, pki_path(pki_folder, pki_file::appliance_ca_key));
  if (!authority) return authority.error();
  const auto release = PublicKey::load(pki_path(pki_folder, pki_file::release_public));
  if (!release) return release.error();
  const auto order = PublicKey::load(pki_path(pki_folder, pki_file::order_public));
  if (!order) return order.error();
  const auto issued = authority->issue_appliance(
      assignment.appliance, {now_s - clock_slack_s, now_s + appliance_validity_s});
  if (!issued) return issued.error();

  auto folder = NewFolder::begin(identity_folder);
  if (!folder) return folder.error();
  const auto add = [&](std::string_view name, const std::string& bytes, unsigned mode) {
    return folder->add(std::string(name), bytes, mode);
  };
  using namespace identity_file;
  if (auto s = add(appliance_key, issued->key_pem, private_mode); !s) return s;
  if (auto s = add(appliance_certificate, issued->certificate_pem, public_mode); !s) return s;
  if (auto s = add(appliance_ca_certificate, authority->certificate_pem(), public_mode); !s)
    return s;
  if (auto s = add(release_public, release->to_pem(), public_mode); !s) return s;
  if (auto s = add(order_public, order->to_pem(), public_mode); !s) return s;
  if (auto s = add(identity, assignment_text(assignment), public_mode); !s) return s;
  return folder->publish();
}

Result<Identity> load_identity(const std::string& identity_folder) {
  const auto path = [&](std::string_view file) {
    return identity_folder + "/" + std::string(file);
  };
  const std::string json_path = path(identity_file::identity);
  const auto text = files::read(json_path, identity_json_bytes_max);
  if (!text) return text.error();
  const auto assignment = parse_assignment(*text);
  if (!assignment) return assignment.error().in(json_path);
  const auto release = PublicKey::load(path(identity_file::release_public));
  if (!release) return release.error();
  const auto order = PublicKey::load(path(identity_file::order_public));
  if (!order) return order.error();
  Identity loaded{assignment->appliance,
                  assignment->site,
                  path(identity_file::appliance_key),
                  path(identity_file::appliance_certificate),
                  path(identity_file::appliance_ca_certificate),
                  *release,
                  *order,
                  0};
  const auto expiry_s = check_certificate(loaded);
  if (!expiry_s) return expiry_s.error();
  loaded.certificate_expiry_s = *expiry_s;
  return loaded;
}

}  // namespace drydock::trust
