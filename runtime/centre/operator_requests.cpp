#include "runtime/centre/operator_requests.hpp"

namespace drydock::centre {

bool OperatorRequests::enter(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (closed_ || waiting_.size() >= operator_requests_max) return false;
  waiting_.emplace(id, std::nullopt);
  return true;
}

std::optional<OperatorAnswered> OperatorRequests::leave(RequestId id) {
  std::unique_lock lock(mutex_);
  const auto mine = waiting_.find(id);
  changed_.wait_for(lock, operator_answer_timeout,
                    [&] { return closed_ || mine->second.has_value(); });
  const auto answer = mine->second;
  waiting_.erase(mine);
  return answer;
}

void OperatorRequests::answered(const OperatorAnswered& answer) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(answer.request);
  if (found == waiting_.end()) return;
  found->second = answer;
  changed_.notify_all();
}

void OperatorRequests::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace drydock::centre
