#pragma once
// The deadlines of a worker's connections: one list a phase. A phase always lasts equally long,
// so each list is in order of time, and arming is moving one node to an end.
// Every open connection is in exactly one list. Worker thread only.
#include <array>
#include <chrono>
#include <cstddef>
#include <list>

#include "runtime/http/limits.hpp"

namespace drydock::http {

class Connection;

enum class Phase {
  handshake,
  request,  // the first bytes of a request may be here
  idle,     // between two requests
  answer,   // the handler has it
  send,
  drain,  // refused or finished: waiting for the peer to hang up
};

class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Connection* connection;
    Clock::time_point due;
  };
  using Place = std::list<Entry>::iterator;

  explicit Deadlines(const Limits& limits)
      : timeouts_{limits.handshake_timeout, limits.request_timeout, limits.idle_timeout,
                  limits.answer_timeout,    limits.send_timeout,    limits.drain_timeout} {}

  Place add(Connection& connection, Phase phase) {
    auto& list = list_of(phase);
    return list.insert(list.end(), {&connection, due(phase)});
  }
  void move(Place place, Phase from, Phase to) {
    place->due = due(to);
    list_of(to).splice(list_of(to).end(), list_of(from), place);
  }
  void remove(Place place, Phase phase) { list_of(phase).erase(place); }

  // One whose time has passed, or nullptr.
  Connection* overdue(Clock::time_point now) const {
    for (const auto& list : lists_)
      if (!list.empty() && list.front().due <= now) return list.front().connection;
    return nullptr;
  }
  Connection* any() const {
    for (const auto& list : lists_)
      if (!list.empty()) return list.front().connection;
    return nullptr;
  }

 private:
  static constexpr std::size_t phases = 6;
  std::list<Entry>& list_of(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
  Clock::time_point due(Phase phase) const {
    return Clock::now() + timeouts_[static_cast<std::size_t>(phase)];
  }

  const std::array<std::chrono::milliseconds, phases> timeouts_;  // in the order of Phase
  std::array<std::list<Entry>, phases> lists_;
};

}  // namespace drydock::http
