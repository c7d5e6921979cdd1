#pragma once
// Where an effect goes. An effect that is an event of peer machines is delivered to each of them,
// in the order of the list; every other effect is for the world. Nobody keeps a routing table.
#include "actors/machine.hpp"

namespace drydock {

template <class... Ms>
struct Peers {};

// Calls to_peer(std::type_identity<M>, held event) for every peer that takes it, else
// to_world(effect).
template <class... Ms, class Effect, class ToPeer, class ToWorld>
void route(Peers<Ms...>, const Effect& effect, ToPeer&& to_peer, ToWorld&& to_world) {
  std::visit(
      [&](const auto& held) {
        using T = std::remove_cvref_t<decltype(held)>;
        if constexpr ((holds<typename Ms::Event, T> || ...)) {
          const auto offer = [&](auto machine) {
            using M = typename decltype(machine)::type;
            if constexpr (holds<typename M::Event, T>) to_peer(machine, held);
          };
          (offer(std::type_identity<Ms>{}), ...);
        } else {
          to_world(held);
        }
      },
      effect);
}

}  // namespace drydock
