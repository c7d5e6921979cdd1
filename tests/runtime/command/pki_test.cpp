#include <boost/test/unit_test.hpp>

#include "runtime/trust/pki_folder.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
BOOST_AUTO_TEST_SUITE(command_pki)

BOOST_AUTO_TEST_CASE(pki_init_tells_which_two_keys_belong_offline) {
  Desk desk;
  const auto said = desk.run({"pki", "init", desk / "pki", "--edge-host", "centre.example"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "Two keys belong offline"));
  BOOST_TEST(holds(said.out, "release.key and operator-ca.key"));
  BOOST_TEST(trust::CertificateAuthority::load(desk / "pki/appliance-ca.crt",
                                               desk / "pki/appliance-ca.key")
                 .ok());
}

BOOST_AUTO_TEST_CASE(pki_init_names_every_file_it_made_in_json) {
  Desk desk;
  const auto said = desk.run({"--json", "pki", "init", desk / "pki"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(said.err == "");
  const Json document = said.json();
  BOOST_TEST(document["offline"].size() == 2u);
  for (const Json& file : document["files"])
    BOOST_TEST(desk.read("pki/" + file["file"].get<std::string>()) != "");
}

BOOST_AUTO_TEST_CASE(pki_init_refuses_to_overwrite) {
  Desk desk;
  BOOST_TEST(desk.run({"pki", "init", desk / "pki"}).exit == 0);
  const std::string key = desk.read("pki/release.key");
  const auto again = desk.run({"pki", "init", desk / "pki"});
  BOOST_TEST(again.exit == 1);
  BOOST_TEST(holds(again.err, "choose another folder"));
  BOOST_TEST(desk.read("pki/release.key") == key);
}

BOOST_AUTO_TEST_CASE(pki_init_refuses_a_host_that_no_certificate_can_carry) {
  Desk desk;
  const auto said = desk.run({"pki", "init", desk / "pki", "--edge-host", "a b"});
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "is not a host name"));
  BOOST_TEST(!std::filesystem::exists(desk / "pki"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
