// What an operator says of a site is sent whole, checked before, and listed.
#include <boost/test/unit_test.hpp>

#include "runtime/command/json.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {

BOOST_AUTO_TEST_SUITE(command_site)

BOOST_AUTO_TEST_CASE(a_description_is_sent_with_its_class_labels_and_reason) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/sites", 200,
                R"({"client":"acme","site":"north","class":"clinic","labels":["early"]})");
  const auto said = desk.ask(centre, {"site", "describe", "--client", "acme", "--site", "north",
                                      "--class", "clinic", "--label", "early", "--why", "agreed"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "north of acme: class clinic, labels early"));
  BOOST_TEST(
      json_text(*parse_object(centre.asked().at(0).body)) ==
      R"({"client":"acme","site":"north","labels":["early"],"why":"agreed","class":"clinic"})");
}

BOOST_AUTO_TEST_CASE(a_description_without_a_reason_or_with_no_word_is_not_sent) {
  Desk desk;
  FakeCentre centre;
  BOOST_TEST(desk.ask(centre, {"site", "describe", "--client", "acme", "--site", "north"}).exit ==
             2);
  BOOST_TEST(desk.ask(centre, {"site", "describe", "--client", "acme", "--site", "north", "--class",
                               "a clinic", "--why", "agreed"})
                 .exit == 2);
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(described_sites_are_listed) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/sites", 200,
                R"({"sites":[{"client":"acme","site":"north","class":null,"labels":["a","b"]}]})");
  const auto said = desk.ask(centre, {"site", "list"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "north"));
  BOOST_TEST(holds(said.out, "a, b"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::command::test
