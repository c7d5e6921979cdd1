#pragma once
// The side of root-helper's callers, agent and health-gate. One thread at a time (in the agent a
// detached worker, never an actor: calls block, a read-back for minutes).
#include <string>

#include "messages/helper.hpp"
#include "runtime/files/files.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

inline constexpr Duration helper_answer_limit = minutes(2);  // another client may be served first
inline constexpr Duration read_back_limit = hours(2);

// What became of a request that reached the helper. `slot` is the standby slot after open_standby.
struct HelperReply {
  HelperAnswer answer;
  files::UniqueFd slot;
  bool ok() const { return answer.failure == HelperFailure::none; }
};

class HelperClient {
 public:
  // unreachable when nobody listens there.
  static Result<HelperClient> connect(const std::string& path);

  // An Error means that nothing is known of what the helper did (it hung up, or took too long): ask
  // status() on a new connection. Every request may be repeated.
  Result<HelperReply> status();
  Result<HelperReply> open_standby(const Envelope& grant, const Envelope& manifest);
  Result<HelperReply> verify(const Envelope& manifest);
  Result<HelperReply> arm(const Envelope& token);
  Result<HelperReply> disarm();
  Result<HelperReply> commit(BootId boot, UpdateId update);
  Result<HelperReply> arm_return(UpdateId update);
  Result<HelperReply> excuse(BootId boot, UpdateId update);
  Result<HelperReply> settle_stub();
  Result<HelperReply> reboot();
  Result<HelperReply> restart_unit(const std::string& unit);

 private:
  explicit HelperClient(files::UniqueFd socket) : socket_(std::move(socket)) {}
  Result<HelperReply> ask(const HelperRequest& request, const Envelope* manifest = nullptr,
                          Duration limit = helper_answer_limit);

  files::UniqueFd socket_;
};

}  // namespace drydock::boot
