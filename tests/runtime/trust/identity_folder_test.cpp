#include "runtime/trust/identity_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>

#include "runtime/trust/pem.hpp"
#include "runtime/trust/pki_folder.hpp"
#include "runtime/trust/tls_context.hpp"
#include "tests/runtime/trust/handshake.hpp"
#include "tests/runtime/trust/temporary_folder.hpp"

namespace drydock::trust {

namespace {

const ApplianceAssignment seven{{"clinic", {7}}, "north"};
const ApplianceAssignment eight{{"clinic", {8}}, "north"};

// One installation with two provisioned appliances.
struct Provisioned {
  TemporaryFolder folder;
  std::string pki = folder / "pki";
  std::string first = folder / "seven";
  std::string second = folder / "eight";

  Provisioned() {
    make_pki(pki);
    BOOST_REQUIRE(provision(pki, seven, test_now_s, first));
    BOOST_REQUIRE(provision(pki, eight, test_now_s, second));
  }
  static void make_pki(const std::string& path) {
    PkiRequest request;
    request.edge = {"edge", {"edge.example.org"}, {}};
    request.operator_server = {"operator", {"localhost"}, {}};
    request.now_s = test_now_s;
    BOOST_REQUIRE(create_pki(path, request));
  }
  // Replaces a file of the first appliance's folder.
  void swap_in(const std::string& from, std::string_view name) const {
    std::filesystem::copy_file(from, first + "/" + std::string(name),
                               std::filesystem::copy_options::overwrite_existing);
  }
  void refuses(ErrorKind kind, const char* named) const {
    const auto loaded = load_identity(first);
    BOOST_REQUIRE(!loaded);
    BOOST_TEST_INFO(loaded.error().text);
    BOOST_TEST((loaded.error().kind == kind));
    BOOST_TEST(loaded.error().text.find(named) != std::string::npos);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(trust_identity_folder, Provisioned)

BOOST_AUTO_TEST_CASE(provisioned_identity_loads_as_it_was_assigned) {
  const auto identity = load_identity(first);
  BOOST_REQUIRE(identity);
  BOOST_TEST((identity->appliance == seven.appliance));
  BOOST_TEST(identity->site == "north");
  BOOST_TEST(identity->certificate_expiry_s == test_now_s + appliance_validity_s);
  const auto release = PublicKey::load(pki_path(pki, pki_file::release_public));
  const auto order = PublicKey::load(pki_path(pki, pki_file::order_public));
  BOOST_REQUIRE(release);
  BOOST_REQUIRE(order);
  BOOST_TEST((identity->release_key == *release));
  BOOST_TEST((identity->order_key == *order));
}

BOOST_AUTO_TEST_CASE(identity_folder_holds_no_secret_but_the_appliances_own) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(first))
    names.insert(entry.path().filename());
  const std::set<std::string> expected{"appliance.key", "appliance.crt", "appliance-ca.crt",
                                       "release.pub",   "order.pub",     "identity.json"};
  BOOST_TEST((names == expected));
  BOOST_TEST(mode_of(first + "/appliance.key") == 0600U);
  BOOST_TEST(mode_of(first) == 0700U);
}

BOOST_AUTO_TEST_CASE(provisioned_appliance_reaches_the_edge_of_its_installation) {
  const auto path = [&](std::string_view file) { return pki_path(pki, file); };
  auto edge = edge_server_context({path(pki_file::edge_certificate), path(pki_file::edge_key),
                                   path(pki_file::appliance_ca_certificate)});
  BOOST_REQUIRE(edge);
  set_test_time(**edge);
  const auto identity = load_identity(first);
  BOOST_REQUIRE(identity);
  const auto certificate = read_certificate(identity->certificate_path);
  const auto key = read_private_key(identity->key_path);
  const auto authority = read_certificate(identity->authority_path);
  BOOST_REQUIRE(certificate);
  BOOST_REQUIRE(key);
  BOOST_REQUIRE(authority);
  const auto client = client_context(
      {certificate_pem(**certificate), private_key_pem(**key), certificate_pem(**authority)});
  const Handshake connection(**edge, *client, "edge.example.org", nullptr);
  BOOST_REQUIRE(connection.server_done());
  const auto peer = peer_appliance(connection.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST((*peer == seven.appliance));
}

BOOST_AUTO_TEST_CASE(key_of_another_appliance_is_refused) {
  swap_in(second + "/appliance.key", identity_file::appliance_key);
  refuses(ErrorKind::mismatch, "appliance.key");
}

BOOST_AUTO_TEST_CASE(key_and_certificate_of_another_appliance_are_refused) {
  swap_in(second + "/appliance.key", identity_file::appliance_key);
  swap_in(second + "/appliance.crt", identity_file::appliance_certificate);
  refuses(ErrorKind::mismatch, "0000000000000008");
}

BOOST_AUTO_TEST_CASE(authority_of_another_installation_is_refused) {
  make_pki(folder / "foreign");
  swap_in(folder / "foreign/appliance-ca.crt", identity_file::appliance_ca_certificate);
  refuses(ErrorKind::mismatch, "appliance-ca.crt");
}

BOOST_AUTO_TEST_CASE(missing_file_is_named) {
  for (const char* name : {"order.pub", "release.pub", "appliance.crt", "identity.json"}) {
    std::filesystem::rename(first + "/" + name, folder / "aside");
    refuses(ErrorKind::not_found, name);
    std::filesystem::rename(folder / "aside", first + "/" + name);
  }
}

BOOST_AUTO_TEST_CASE(malformed_identity_json_is_refused) {
  for (const char* text : {"", "[]", "{", R"({"appliance":"0000000000000007","client":"clinic"})",
                           R"({"appliance":7,"client":"clinic","site":"north"})",
                           R"({"appliance":"7","client":"clinic","site":"north"})",
                           R"({"appliance":"0000000000000007","client":"a/b","site":"north"})"}) {
    folder.put("seven/identity.json", text);
    refuses(ErrorKind::malformed, "identity.json");
  }
}

BOOST_AUTO_TEST_CASE(provisioning_never_overwrites_an_identity) {
  const auto again = provision(pki, eight, test_now_s, first);
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error().kind == ErrorKind::refused));
  const auto identity = load_identity(first);
  BOOST_REQUIRE(identity);
  BOOST_TEST((identity->appliance == seven.appliance));
}

BOOST_AUTO_TEST_CASE(provisioning_refuses_names_that_are_none) {
  BOOST_TEST(!provision(pki, {{"clinic", {9}}, "no such/site"}, test_now_s, folder / "x").ok());
  BOOST_TEST(!provision(pki, {{"", {9}}, "north"}, test_now_s, folder / "x").ok());
  BOOST_TEST(!provision(pki, {{"clinic", {}}, "north"}, test_now_s, folder / "x").ok());
  BOOST_TEST(!std::filesystem::exists(folder / "x"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
