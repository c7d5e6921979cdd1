#include <boost/test/unit_test.hpp>

#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

std::string holder(const char* appliance, const char* site) {
  return std::string(R"({"appliance":")") + appliance + R"(","client":"acme","site":")" + site +
         R"(","stage":"token","rollout":3,"order":7,"since_ms":1799999940000,)" +
         R"("expires_ms":1800000540000})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_token)

BOOST_AUTO_TEST_CASE(every_holder_is_listed_page_by_page_with_its_times) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/tokens?from=0", 200,
                R"({"holders":[)" + holder("00000000000000a1", "north") + R"(],"next":9})");
  centre.answer("GET /v1/tokens?from=9", 200,
                R"({"holders":[)" + holder("00000000000000b2", "south") + "]}");
  const auto said = desk.ask(centre, {"token", "list"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "00000000000000a1  acme    north  token  3"));
  BOOST_TEST(holds(said.out, "1m 00s ago"));
  BOOST_TEST(holds(said.out, "2027-01-15 08:09:00Z"));
  BOOST_TEST(holds(said.out, "00000000000000b2"));
  const auto north = desk.ask(centre, {"token", "list", "--site", "north", "--json"});
  BOOST_TEST(north.json()["holders"].size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_order_is_released_with_its_reason) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/appliances/00000000000000a1/release", 200, R"({"rollout":3})");
  const auto said =
      desk.ask(centre, {"token", "release", "00000000000000a1", "--why", "its line is down"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "in rollout 3 is taken back"));
  BOOST_TEST(centre.asked().at(0).body == R"({"why":"its line is down"})");
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
