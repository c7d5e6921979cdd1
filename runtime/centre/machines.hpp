#pragma once
// The centre's three machines as the rest of this folder sees them: events go in, and a store can
// be looked at between two turns. Nothing here decides, and nothing here knows CAF.
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "actors/gateway/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"

namespace drydock::centre {

// Every function may be called from any thread and returns at once. A look runs on the machine's
// thread, after all events sent before it, and must be short; after an end of the machine it is
// thrown away unrun.
class Machines {
 public:
  virtual ~Machines() = default;
  virtual void tell(const Gateway::Event& event) = 0;
  virtual void tell(const Registry::Event& event) = 0;
  virtual void tell(const Planner::Event& event) = 0;
  virtual void look(std::function<void(const Gateway::Store&)> look) = 0;
  virtual void look(std::function<void(const Registry::Store&)> look) = 0;
  virtual void look(std::function<void(const Planner::Store&)> look) = 0;
};

inline constexpr std::chrono::seconds look_timeout{5};

// What `copy` answers when it looks at M's store; nothing when the machine did not come to it in
// time. Blocks: never from a machine's or a server's thread. `copy` may outlive the caller's wait,
// so it owns what it uses.
template <class M, class Copy>
auto copied(Machines& machines, Copy copy) {
  using Answer = std::invoke_result_t<Copy, const typename M::Store&>;
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  machines.look(std::function<void(const typename M::Store&)>(
      [promise, copy = std::move(copy)](const typename M::Store& store) {
        promise->set_value(copy(store));
      }));
  promise.reset();
  std::optional<Answer> answer;
  if (future.wait_for(look_timeout) != std::future_status::ready) return answer;
  try {
    answer = future.get();
  } catch (const std::future_error&) {  // thrown away unrun
  }
  return answer;
}

}  // namespace drydock::centre
