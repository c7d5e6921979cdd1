#pragma once
// Operators' changes that wait for what the machines make of them.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "messages/centre.hpp"
#include "runtime/centre/request_ids.hpp"

namespace drydock::centre {

inline constexpr std::size_t operator_requests_max = 256;
inline constexpr std::chrono::seconds operator_answer_timeout{10};

class OperatorRequests {  // any thread
 public:
  explicit OperatorRequests(RequestIds& ids) : ids_(ids) {}

  // Sends what `send(request id)` sends and blocks until it is answered. Nothing: no answer came in
  // time, or too many wait; the change may or may not be made.
  template <class Send>
  std::optional<OperatorAnswered> ask(Send send) {
    const RequestId id = ids_.next();
    if (!enter(id)) return {};
    send(id);
    return leave(id);
  }
  // From the machines. An answer nobody waits for any more is dropped.
  void answered(const OperatorAnswered& answer);
  // Lets everyone go who waits, now and later.
  void close();

 private:
  bool enter(RequestId id);
  std::optional<OperatorAnswered> leave(RequestId id);

  RequestIds& ids_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<RequestId, std::optional<OperatorAnswered>> waiting_;
  bool closed_ = false;
};

}  // namespace drydock::centre
