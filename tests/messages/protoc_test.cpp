// Each struct against protoc's code for the .proto files, both ways.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <boost/test/unit_test.hpp>

#include "messages/appliance.hpp"
#include "messages/centre.hpp"
#include "messages/codec.hpp"
#include "messages/generator.hpp"
#include "messages/helper.hpp"
#include "messages/manifest.hpp"
#include "messages/proto/appliance.pb.h"
#include "messages/proto/centre.pb.h"
#include "messages/proto/helper.pb.h"
#include "messages/proto/manifest.pb.h"
#include "messages/proto/stub.pb.h"
#include "messages/stub.hpp"
#include "messages/text.hpp"
#include "tests/support/seed.hpp"

namespace {

using namespace drydock;

template <class OursType, class TheirsType>
struct Pair {
  using Ours = OursType;
  using Theirs = TheirsType;
};

// A new message is one more line here.
using Pairs =
    std::tuple<Pair<Report, v1::Report>, Pair<Grant, v1::Grant>, Pair<Envelope, v1::Envelope>,
               Pair<Manifest, v1::Manifest>, Pair<Facts, v1::Facts>, Pair<CheckIn, v1::CheckIn>,
               Pair<Wait, v1::Wait>, Pair<Answer, v1::Answer>, Pair<SignedAnswer, v1::SignedAnswer>,
               Pair<CentreStarted, v1::CentreStarted>, Pair<CheckInArrived, v1::CheckInArrived>,
               Pair<ApplianceSeen, v1::ApplianceSeen>, Pair<AnswerReady, v1::AnswerReady>,
               Pair<OperatorAnswered, v1::OperatorAnswered>, Pair<Policy, v1::Policy>,
               Pair<RolloutSpec, v1::RolloutSpec>, Pair<RolloutCreated, v1::RolloutCreated>,
               Pair<RolloutMoved, v1::RolloutMoved>, Pair<GrantIssued, v1::GrantIssued>,
               Pair<ReportsCounted, v1::ReportsCounted>, Pair<DeadlinePassed, v1::DeadlinePassed>,
               Pair<Odds, v1::Odds>, Pair<Exclusion, v1::Exclusion>,
               Pair<StratumCount, v1::StratumCount>, Pair<FleetCounted, v1::FleetCounted>,
               Pair<OrderReleased, v1::OrderReleased>, Pair<SiteDescribed, v1::SiteDescribed>,
               Pair<LocalHours, v1::LocalHours>, Pair<BlackOut, v1::BlackOut>,
               Pair<Calendar, v1::Calendar>, Pair<ResolvedCalendar, v1::ResolvedCalendar>,
               Pair<Decision, v1::Decision>, Pair<Restarted, v1::Restarted>,
               Pair<TimerFired, v1::TimerFired>, Pair<ArmTimer, v1::ArmTimer>,
               Pair<ClockStepped, v1::ClockStepped>, Pair<CheckInDue, v1::CheckInDue>,
               Pair<CheckInAnswered, v1::CheckInAnswered>, Pair<CheckInFailed, v1::CheckInFailed>,
               Pair<OrderDenied, v1::OrderDenied>, Pair<InstallOrdered, v1::InstallOrdered>,
               Pair<InstallCancelled, v1::InstallCancelled>, Pair<UpdateOutcome, v1::UpdateOutcome>,
               Pair<Committed, v1::Outcome>, Pair<TrialWithdrawn, v1::TrialWithdrawn>,
               Pair<CentreReached, v1::CentreReached>, Pair<AttemptOver, v1::AttemptOver>,
               Pair<ReturnDue, v1::ReturnDue>, Pair<ReturnArmed, v1::ReturnArmed>,
               Pair<ReturnRefused, v1::ReturnRefused>, Pair<DriftNoted, v1::DriftNoted>,
               Pair<JournalLost, v1::JournalLost>, Pair<HelperRequest, v1::HelperRequest>,
               Pair<HelperState, v1::HelperState>, Pair<HelperAnswer, v1::HelperAnswer>,
               Pair<StubOrder, v1::StubOrder>>;

constexpr std::uint64_t instances = 200;  // of each struct

template <class T>
T generated(std::uint64_t turn) {
  Dice dice(testing::seed(), 1, turn);
  T x{};
  generate(dice, x);
  return x;
}

std::string bytes_of(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    BOOST_REQUIRE(message.SerializeToCodedStream(&coded));
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protoc)

BOOST_AUTO_TEST_CASE_TEMPLATE(protoc_reads_our_bytes_and_writes_the_same, P, Pairs) {
  for (std::uint64_t n = 0; n < instances; ++n) {
    const auto ours = generated<typename P::Ours>(n);
    const std::string bytes = encode(ours);
    typename P::Theirs theirs;
    BOOST_REQUIRE_MESSAGE(theirs.ParseFromString(bytes), to_text(ours));
    BOOST_REQUIRE_MESSAGE(bytes_of(theirs) == bytes, to_text(ours));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(we_read_what_protoc_writes, P, Pairs) {
  for (std::uint64_t n = 0; n < instances; ++n) {
    const auto ours = generated<typename P::Ours>(n);
    typename P::Theirs theirs;
    BOOST_REQUIRE(theirs.ParseFromString(encode(ours)));
    typename P::Ours read{};
    BOOST_REQUIRE_MESSAGE(decode_from(bytes_of(theirs), read), to_text(ours));
    BOOST_REQUIRE_MESSAGE(read == ours, to_text(ours) + " was read as " + to_text(read));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_field_number_is_known_to_protoc, P, Pairs) {
  // Unknown fields come back out too, so equal bytes alone would not show a missing field.
  for (std::uint64_t n = 0; n < instances; ++n) {
    typename P::Theirs theirs;
    BOOST_REQUIRE(theirs.ParseFromString(encode(generated<typename P::Ours>(n))));
    const auto& unknown = theirs.GetReflection()->GetUnknownFields(theirs);
    BOOST_REQUIRE_EQUAL(unknown.field_count(), 0);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_field_of_protoc_is_known_to_us, P, Pairs) {
  if constexpr (HasFields<typename P::Ours>) {
    int known = 0;
    for_each_field<typename P::Ours>([&](auto f) {
      using Member = std::remove_cvref_t<decltype(std::declval<typename P::Ours>().*(f.member))>;
      const auto* descriptor = P::Theirs::descriptor();
      if constexpr (is_variant<Member>::value) {
        known += static_cast<int>(std::variant_size_v<Member>);
      } else {
        ++known;
        const auto* theirs = descriptor->FindFieldByNumber(static_cast<int>(f.number));
        BOOST_REQUIRE(theirs != nullptr);
        BOOST_TEST(theirs->name() == f.name);
      }
    });
    BOOST_TEST(P::Theirs::descriptor()->field_count() == known);
  } else {
    const auto alternatives = static_cast<int>(std::variant_size_v<typename P::Ours>);
    BOOST_TEST(P::Theirs::descriptor()->field_count() == alternatives);
  }
}

// "If the same field occurs twice, the last value counts; messages are merged."
BOOST_AUTO_TEST_CASE_TEMPLATE(two_messages_in_a_row_are_merged_as_protoc_does, P, Pairs) {
  for (std::uint64_t n = 0; n < instances; ++n) {
    const std::string bytes =
        encode(generated<typename P::Ours>(2 * n)) + encode(generated<typename P::Ours>(2 * n + 1));
    typename P::Ours ours{};
    const bool read = decode_from(bytes, ours);
    if constexpr (is_variant<typename P::Ours>::value) {
      BOOST_TEST(!read);  // a lone variant is one message and nothing behind it
      continue;
    }
    if (!read) continue;  // lists ran over their bound
    typename P::Theirs theirs;
    BOOST_REQUIRE(theirs.ParseFromString(bytes));
    BOOST_REQUIRE_MESSAGE(bytes_of(theirs) == encode(ours), to_text(ours));
  }
}

BOOST_AUTO_TEST_SUITE_END()
