// The gateway: which requests enter.
#include "actors/gateway/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Edge : testing::Driver<Gateway> {
  void request(std::uint64_t number, ApplianceId certified = {77}, ClientId client = {1}) {
    Gateway::RequestArrived e;
    e.request = {number};
    e.certified = certified;
    e.certified_client = client;
    e.check_in.facts.appliance = {77};
    e.check_in.facts.client = {1};
    e.check_in.facts.update = {500};
    e.check_in.facts.serial = 3;
    tell(e);
  }
  bool entered() const { return get<CheckInArrived>() != nullptr; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gateway, Edge)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_state) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Gateway>(entity, 5'000);
  testing::jump<Gateway>(9, 20'000, 1);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(a_check_in_that_its_certificate_vouches_for_enters) {
  request(1);
  BOOST_REQUIRE(entered());
  BOOST_TEST((get<CheckInArrived>()->request.value == 1U));
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_appliance_or_client_is_refused) {
  request(1, {78});
  BOOST_TEST((!entered() && get<Gateway::Refuse>()->request.value == 1U));
  request(2, {77}, {2});
  BOOST_TEST((!entered() && get<Gateway::Refuse>()->request.value == 2U));
  BOOST_TEST(store().passing.refused == 2U);
  BOOST_TEST(store().passing.waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_check_in_that_names_no_appliance_is_refused) {
  tell(Gateway::RequestArrived{});
  BOOST_TEST((!entered() && get<Gateway::Refuse>() != nullptr));
}

BOOST_AUTO_TEST_CASE(an_answer_goes_to_the_request_it_belongs_to) {
  request(1);
  AnswerReady ready;
  ready.request = {1};
  ready.answer.serial = 3;
  tell(ready);
  BOOST_REQUIRE(get<Gateway::Respond>() != nullptr);
  BOOST_TEST((get<Gateway::Respond>()->request.value == 1U));
  BOOST_TEST(get<Gateway::Respond>()->answer.serial == 3U);
}

BOOST_AUTO_TEST_CASE(only_so_many_wait_and_one_more_is_told_to_come_back) {
  for (std::uint64_t n = 1; n <= Gateway::waiting_max; ++n) request(n);
  BOOST_TEST(entered());
  request(5'000);
  BOOST_REQUIRE(!entered());
  const Answer& busy = get<Gateway::Respond>()->answer;
  BOOST_TEST((busy.wait.reason == WaitReason::busy && busy.next_poll == Gateway::busy_poll));
  BOOST_TEST((busy.standing.value == 500U && busy.serial == 3U));  // nothing is taken back
  tell(AnswerReady{{1}, {}});
  request(5'001);
  BOOST_TEST(entered());
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_ever_journaled) {
  static_assert(!Gateway::durable);
  request(1);
  for (const auto& effect : out()) BOOST_TEST(Gateway::only_answers(effect));
}

BOOST_AUTO_TEST_SUITE_END()
