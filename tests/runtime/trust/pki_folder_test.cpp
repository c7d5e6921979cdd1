#include "runtime/trust/pki_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <utility>

#include "runtime/trust/keys.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/tls_context.hpp"
#include "tests/runtime/trust/handshake.hpp"
#include "tests/runtime/trust/temporary_folder.hpp"

namespace drydock::trust {

namespace {

PkiRequest request() {
  PkiRequest asked;
  asked.edge = {"edge", {"edge.example.org"}, {"127.0.0.1"}};
  asked.operator_server = {"operator", {"localhost"}, {"127.0.0.1"}};
  asked.now_s = test_now_s;
  return asked;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename());
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust_pki_folder)

BOOST_AUTO_TEST_CASE(pki_folder_holds_exactly_its_files_with_keys_for_the_owner_alone) {
  const TemporaryFolder folder;
  const std::string pki = folder / "deep/pki/";
  BOOST_REQUIRE(create_pki(pki, request()));
  const std::set<std::string> expected{
      "release.key",      "release.pub",     "order.key",       "order.pub", "appliance-ca.key",
      "appliance-ca.crt", "operator-ca.key", "operator-ca.crt", "edge.key",  "edge.crt",
      "operator.key",     "operator.crt",    "admin.key",       "admin.crt"};
  BOOST_TEST((names_in(pki) == expected));
  BOOST_TEST(mode_of(pki) == 0700U);
  for (const auto& name : expected)
    if (name.ends_with(".key")) BOOST_TEST(mode_of(pki_path(pki, name)) == 0600U, name);
  BOOST_TEST((names_in(folder / "deep") == std::set<std::string>{"pki"}));
}

BOOST_AUTO_TEST_CASE(release_key_order_key_and_authorities_are_four_different_secrets) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  BOOST_REQUIRE(create_pki(pki, request()));
  std::set<std::string> keys;
  for (const auto file : {pki_file::release_key, pki_file::order_key, pki_file::appliance_ca_key,
                          pki_file::operator_ca_key}) {
    const auto key = read_private_key(pki_path(pki, file));
    BOOST_REQUIRE(key);
    keys.insert(public_key_pem(**key));
  }
  BOOST_TEST(keys.size() == 4U);
}

BOOST_AUTO_TEST_CASE(public_halves_belong_to_the_signing_keys) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  BOOST_REQUIRE(create_pki(pki, request()));
  for (const auto& [secret, open] : {std::pair(pki_file::release_key, pki_file::release_public),
                                     std::pair(pki_file::order_key, pki_file::order_public)}) {
    const auto key = SigningKey::load(pki_path(pki, secret));
    const auto half = PublicKey::load(pki_path(pki, open));
    BOOST_REQUIRE(key);
    BOOST_REQUIRE(half);
    BOOST_TEST((key->public_key() == *half));
  }
}

BOOST_AUTO_TEST_CASE(first_operator_reaches_the_operator_server_as_admin_of_every_client) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  BOOST_REQUIRE(create_pki(pki, request()));
  const auto path = [&](std::string_view file) { return pki_path(pki, file); };
  auto server =
      operator_server_context({path(pki_file::operator_certificate), path(pki_file::operator_key),
                               path(pki_file::operator_ca_certificate)});
  BOOST_REQUIRE(server);
  set_test_time(**server);
  const auto certificate = read_certificate(path(pki_file::admin_certificate));
  const auto key = read_private_key(path(pki_file::admin_key));
  const auto authority = read_certificate(path(pki_file::operator_ca_certificate));
  BOOST_REQUIRE(certificate);
  BOOST_REQUIRE(key);
  BOOST_REQUIRE(authority);
  const auto client = client_context(
      {certificate_pem(**certificate), private_key_pem(**key), certificate_pem(**authority)});
  const Handshake connection(**server, *client, "localhost", nullptr);
  BOOST_REQUIRE(connection.server_done());
  const auto peer = peer_operator(connection.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST((*peer == OperatorIdentity{"admin", Role::admin, "*"}));
}

BOOST_AUTO_TEST_CASE(pki_folder_that_is_not_empty_is_refused_and_left_alone) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  std::filesystem::create_directory(pki);
  folder.put("pki/notes.txt", "mine");
  const auto made = create_pki(pki, request());
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == ErrorKind::refused));
  BOOST_TEST((names_in(pki) == std::set<std::string>{"notes.txt"}));
  BOOST_TEST((names_in(folder.path()) == std::set<std::string>{"pki"}));
}

BOOST_AUTO_TEST_CASE(second_pki_run_on_the_same_folder_is_refused_and_changes_no_key) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  BOOST_REQUIRE(create_pki(pki, request()));
  const auto before = PublicKey::load(pki_path(pki, pki_file::release_public));
  BOOST_TEST(!create_pki(pki, request()).ok());
  const auto after = PublicKey::load(pki_path(pki, pki_file::release_public));
  BOOST_REQUIRE(before);
  BOOST_REQUIRE(after);
  BOOST_TEST((*before == *after));
}

BOOST_AUTO_TEST_CASE(empty_folder_may_become_the_pki_folder) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "pki");
  BOOST_REQUIRE(create_pki(folder / "pki", request()));
  BOOST_TEST(names_in(folder / "pki").size() == 14U);
}

BOOST_AUTO_TEST_CASE(file_in_the_place_of_the_pki_folder_is_refused) {
  const TemporaryFolder folder;
  folder.put("pki", "mine");
  const auto made = create_pki(folder / "pki", request());
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(leftover_of_a_run_that_was_cut_off_is_refused_and_left_alone) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "pki.new");
  folder.put("pki.new/release.key", "half");
  const auto made = create_pki(folder / "pki", request());
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == ErrorKind::refused));
  BOOST_TEST(made.error().text.find("pki.new") != std::string::npos);
  BOOST_TEST((names_in(folder.path()) == std::set<std::string>{"pki.new"}));
}

BOOST_AUTO_TEST_CASE(pki_run_that_fails_midway_leaves_nothing_behind) {
  const TemporaryFolder folder;
  auto bad = request();
  bad.operator_server.ip_addresses = {"300.1.1.1"};
  const auto made = create_pki(folder / "pki", bad);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().text.find("300.1.1.1") != std::string::npos);
  BOOST_TEST(names_in(folder.path()).empty());
}

BOOST_AUTO_TEST_CASE(authority_survives_a_round_trip_and_is_not_overwritten) {
  const TemporaryFolder folder;
  const auto made = CertificateAuthority::create("Test CA", {test_now_s, test_now_s + 1000});
  BOOST_REQUIRE(made);
  BOOST_REQUIRE(made->save(folder / "ca.crt", folder / "ca.key"));
  BOOST_TEST(mode_of(folder / "ca.key") == 0600U);
  const auto loaded = CertificateAuthority::load(folder / "ca.crt", folder / "ca.key");
  BOOST_REQUIRE(loaded);
  BOOST_TEST(loaded->certificate_pem() == made->certificate_pem());
  BOOST_TEST(!made->save(folder / "ca.crt", folder / "ca.key").ok());
  BOOST_TEST(!made->save(folder / "ca.crt", folder / "other.key").ok());
}

BOOST_AUTO_TEST_CASE(authority_with_a_foreign_key_or_a_leaf_certificate_does_not_load) {
  const TemporaryFolder folder;
  const std::string pki = folder / "pki";
  BOOST_REQUIRE(create_pki(pki, request()));
  const auto path = [&](std::string_view file) { return pki_path(pki, file); };
  const auto foreign = CertificateAuthority::load(path(pki_file::appliance_ca_certificate),
                                                  path(pki_file::operator_ca_key));
  BOOST_REQUIRE(!foreign);
  BOOST_TEST((foreign.error().kind == ErrorKind::mismatch));
  const auto leaf =
      CertificateAuthority::load(path(pki_file::edge_certificate), path(pki_file::edge_key));
  BOOST_REQUIRE(!leaf);
  BOOST_TEST((leaf.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
