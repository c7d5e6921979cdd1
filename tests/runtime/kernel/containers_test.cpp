#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "runtime/kernel/digest.hpp"
#include "runtime/kernel/list.hpp"
#include "runtime/kernel/outbox.hpp"
#include "runtime/kernel/time.hpp"

namespace {
using namespace drydock;
}

BOOST_AUTO_TEST_SUITE(containers)

BOOST_AUTO_TEST_CASE(an_outbox_keeps_the_order_and_tells_its_room) {
  Outbox<int, 3> out;
  BOOST_TEST(out.empty());
  for (int n : {7, 5, 9}) out.add(n);
  BOOST_TEST(std::vector<int>(out.begin(), out.end()) == (std::vector<int>{7, 5, 9}));
  BOOST_TEST(out.room() == 0U);
  out.clear();
  BOOST_TEST(out.room() == 3U);
  BOOST_TEST((out.begin() == out.end()));
}

BOOST_AUTO_TEST_CASE(a_list_is_full_at_its_bound) {
  List<int, 2> list;
  BOOST_TEST(list.empty());
  list.add(1);
  BOOST_TEST(!list.full());
  list.add(2);
  BOOST_TEST(list.full());
  BOOST_TEST(list[1] == 2);
}

BOOST_AUTO_TEST_CASE(lists_are_equal_by_what_they_hold_now) {
  List<int, 4> a, b;
  a.add(1);
  a.add(2);
  a.clear();
  BOOST_TEST((a == b));
  b.add(3);
  BOOST_TEST(!(a == b));
  a.add(3);
  BOOST_TEST((a == b));
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_at_its_bound) {
  const Text<5> text("seven letters");
  BOOST_TEST(text.view() == "seven");
  BOOST_TEST((text == Text<5>("seven")));
  BOOST_TEST(Text<5>("").empty());
}

BOOST_AUTO_TEST_CASE(a_text_is_never_cut_inside_a_character) {
  // Half a character would make the whole message unreadable to strict readers of protobuf.
  BOOST_TEST(Text<4>("abc\xc3\xa9").view() == "abc");
  BOOST_TEST(Text<5>("abc\xc3\xa9").view() == "abc\xc3\xa9");
  BOOST_TEST(Text<5>("abc\xe2\x82\xac").view() == "abc");
  BOOST_TEST(Text<6>("abc\xf0\x9f\x9a\xa2").view() == "abc");
}

BOOST_AUTO_TEST_CASE(times_stop_at_their_ends_and_do_not_wrap) {
  const std::int64_t most = INT64_MAX, least = INT64_MIN;
  BOOST_TEST((Instant{most} + hours(1)).value == most);
  BOOST_TEST((WallTime{least} + milliseconds(-1)).value == least);
  BOOST_TEST((WallTime{most} - WallTime{-1}).value == most);
  BOOST_TEST((Instant{least} - Instant{1}).value == least);
  BOOST_TEST((Duration{most} * 2).value == most);
  BOOST_TEST((Duration{least} * 2).value == least);
  BOOST_TEST((Duration{most} + Duration{most}).value == most);
  BOOST_TEST((Instant{5} + milliseconds(-7)).value == -2);
}

BOOST_AUTO_TEST_CASE(a_digest_depends_on_order_and_on_where_bytes_end) {
  Digest a, b;
  a.absorb(1);
  a.absorb(2);
  b.absorb(2);
  b.absorb(1);
  BOOST_TEST(a.value() != b.value());
  Digest c, d;
  c.absorb_bytes("ab\0", 3);
  d.absorb_bytes("ab", 2);
  BOOST_TEST(c.value() != d.value());
  BOOST_TEST(Digest().value() != Digest(0).value());
}

BOOST_AUTO_TEST_CASE(a_digest_goes_on_from_where_another_ended) {
  Digest whole;
  whole.absorb(1);
  whole.absorb(2);
  Digest first;
  first.absorb(1);
  Digest second(first.value());
  second.absorb(2);
  BOOST_TEST(second.value() == whole.value());
}

BOOST_AUTO_TEST_SUITE_END()
