#include <boost/test/unit_test.hpp>

#include "runtime/config/document.hpp"
#include "runtime/config/reader.hpp"

using namespace drydock;
using namespace drydock::config;

namespace {

struct Sample {
  std::string name;
  std::uint16_t count = 5;
  bool on = false;
  std::vector<std::string> words;
  Duration wait;
};

void read_sample(const Value& value, Sample& out) {
  read_map(value,
           {{"name", name(out.name), Presence::required},
            {"count", number<std::uint16_t>(out.count, 1, 9)},
            {"on", flag(out.on)},
            {"words", list<std::string>(out.words, {1, 3}, [](std::string& s) { return text(s); })},
            {"wait", duration(out.wait, seconds(1), hours(1))}});
}

std::string said(std::string_view yaml) {
  Sample sample;
  const auto status = read_document(yaml, "x.yaml", section(sample, read_sample));
  return status ? "accepted" : status.error().text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_reader)

BOOST_AUTO_TEST_CASE(a_good_document_fills_its_struct) {
  Sample s;
  const auto status = read_document("name: a-1\ncount: 9\non: true\nwords: [x, y]\nwait: 90s\n",
                                    "x.yaml", section(s, read_sample));
  BOOST_REQUIRE(status);
  BOOST_TEST(s.name == "a-1");
  BOOST_TEST(s.count == 9);
  BOOST_TEST(s.on);
  BOOST_TEST(s.words == (std::vector<std::string>{"x", "y"}), boost::test_tools::per_element());
  BOOST_TEST(s.wait.value == 90'000);
}

BOOST_AUTO_TEST_CASE(a_value_out_of_bounds_names_file_line_key_finding_and_what_is_accepted) {
  BOOST_TEST(said("name: a\n\ncount: 10\n") ==
             "x.yaml:3: count: found \"10\", accepted: a whole number from 1 to 9");
}

BOOST_AUTO_TEST_CASE(a_number_is_nothing_but_digits) {
  for (const char* text : {"0", "-1", "1.0", "0x3", "three", "1e0", "99999999999999999999", "''"})
    BOOST_TEST(said("name: a\ncount: " + std::string(text)).find("x.yaml:2: count: found") == 0U,
               text);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_with_those_that_exist) {
  BOOST_TEST(said("name: a\ncuont: 3\n") ==
             "x.yaml:2: cuont: unknown key, accepted: name, count, on, words, wait");
}

BOOST_AUTO_TEST_CASE(a_key_given_twice_is_refused_at_its_second_line) {
  BOOST_TEST(said("name: a\ncount: 3\ncount: 4\n") ==
             "x.yaml:3: count: given twice; keep one of them");
}

BOOST_AUTO_TEST_CASE(a_missing_required_key_is_named) {
  BOOST_TEST(said("count: 3\n") == "x.yaml:1: the key \"name\" is missing");
  BOOST_TEST(said("") == "x.yaml:1: the key \"name\" is missing");
}

BOOST_AUTO_TEST_CASE(an_item_of_a_list_is_named_by_its_place) {
  BOOST_TEST(said("name: a\nwords:\n  - x\n  - [y]\n") ==
             "x.yaml:4: words[1]: found a list of 1, accepted: text of 1 to 128 bytes on one line");
}

BOOST_AUTO_TEST_CASE(a_list_out_of_bounds_is_refused) {
  for (const char* words : {"[]", "[a, b, c, d]", "a", "{a: b}", ""})
    BOOST_TEST(said("name: a\nwords: " + std::string(words)).find("a list of 1 to 3 items") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_flag_is_true_or_false_and_no_other_word) {
  for (const char* word : {"yes", "no", "on", "True", "1", "~"})
    BOOST_TEST(said("name: a\non: " + std::string(word)).ends_with("accepted: true, false"), word);
}

BOOST_AUTO_TEST_CASE(a_duration_out_of_bounds_names_the_bounds) {
  BOOST_TEST(said("name: a\nwait: 2h\n").ends_with("such as 90s or 24h, from 1s to 1h"));
}

BOOST_AUTO_TEST_CASE(every_problem_of_a_file_is_told_at_once) {
  BOOST_TEST(said("name: a b\ncount: 0\nfoo: 1\n") ==
             "x.yaml:1: name: found \"a b\", accepted: 1 to 64 letters, digits, dashes, "
             "underscores and dots\n"
             "x.yaml:2: count: found \"0\", accepted: a whole number from 1 to 9\n"
             "x.yaml:3: foo: unknown key, accepted: name, count, on, words, wait");
}

BOOST_AUTO_TEST_CASE(problems_beyond_the_bound_are_counted) {
  std::string yaml = "name: a\n";
  for (int i = 0; i < 40; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const auto text = said(yaml);
  BOOST_TEST(text.ends_with("\nand 24 more"));
  BOOST_TEST(text.find("k15") != std::string::npos);
  BOOST_TEST(text.find("k16") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_yaml_is_refused_with_its_line) {
  for (const char* yaml : {"name: a\ncount: [1, 2\n", "name: a\n\tcount: 1\n",
                           "name: a\n  count: 1\n", "name: *nobody\n", "name: a\n}\n"}) {
    const auto text = said(yaml);
    BOOST_TEST(text.starts_with("x.yaml:"), text);
    BOOST_TEST(text.find("not YAML") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(a_second_document_is_refused) {
  BOOST_TEST(said("name: a\n---\nname: b\n").find("a second document") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_document_that_is_no_map_is_refused) {
  for (const char* yaml : {"- a\n- b\n", "just text\n", "42\n"})
    BOOST_TEST(said(yaml).find("accepted: a map with the keys name, count") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_no_text_is_refused) {
  BOOST_TEST(said("name: a\n[1, 2]: x\n").find("found a list of 2 as a key") != std::string::npos);
  BOOST_TEST(said("name: a\n? {b: c}\n: x\n").find("found a map as a key") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_and_does_not_end_the_program) {
  for (const char* step : {"[", "{a: ", "- ", "? "}) {
    std::string yaml;
    while (yaml.size() < kDocumentMax.value) yaml += step;
    BOOST_TEST(said(yaml).find("not YAML") != std::string::npos, step);
  }
}

BOOST_AUTO_TEST_CASE(an_alias_that_holds_itself_is_no_endless_loop) {
  BOOST_TEST(said("name: a\nwords: &w [*w]\n") != "accepted");
  BOOST_TEST(said("&top name: a\nwait: &x {x: *x}\n") != "accepted");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused_and_shown_safely) {
  const std::string yaml("name: \"a\\0\\eb\"\n");
  BOOST_TEST(said(yaml).find("found \"a??b\"") != std::string::npos);
  BOOST_TEST(said(std::string("\0\0\0\0", 4)) != "accepted");
  BOOST_TEST(said("name: \xff\xfe\n") != "accepted");
}

BOOST_AUTO_TEST_CASE(a_long_finding_is_cut) {
  const auto text = said("name: a\ncount: " + std::string(5000, '7') + "\n");
  BOOST_TEST(text.size() < 200U);
  BOOST_TEST(text.find("777\"...") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(windows_line_ends_are_read_as_line_ends) {
  BOOST_TEST(said("name: a\r\ncount: 10\r\n").starts_with("x.yaml:2: count: found \"10\""));
}

BOOST_AUTO_TEST_SUITE_END()
