#pragma once
// The gateway: which requests may enter, and which answer belongs to which. It speaks only of live
// connections, so nothing of it is kept over a restart.
#include "actors/machine.hpp"
#include "messages/centre.hpp"

namespace drydock {

struct Gateway {
  static constexpr const char* name = "gateway";
  static constexpr std::uint32_t id = 18;
  static constexpr std::uint32_t logic_version = 4;
  static constexpr bool durable = false;

  // Check-ins waiting for an answer at once; one more is told to come back.
  static constexpr std::uint32_t waiting_max = 4096;
  static constexpr Duration busy_poll = seconds(30);

  struct RequestArrived {
    static constexpr const char* name = "RequestArrived";
    RequestId request;
    ApplianceId certified;  // what the client certificate says
    ClientId certified_client;
    CheckIn check_in;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &RequestArrived::request),
                        field<2>("certified", &RequestArrived::certified),
                        field<3>("certified_client", &RequestArrived::certified_client),
                        field<4>("check_in", &RequestArrived::check_in)};
    }
    friend bool operator==(const RequestArrived&, const RequestArrived&) = default;
  };
  using Event = std::variant<RequestArrived, AnswerReady>;

  struct Respond {
    static constexpr const char* name = "Respond";
    RequestId request;
    Answer answer;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &Respond::request),
                        field<2>("answer", &Respond::answer)};
    }
    friend bool operator==(const Respond&, const Respond&) = default;
  };
  struct Refuse {  // the certificate and the check-in name different appliances
    static constexpr const char* name = "Refuse";
    RequestId request;
    static constexpr auto fields() { return std::tuple{field<1>("request", &Refuse::request)}; }
    friend bool operator==(const Refuse&, const Refuse&) = default;
  };
  using Effect = std::variant<CheckInArrived, Respond, Refuse>;

  struct Passing {  // all it knows: connections end with the process
    std::uint32_t waiting = 0;
    std::uint64_t refused = 0, turned_away = 0, answered = 0;
    static constexpr auto fields() {
      return std::tuple{
          field<1>("waiting", &Passing::waiting), field<2>("refused", &Passing::refused),
          field<3>("turned_away", &Passing::turned_away), field<4>("answered", &Passing::answered)};
    }
    friend bool operator==(const Passing&, const Passing&) = default;
  };
  struct State {
    Passing passing;
    static constexpr auto fields() { return std::tuple{}; }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  static bool only_answers(const Effect&) noexcept { return true; }
};

}  // namespace drydock
