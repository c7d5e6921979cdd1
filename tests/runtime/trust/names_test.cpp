#include "runtime/trust/names.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace drydock::trust {

BOOST_AUTO_TEST_SUITE(trust_names)

BOOST_AUTO_TEST_CASE(name_of_letters_digits_dots_underscores_and_dashes_is_good) {
  for (const auto& name :
       {std::string("a"), std::string("North-Clinic_2.eu"), std::string(name_length_max, '9')})
    BOOST_TEST(check_name("client", name).ok(), name);
}

BOOST_AUTO_TEST_CASE(name_that_could_mislead_a_path_a_subject_or_a_log_is_refused) {
  const std::string bad[] = {"",
                             "*",
                             "../x",
                             "a/b",
                             "a b",
                             "a,b",
                             "a=b",
                             "-a",
                             ".a",
                             "a\nb",
                             "ä",
                             std::string("a\0b", 3),
                             std::string(name_length_max + 1, 'a')};
  for (const auto& name : bad) {
    const auto status = check_name("client", name);
    BOOST_REQUIRE(!status);
    BOOST_TEST((status.error().kind == ErrorKind::malformed));
    BOOST_TEST(status.error().text.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(host_name_may_be_a_wildcard_and_holds_no_separators) {
  for (const auto* name : {"localhost", "edge.example.org", "*.example.org"})
    BOOST_TEST(check_host_name(name).ok(), name);
  for (const auto* name : {"", "*", "*.", "a,DNS:b", "a b", ".a", "a.", "x/y"})
    BOOST_TEST(!check_host_name(name).ok(), name);
}

BOOST_AUTO_TEST_CASE(appliance_id_is_sixteen_lower_case_digits_and_not_zero) {
  const auto id = parse_appliance_id("0123456789abcdef");
  BOOST_REQUIRE(id);
  BOOST_TEST(id->value == 0x0123456789abcdefU);
  for (const auto* text : {"", "123", "0123456789ABCDEF", "0123456789abcdef0", "0123456789abcdeg",
                           " 123456789abcdef", "0000000000000000"})
    BOOST_TEST(!parse_appliance_id(text).ok(), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
