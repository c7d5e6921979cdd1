#include "simulations/engine/fifo.hpp"

#include <boost/test/unit_test.hpp>
#include <variant>

using namespace drydock;
using namespace drydock::sim;

namespace {

using Queue = Fifo<std::variant<int, char>, 4>;

std::vector<int> taken(Queue& queue) {
  std::vector<int> all;
  while (!queue.empty())
    queue.use_front([&](const auto& held) { all.push_back(std::get<int>(held)); });
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fifo)

BOOST_AUTO_TEST_CASE(who_is_brought_forward_leaves_the_others_in_their_order) {
  Queue queue;
  for (int round = 0; round < 10; ++round) {  // whatever places the earlier ones lay in
    for (int i = 0; i < 4; ++i) queue.add<int>(i);
    queue.bring_forward(2);
    BOOST_TEST(taken(queue) == (std::vector<int>{2, 0, 1, 3}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(others_join_and_are_cleared_while_the_one_in_front_is_read) {
  Queue queue;
  queue.add<int>(1);
  queue.use_front([&](const auto& held) {
    queue.add<int>(2);
    BOOST_TEST(std::get<int>(held) == 1);
  });
  BOOST_TEST(queue.size() == 1u);
  queue.use_front([&](const auto&) {
    queue.clear();
    queue.add<int>(3);
  });
  BOOST_TEST(taken(queue) == (std::vector<int>{3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_goes_round_its_places_while_it_never_runs_empty) {
  Queue queue;
  queue.add<int>(0);
  for (int i = 1; i < 100; ++i) {
    queue.add<int>(i);
    queue.bring_forward(1);
    queue.use_front([&](const auto& held) { BOOST_TEST(std::get<int>(held) == i); });
  }
  BOOST_TEST(taken(queue) == (std::vector<int>{0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
