#include "runtime/kernel/table.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <vector>

#include "runtime/kernel/dice.hpp"
#include "tests/support/seed.hpp"

namespace {

using namespace drydock;

struct Key {
  std::uint64_t value = 0;
  friend bool operator==(Key, Key) = default;
};
using Numbers = Table<Key, int>;

std::vector<std::uint32_t> touched(const Numbers& table) {
  return {table.touched().begin(), table.touched().end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(an_empty_table_finds_nothing_and_is_full) {
  Numbers table;
  BOOST_TEST(table.find({1}) == Numbers::none);
  BOOST_TEST(table.get({1}) == nullptr);
  BOOST_TEST(table.full());
}

BOOST_AUTO_TEST_CASE(a_row_is_found_by_its_key_alone) {
  Numbers table;
  table.reserve(4, 4);
  table.change(table.insert({10})) = 100;
  table.change(table.insert({0})) = 7;  // zero is a key as any other
  BOOST_REQUIRE(table.get({10}) != nullptr);
  BOOST_TEST(*table.get({10}) == 100);
  BOOST_TEST(*table.get({0}) == 7);
  BOOST_TEST(table.find({11}) == Numbers::none);
}

BOOST_AUTO_TEST_CASE(a_touched_row_is_named_once_in_the_order_of_first_touch) {
  Numbers table;
  table.reserve(4, 4);
  for (std::uint64_t n : {1, 2, 3}) table.insert({n});
  table.forget_touched();
  BOOST_TEST(table.touched().empty());
  table.change(2) = 1;
  table.change(0) = 1;
  table.change(2) = 2;
  BOOST_TEST(touched(table) == (std::vector<std::uint32_t>{2, 0}));
  table.forget_touched();
  table.change(2) = 3;
  BOOST_TEST(touched(table) == (std::vector<std::uint32_t>{2}));
}

BOOST_AUTO_TEST_CASE(only_reserve_makes_room) {
  Numbers table;
  table.reserve(2, 8);
  const std::uint32_t room = table.room();
  for (std::uint64_t n = 0; n < room; ++n) table.insert({n});
  BOOST_TEST(table.full());
  table.forget_touched();
  table.reserve(room * 2, 8);
  BOOST_TEST(table.room() >= room);
  for (std::uint64_t n = 0; n < room; ++n) BOOST_TEST(table.find({n}) == n);
}

BOOST_AUTO_TEST_CASE(tells_when_no_more_rows_may_be_touched) {
  Numbers table;
  table.reserve(8, 2);
  for (std::uint64_t n = 0; table.can_change_more(); ++n) table.insert({n});
  BOOST_TEST(table.touched().size() >= 2U);
  table.forget_touched();
  BOOST_TEST(table.can_change_more());
}

BOOST_AUTO_TEST_CASE(holds_what_a_map_would_hold_over_many_growths) {
  Dice dice(testing::seed(), 1, 0);
  Numbers table;
  std::map<std::uint64_t, int> model;
  for (int n = 0; n < 20'000; ++n) {
    const std::uint64_t key = dice.below(4) == 0 ? dice.next() : dice.below(2'000);
    if (table.full()) {
      table.forget_touched();
      table.reserve(table.size() * 2 + 1, 64);
    }
    if (!table.can_change_more()) table.forget_touched();
    std::uint32_t row = table.find({key});
    BOOST_REQUIRE((row == Numbers::none) == !model.contains(key));
    if (row == Numbers::none) row = table.insert({key});
    table.change(row) = model[key] = n;
  }
  BOOST_TEST(table.size() == model.size());
  for (const auto& [key, value] : model) BOOST_REQUIRE(*table.get({key}) == value);
}

BOOST_AUTO_TEST_CASE(the_same_history_gives_the_same_order_whatever_was_reserved) {
  Numbers small, large;
  large.reserve(1'000, 1'000);
  for (std::uint64_t n = 0; n < 300; ++n) {
    if (small.full()) {
      small.forget_touched();
      small.reserve(small.size() + 7, 300);
    }
    small.insert({n * 977 % 301});
    large.insert({n * 977 % 301});
  }
  for (std::uint32_t i = 0; i < large.size(); ++i) BOOST_REQUIRE(small.key(i) == large.key(i));
}

BOOST_AUTO_TEST_SUITE_END()
