#include <boost/test/unit_test.hpp>

#include <set>

#include "runtime/remedies/remedies.hpp"

using namespace drydock;
using namespace drydock::remedies;

BOOST_AUTO_TEST_SUITE(remedies_suite)

BOOST_AUTO_TEST_CASE(every_remedy_is_found_by_its_name_and_has_a_number_of_its_own) {
  std::set<Kind> kinds;
  for (const Entry& entry : table()) {
    BOOST_TEST((by_name(entry.name) == entry.kind));
    BOOST_TEST(kinds.insert(entry.kind).second);
    BOOST_TEST((entry.kind != Kind::none));
  }
  BOOST_TEST(!by_name("reinstall-everything").has_value());
}

BOOST_AUTO_TEST_CASE(restart_unit_asks_the_port_for_that_unit) {
  std::string asked;
  const Ports ports{[&](std::string unit) -> Status {
    asked = unit;
    return Done{};
  }};
  BOOST_TEST(apply({Kind::restart_unit, "ssh.service"}, ports).ok());
  BOOST_TEST(asked == "ssh.service");
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_port_is_handed_on_with_the_unit) {
  const Ports ports{[](std::string) -> Status {
    return Error{ErrorKind::refused, "not on the list"};
  }};
  const auto done = apply({Kind::restart_unit, "dbus.service"}, ports);
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error().kind == ErrorKind::refused));
  BOOST_TEST(done.error().text == "restarting dbus.service: not on the list");
}

BOOST_AUTO_TEST_CASE(a_target_that_is_no_unit_never_reaches_the_port) {
  bool asked = false;
  const Ports ports{[&](std::string) -> Status {
    asked = true;
    return Done{};
  }};
  for (const char* unit : {"", "ssh", ".service", "-H.service", "a b.service", "a;b.service",
                           "../x.service", "x.service\n"})
    BOOST_TEST(!apply({Kind::restart_unit, unit}, ports).ok());
  BOOST_TEST(!apply({Kind::restart_unit, std::string(300, 'a') + ".service"}, ports).ok());
  BOOST_TEST(!asked);
}

BOOST_AUTO_TEST_CASE(units_of_templates_are_units) {
  BOOST_TEST(is_unit_name("getty@tty1.service"));
  BOOST_TEST(is_unit_name("dev-sda4.mount"));
}

BOOST_AUTO_TEST_CASE(no_remedy_is_refused) { BOOST_TEST(!apply({}, Ports{}).ok()); }

BOOST_AUTO_TEST_SUITE_END()
