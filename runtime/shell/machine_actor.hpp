#pragma once
// The CAF shell: a typed actor around one machine. It takes the machine's events as messages, keeps
// them in the journal, and lets effects leave once durable: to peer actors, to timers, to the
// world. No decision is made here. CAF appears only in this header, runtime/cluster and
// actors/*/actor.*.
#include <caf/all.hpp>

#include "actors/routing.hpp"
#include "messages/appliance.hpp"
#include "runtime/shell/turns.hpp"

namespace drydock::shell {

struct TurnDurable {  // journal -> actor
  std::uint64_t seq = 0;
};
template <class M>
struct Inspect {  // read-only look at the machine, run between two turns
  std::function<void(const Stepper<M>&)> look;
};

template <class M, class Event>
struct HandleFor;
template <class M, class... Es>
struct HandleFor<M, std::variant<Es...>> {
  using type = caf::typed_actor<caf::reacts_to<Es>..., caf::reacts_to<TurnDurable>,
                                caf::reacts_to<Inspect<M>>>;
};
// The typed handle of a machine's actor: exactly its events, and the two messages of the shell.
template <class M>
using Handle = typename HandleFor<M, typename M::Event>::type;

// The handles of machines that live together. Filled once, before the first event is sent.
template <class... Ms>
struct Directory {
  std::tuple<Handle<Ms>...> handles;
  template <class M>
  Handle<M>& get() {
    return std::get<Handle<M>>(handles);
  }
  // Sends an event of M, from any thread.
  template <class M>
  void post(const typename M::Event& event) {
    std::visit([&](const auto& e) { caf::anon_send(get<M>(), e); }, event);
  }
};

// What an actor needs from its process. All of it outlives the actor.
struct Host {
  journal::Journal* journal = nullptr;
  std::function<Moment()> now;
  std::uint64_t seed = 0;    // of the dice; kept in the journal's notes
  std::uint64_t entity = 0;  // appliance id, or 0 at the centre
};

template <class M>
struct ActorState {
  static inline const char* name = M::name;
  std::unique_ptr<Turns<M>> turns;
};

template <class M, class... Es, class Self>
typename Handle<M>::behavior_type behavior_of(Self self, std::type_identity<std::variant<Es...>>) {
  return {[self](const Es& event) { self->state.turns->take(typename M::Event{event}); }...,
          [self](const TurnDurable& d) { self->state.turns->durable(d.seq); },
          [self](const Inspect<M>& ask) { ask.look(self->state.turns->stepper()); }};
}

// Spawns the actor of M among the peers of `directory`. `world(effect)` carries out what is neither
// a peer's event nor a timer; it runs on the actor's thread and must not block.
template <class M, class... Ms, class World>
Handle<M> spawn_machine(caf::actor_system& system, const Host& host, Stepper<M> stepper,
                        std::shared_ptr<Directory<Ms...>> directory, World world) {
  using Typed = Handle<M>;
  auto body = [=](typename Typed::template stateful_pointer<ActorState<M>> self) mutable ->
      typename Typed::behavior_type {
        const Typed me = self;
        auto leave = [self, directory, world](const typename M::Effect& effect) mutable {
          route(
              Peers<Ms...>{}, effect,
              [&](auto peer, const auto& event) {
                directory->template post<typename decltype(peer)::type>(event);
              },
              [&](const auto& act) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(act)>, ArmTimer>)
                  self->delayed_send(self, std::chrono::milliseconds(act.after.value),
                                     TimerFired{act.tag, act.generation});
                else
                  world(act);
              });
        };
        auto on_durable = [me](std::uint64_t seq) { caf::anon_send(me, TurnDurable{seq}); };
        self->state.turns = std::make_unique<Turns<M>>(std::move(stepper), host.journal, host.now,
                                                       std::move(on_durable), std::move(leave));
        return behavior_of<M>(self, std::type_identity<typename M::Event>{});
      };
  return system.spawn(std::move(body));
}

}  // namespace drydock::shell

// These messages stay inside one process; what crosses nodes goes through messages/codec.hpp.
namespace caf {
template <drydock::HasFields T>
struct allowed_unsafe_message_type<T> : std::true_type {};
template <class M>
struct allowed_unsafe_message_type<drydock::shell::Inspect<M>> : std::true_type {};
template <>
struct allowed_unsafe_message_type<drydock::shell::TurnDurable> : std::true_type {};
}  // namespace caf
