#include "runtime/trust/peer_identity.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

#include "runtime/trust/pem.hpp"
#include "runtime/trust/pki.hpp"

namespace drydock::trust {

namespace {

constexpr Validity validity{1'700'000'000, 1'900'000'000};
const ApplianceIdentity appliance{"clinic", {0xabc}};

const CertificateAuthority& authority() {
  static const auto made = CertificateAuthority::create("Test CA", validity);
  BOOST_REQUIRE(made);
  return *made;
}

CertificatePtr issued(const Result<IssuedCertificate>& result) {
  BOOST_REQUIRE(result);
  auto certificate = certificate_from_pem(result->certificate_pem);
  BOOST_REQUIRE(certificate);
  return std::move(*certificate);
}

CertificateShape appliance_shape() {
  CertificateShape shape;
  shape.subject = {{"O", appliance.client}, {"CN", hex(appliance.id.value)}};
  shape.uris = {appliance_uri(appliance)};
  shape.validity = validity;
  return shape;
}

CertificateShape operator_shape() {
  CertificateShape shape;
  shape.subject = {{"O", "clinic"}, {"OU", "approver"}, {"CN", "maria"}};
  shape.validity = validity;
  return shape;
}

void refuses_appliance(const CertificateShape& shape) {
  const auto identity = appliance_identity(*issued(authority().issue(shape)));
  BOOST_REQUIRE(!identity);
  BOOST_TEST((identity.error().kind == ErrorKind::refused));
}

void refuses_operator(const CertificateShape& shape) {
  const auto identity = operator_identity(*issued(authority().issue(shape)));
  BOOST_REQUIRE(!identity);
  BOOST_TEST((identity.error().kind == ErrorKind::refused));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust_peer_identity)

BOOST_AUTO_TEST_CASE(appliance_certificate_gives_its_client_and_id) {
  const auto identity =
      appliance_identity(*issued(authority().issue_appliance(appliance, validity)));
  BOOST_REQUIRE(identity);
  BOOST_TEST((*identity == appliance));
}

BOOST_AUTO_TEST_CASE(appliance_uri_names_client_and_id) {
  BOOST_TEST(appliance_uri(appliance) == "drydock:appliance:clinic/0000000000000abc");
}

BOOST_AUTO_TEST_CASE(the_shape_the_refusals_start_from_is_itself_accepted) {
  BOOST_TEST(appliance_identity(*issued(authority().issue(appliance_shape()))).ok());
  BOOST_TEST(operator_identity(*issued(authority().issue(operator_shape()))).ok());
}

BOOST_AUTO_TEST_CASE(appliance_certificate_whose_uri_names_another_id_is_refused) {
  auto shape = appliance_shape();
  shape.uris = {appliance_uri({"clinic", {0xabd}})};
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(appliance_certificate_whose_uri_names_another_client_is_refused) {
  auto shape = appliance_shape();
  shape.uris = {appliance_uri({"harbour", appliance.id})};
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(appliance_certificate_with_no_or_two_alternative_names_is_refused) {
  auto shape = appliance_shape();
  shape.dns_names = {"edge.example.org"};
  refuses_appliance(shape);
  shape.dns_names.clear();
  shape.uris.push_back(appliance_uri({"clinic", {0xabd}}));
  refuses_appliance(shape);
  shape.uris.clear();
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(appliance_certificate_with_a_missing_doubled_or_extra_field_is_refused) {
  auto shape = appliance_shape();
  shape.subject = {{"CN", hex(appliance.id.value)}};
  refuses_appliance(shape);
  shape.subject = {{"O", "clinic"}, {"O", "clinic"}};
  refuses_appliance(shape);
  shape = appliance_shape();
  shape.subject.push_back({"OU", "admin"});
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(appliance_certificate_with_a_malformed_id_or_client_is_refused) {
  auto shape = appliance_shape();
  shape.subject[1].value = "abc";
  refuses_appliance(shape);
  shape.subject[1].value = "0000000000000ABC";
  refuses_appliance(shape);
  shape = appliance_shape();
  shape.subject[0].value = "*";
  shape.uris = {"drydock:appliance:*/0000000000000abc"};
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(server_or_authority_certificate_is_no_appliance) {
  auto shape = appliance_shape();
  shape.use = CertificateUse::server;
  refuses_appliance(shape);
  shape.use = CertificateUse::authority;
  refuses_appliance(shape);
}

BOOST_AUTO_TEST_CASE(operator_certificate_gives_name_role_and_client) {
  for (const Role role : {Role::viewer, Role::operator_, Role::approver, Role::admin}) {
    const OperatorIdentity maria{"maria", role, "clinic"};
    const auto identity = operator_identity(*issued(authority().issue_operator(maria, validity)));
    BOOST_REQUIRE(identity);
    BOOST_TEST((*identity == maria));
  }
}

BOOST_AUTO_TEST_CASE(operator_of_one_client_may_not_see_another_and_one_of_all_may) {
  const OperatorIdentity one{"maria", Role::admin, "clinic"};
  BOOST_TEST(one.may_see("clinic"));
  BOOST_TEST(!one.may_see("harbour"));
  BOOST_TEST(!one.may_see("*"));
  const auto all =
      operator_identity(*issued(authority().issue_operator({"root", Role::admin, "*"}, validity)));
  BOOST_REQUIRE(all);
  BOOST_TEST(all->may_see("harbour"));
}

BOOST_AUTO_TEST_CASE(operator_certificate_with_an_unknown_role_is_refused) {
  for (const char* role : {"Admin", "root", "admin "}) {
    auto shape = operator_shape();
    shape.subject[1].value = role;
    refuses_operator(shape);
  }
}

BOOST_AUTO_TEST_CASE(operator_certificate_with_two_roles_is_refused) {
  auto shape = operator_shape();
  shape.subject.push_back({"OU", "admin"});
  refuses_operator(shape);
  shape.subject = {{"OU", "viewer"}, {"OU", "admin"}, {"CN", "maria"}};
  refuses_operator(shape);
}

BOOST_AUTO_TEST_CASE(appliance_certificate_is_no_operator_and_the_other_way_round) {
  refuses_operator(appliance_shape());
  refuses_appliance(operator_shape());
  auto shape = operator_shape();
  shape.uris = appliance_shape().uris;
  refuses_operator(shape);
}

BOOST_AUTO_TEST_CASE(names_and_validities_that_do_not_fit_are_refused_before_issuing) {
  BOOST_TEST(!authority().issue_appliance({"a/b", {1}}, validity).ok());
  BOOST_TEST(!authority().issue_appliance({"clinic", {0}}, validity).ok());
  BOOST_TEST(!authority().issue_appliance({"*", {1}}, validity).ok());
  BOOST_TEST(!authority().issue_operator({"", Role::admin, "*"}, validity).ok());
  BOOST_TEST(!authority().issue_server({"edge", {}, {}}, validity).ok());
  BOOST_TEST(!authority().issue_server({"edge", {"a,DNS:b"}, {}}, validity).ok());
  BOOST_TEST(!authority().issue_server({"edge", {}, {"300.1.1.1"}}, validity).ok());
  BOOST_TEST(!authority().issue_appliance(appliance, {2'000, 1'000}).ok());
}

BOOST_AUTO_TEST_CASE(certificate_expiry_is_the_last_second_asked_for) {
  // The last one lies beyond 2049, where X.509 changes how it writes a time.
  for (const std::int64_t to_s : {1'800'000'001L, 2'000'000'000L, 4'000'000'000L}) {
    const auto certificate = issued(authority().issue_appliance(appliance, {1'700'000'000, to_s}));
    const auto expiry_s = certificate_expiry_s(*certificate);
    BOOST_REQUIRE(expiry_s);
    BOOST_TEST(*expiry_s == to_s);
  }
}

BOOST_AUTO_TEST_CASE(claim_of_another_appliance_or_client_is_refused) {
  BOOST_TEST(check_claim(appliance, appliance).ok());
  for (const ApplianceIdentity& claimed :
       {ApplianceIdentity{"clinic", {0xabd}}, ApplianceIdentity{"harbour", {0xabc}}}) {
    const auto status = check_claim(appliance, claimed);
    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::refused));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
