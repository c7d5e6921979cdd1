#include <boost/test/unit_test.hpp>

#include "messages/appliance.hpp"
#include "messages/centre.hpp"
#include "messages/codec.hpp"
#include "messages/digest.hpp"
#include "messages/generator.hpp"
#include "messages/manifest.hpp"
#include "messages/text.hpp"
#include "tests/support/seed.hpp"

namespace {

using namespace drydock;

using Messages = std::tuple<Facts, Report, Grant, Answer, CheckIn, Envelope, SignedAnswer, Manifest,
                            Policy, RolloutSpec, Decision, Restarted, UpdateOutcome>;

template <class T>
T generated(std::uint64_t turn) {
  Dice dice(testing::seed(), 5, turn);
  T x{};
  generate(dice, x);
  return x;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE_TEMPLATE(differs_when_any_single_field_differs, T, Messages) {
  for (std::uint64_t n = 0; n < 50; ++n) {
    const T x = generated<T>(2 * n), y = generated<T>(2 * n + 1);
    for_each_field<T>([&](auto f) {
      T changed = x;
      changed.*(f.member) = y.*(f.member);
      const bool same = changed.*(f.member) == x.*(f.member);
      BOOST_TEST((digest_of(changed) == digest_of(x)) == same, f.name << " of " << to_text(x));
    });
  }
}

BOOST_AUTO_TEST_CASE(depends_on_the_content_and_not_on_its_history) {
  Report a;
  a.detail = "a long detail that leaves bytes behind";
  a.detail = "short";
  Report b;
  b.detail = "short";
  BOOST_TEST(digest_of(a) == digest_of(b));
  Reports emptied;
  emptied.add(a);
  emptied.clear();
  BOOST_TEST(digest_of(emptied) == digest_of(Reports{}));
}

BOOST_AUTO_TEST_CASE(a_byte_moved_from_one_text_to_the_next_changes_it) {
  Envelope a{"ab", "c", "", ""}, b{"a", "bc", "", ""};
  BOOST_TEST(digest_of(a) != digest_of(b));
}

BOOST_AUTO_TEST_CASE(is_the_same_on_every_machine) {
  // Compared between builds and written into journals: this number may not change.
  Report report;
  report.seq = {7};
  report.kind = ReportKind::committed;
  report.detail = "boot";
  BOOST_TEST(digest_of(report) == 0xc4a5998b0bb10464ULL);
}

BOOST_AUTO_TEST_SUITE_END()
