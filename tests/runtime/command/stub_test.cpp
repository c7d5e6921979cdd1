#include <boost/test/unit_test.hpp>

#include <filesystem>

#include "messages/codec.hpp"
#include "messages/stub.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

struct Bench : Desk {
  std::string stub = folder.put("stub.efi", "MZ a boot stub");
  std::string order = folder / "order";

  Said sign(const std::string& serial = "7") {
    return run({"stub", "sign", "--stub", stub, "--serial", serial, "--key",
                pki_folder() + "/release.key", "--out", order, "--json"});
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stub)

BOOST_FIXTURE_TEST_CASE(an_order_is_signed_for_itself_and_names_the_bytes, Bench) {
  BOOST_TEST(sign().exit == 0);
  Envelope envelope;
  BOOST_REQUIRE(decode_from(read("order"), envelope));
  const auto key = trust::PublicKey::load(pki_folder() + "/release.pub");
  BOOST_REQUIRE(key.ok());
  trust::KeyRing ring;
  ring.add(*key, std::string(stub_envelope_type));
  const auto payload = ring.open(envelope, stub_envelope_type);
  BOOST_REQUIRE(payload.ok());
  StubOrder said;
  BOOST_REQUIRE(decode_from(*payload, said));
  BOOST_TEST((said == StubOrder{7, 14, trust::sha256("MZ a boot stub")}));
}

BOOST_FIXTURE_TEST_CASE(an_order_is_never_overwritten, Bench) {
  BOOST_TEST(sign().exit == 0);
  BOOST_TEST(sign("8").exit == 2);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_program_or_too_large_or_has_no_serial_is_refused, Bench) {
  BOOST_TEST(sign("0").exit == 2);
  BOOST_TEST(sign("seven").exit == 2);
  folder.put("stub.efi", "#!/bin/sh");
  BOOST_TEST(sign().exit == 1);
  folder.put("stub.efi", "MZ" + std::string(stub_bytes_max, 'x'));
  BOOST_TEST(sign().exit == 1);
  folder.put("stub.efi", "");
  BOOST_TEST(sign().exit == 1);
  BOOST_TEST(!std::filesystem::exists(order));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::command::test
