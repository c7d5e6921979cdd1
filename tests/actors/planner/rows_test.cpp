// The planner's rows on disk: what an earlier release wrote is read.
#include <boost/test/unit_test.hpp>

#include "actors/planner/evidence.hpp"
#include "messages/codec.hpp"

using namespace drydock;

BOOST_AUTO_TEST_SUITE(planner_rows)

BOOST_AUTO_TEST_CASE(an_appliance_of_logic_version_1_is_read_without_what_is_gone) {
  planner::Appliance row;
  row.client = {3};
  row.stage = planner::Stage::token;
  row.reached = 0b1110;
  std::string bytes = encode(row);
  for (const std::uint32_t gone : {7u, 10u}) {  // issued, epoch
    wire::put_key(bytes, gone, wire::Type::varint);
    wire::put_varint(bytes, 123'456);
  }
  planner::Appliance read;
  BOOST_REQUIRE(decode_from(bytes, read));
  BOOST_TEST((read == row));
}

BOOST_AUTO_TEST_CASE(a_policy_without_evidence_goes_on_counting) {
  // As it was written before there was evidence: only what is not zero, up to field 9.
  std::string bytes;
  for (const auto& [number, value] :
       {std::pair{1u, 2u}, {2u, 1'500u}, {3u, 9u}, {4u, 3u}, {5u, 1u}}) {
    wire::put_key(bytes, number, wire::Type::varint);
    wire::put_varint(bytes, value);
  }
  planner::Rollout rollout;
  BOOST_REQUIRE(decode_from(bytes, rollout.spec.policy));
  BOOST_TEST(!planner::on_evidence(rollout.spec.policy));
  BOOST_TEST(planner::allowed_in_flight(rollout) == 2U);
  rollout.tally.committed = 4;
  BOOST_TEST(planner::allowed_in_flight(rollout) == 6U);
  rollout.tally.rolled_back = 3;
  BOOST_TEST(planner::must_halt(rollout));
}

BOOST_AUTO_TEST_CASE(an_appliance_takes_no_more_than_two_lines_of_the_cache) {
  BOOST_TEST(sizeof(planner::Appliance) <= 128U);
}

BOOST_AUTO_TEST_SUITE_END()
