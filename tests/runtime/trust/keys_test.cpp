#include "runtime/trust/keys.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/trust/certificate.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/trust/temporary_folder.hpp"

namespace drydock::trust {

namespace {

// One trusted key for grants, and an envelope that it signed.
struct Signed {
  SigningKey key = SigningKey::generate();
  KeyRing ring;
  Envelope envelope;
  Signed() : envelope(key.sign(grant_envelope_type, "reboot now")) {
    ring.add(key.public_key(), std::string(grant_envelope_type));
  }
  Result<std::string> open() const { return ring.open(envelope, grant_envelope_type); }
};

void check_kind(const Result<std::string>& opened, ErrorKind kind) {
  BOOST_REQUIRE(!opened);
  BOOST_TEST_INFO(opened.error().text);
  BOOST_TEST((opened.error().kind == kind));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust_keys)

BOOST_AUTO_TEST_CASE(envelope_opens_with_a_trusted_key_and_gives_the_payload) {
  const Signed fixture;
  const auto payload = fixture.open();
  BOOST_REQUIRE(payload);
  BOOST_TEST(*payload == "reboot now");
}

BOOST_AUTO_TEST_CASE(envelope_with_an_empty_payload_opens) {
  Signed fixture;
  fixture.envelope = fixture.key.sign(grant_envelope_type, "");
  BOOST_REQUIRE(fixture.open());
  BOOST_TEST(fixture.open()->empty());
}

BOOST_AUTO_TEST_CASE(envelope_signature_covers_context_type_and_payload_with_nul_between) {
  const Signed fixture;
  const std::string bytes("drydock-envelope-v1\0grant\0reboot now", 36);
  BOOST_TEST(ed25519_verify(fixture.key.public_key().raw(), bytes, fixture.envelope.signature));
}

BOOST_AUTO_TEST_CASE(envelope_with_a_foreign_key_is_refused) {
  Signed fixture;
  fixture.envelope = SigningKey::generate().sign(grant_envelope_type, "reboot now");
  check_kind(fixture.open(), ErrorKind::refused);
}

BOOST_AUTO_TEST_CASE(envelope_with_a_foreign_key_under_a_trusted_key_id_is_refused) {
  Signed fixture;
  fixture.envelope = SigningKey::generate().sign(grant_envelope_type, "reboot now");
  fixture.envelope.key_id = fixture.key.public_key().key_id();
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(envelope_with_an_altered_payload_is_refused) {
  Signed fixture;
  fixture.envelope.payload[0] = 'R';
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(envelope_with_an_altered_signature_is_refused) {
  Signed fixture;
  fixture.envelope.signature[63] = static_cast<char>(fixture.envelope.signature[63] ^ 1);
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(envelope_without_a_signature_is_refused) {
  Signed fixture;
  fixture.envelope.signature.clear();
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(envelope_of_another_type_is_refused) {
  Signed fixture;
  fixture.ring.add(fixture.key.public_key(), std::string(manifest_envelope_type));
  fixture.envelope = fixture.key.sign(manifest_envelope_type, "reboot now");
  check_kind(fixture.open(), ErrorKind::refused);
}

BOOST_AUTO_TEST_CASE(envelope_whose_type_was_rewritten_is_refused) {
  Signed fixture;
  fixture.envelope = fixture.key.sign(manifest_envelope_type, "reboot now");
  fixture.envelope.type = grant_envelope_type;
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(envelope_whose_type_and_payload_were_shifted_is_refused) {
  Signed fixture;
  fixture.envelope = fixture.key.sign("gran", std::string("t\0x", 3));
  fixture.envelope.type = grant_envelope_type;
  fixture.envelope.payload = "x";
  check_kind(fixture.open(), ErrorKind::mismatch);
}

BOOST_AUTO_TEST_CASE(key_trusted_for_manifests_cannot_sign_grants) {
  const SigningKey release = SigningKey::generate();
  KeyRing ring;
  ring.add(release.public_key(), std::string(manifest_envelope_type));
  check_kind(ring.open(release.sign(grant_envelope_type, "x"), grant_envelope_type),
             ErrorKind::refused);
}

BOOST_AUTO_TEST_CASE(empty_key_ring_opens_nothing) {
  const Signed fixture;
  check_kind(KeyRing().open(fixture.envelope, grant_envelope_type), ErrorKind::refused);
}

BOOST_AUTO_TEST_CASE(payload_above_the_limit_is_refused_before_it_is_hashed) {
  Signed fixture;
  fixture.envelope.payload.resize(envelope_payload_bytes_max + 1);
  check_kind(fixture.open(), ErrorKind::no_space);
}

BOOST_AUTO_TEST_CASE(key_id_is_the_start_of_the_hash_of_the_raw_key) {
  Hash raw{};
  BOOST_REQUIRE(read_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", raw));
  const std::string bytes(raw.begin(), raw.end());
  BOOST_TEST(PublicKey(raw).key_id() == hex(sha256(bytes)).substr(0, 16));
}

BOOST_AUTO_TEST_CASE(signing_key_survives_a_round_trip_through_a_file_of_mode_0600) {
  const TemporaryFolder folder;
  const SigningKey key = SigningKey::generate();
  BOOST_REQUIRE(key.save(folder / "order.key"));
  BOOST_TEST(mode_of(folder / "order.key") == 0600U);
  const auto loaded = SigningKey::load(folder / "order.key");
  BOOST_REQUIRE(loaded);
  BOOST_TEST((loaded->public_key() == key.public_key()));
  BOOST_TEST((loaded->sign("grant", "x") == key.sign("grant", "x")));
}

BOOST_AUTO_TEST_CASE(public_key_survives_a_round_trip_through_a_file) {
  const TemporaryFolder folder;
  const PublicKey key = SigningKey::generate().public_key();
  BOOST_REQUIRE(key.save(folder / "order.pub"));
  const auto loaded = PublicKey::load(folder / "order.pub");
  BOOST_REQUIRE(loaded);
  BOOST_TEST((*loaded == key));
}

BOOST_AUTO_TEST_CASE(saving_a_key_never_overwrites_a_file) {
  const TemporaryFolder folder;
  const std::string path = folder.put("order.key", "precious");
  const auto saved = SigningKey::generate().save(path);
  BOOST_REQUIRE(!saved);
  BOOST_TEST((saved.error().kind == ErrorKind::refused));
  BOOST_TEST(saved.error().text.find(path) != std::string::npos);
  std::ifstream file(path);
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(file), {}) == "precious");
}

BOOST_AUTO_TEST_CASE(leftover_temporary_that_all_may_read_does_not_open_the_key_to_all) {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.put("order.key.new", "half"), std::filesystem::perms::all);
  BOOST_REQUIRE(SigningKey::generate().save(folder / "order.key"));
  BOOST_TEST(mode_of(folder / "order.key") == 0600U);
}

BOOST_AUTO_TEST_CASE(saving_a_key_never_follows_a_dangling_link) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder / "elsewhere", folder / "order.key");
  BOOST_TEST(!SigningKey::generate().save(folder / "order.key"));
  BOOST_TEST(!std::filesystem::exists(folder / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(malformed_pem_is_an_error_that_names_the_file) {
  const TemporaryFolder folder;
  const std::string whole = SigningKey::generate().to_pem();
  for (const std::string& text : {std::string(), std::string("not PEM"), whole.substr(0, 60)}) {
    const auto loaded = SigningKey::load(folder.put("bad.key", text));
    BOOST_REQUIRE(!loaded);
    BOOST_TEST((loaded.error().kind == ErrorKind::malformed));
    BOOST_TEST(loaded.error().text.find("bad.key") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(missing_key_file_is_not_found) {
  const TemporaryFolder folder;
  const auto loaded = SigningKey::load(folder / "none.key");
  BOOST_REQUIRE(!loaded);
  BOOST_TEST((loaded.error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(key_file_above_the_limit_is_refused) {
  const TemporaryFolder folder;
  const auto loaded = SigningKey::load(folder.put("big.key", std::string(pem_bytes_max + 1, '\n')));
  BOOST_REQUIRE(!loaded);
  BOOST_TEST((loaded.error().kind == ErrorKind::no_space));
}

BOOST_AUTO_TEST_CASE(key_of_another_algorithm_is_refused) {
  const KeyPtr p256 = generate_p256();
  const auto signing = SigningKey::from_pem(private_key_pem(*p256));
  BOOST_REQUIRE(!signing);
  BOOST_TEST((signing.error().kind == ErrorKind::malformed));
  BOOST_TEST(!PublicKey::from_pem(public_key_pem(*p256)));
}

BOOST_AUTO_TEST_CASE(public_key_is_no_signing_key) {
  BOOST_TEST(!SigningKey::from_pem(SigningKey::generate().public_key().to_pem()));
}

// `openssl genpkey -algorithm ed25519 -aes256 -pass pass:secret`
BOOST_AUTO_TEST_CASE(encrypted_key_is_an_error_and_asks_nobody) {
  const auto loaded = SigningKey::from_pem(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjB5ZSQX9Ly/gICCAAw\n"
      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENYQLqzkMZ1AZ6GAFrbjbxcEQMxp\n"
      "agbFRhh1pWAUIDdmSL8SdJ063nsgqJNXQ+MeIDnIU9LTjzGxh5PlVYeSIip+E9Dv\n"
      "eXTbGH3ar3PTO8T54Dc=\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  BOOST_REQUIRE(!loaded);
  BOOST_TEST((loaded.error().kind == ErrorKind::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
