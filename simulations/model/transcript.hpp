#pragma once
// A turn as lines for a person: the event, then each effect. Coverage sees it here too.
#include "messages/text.hpp"
#include "simulations/coverage/coverage.hpp"
#include "simulations/coverage/turns.hpp"
#include "simulations/model/witness.hpp"

namespace drydock::sim {

template <class M>
void tell_turn(Witness& witness, std::uint32_t party, const typename M::Event& event,
               const typename EffectsOf<M>::type& effects) {
  if (coverage::watching()) coverage::see_turn<M>(event, effects);
  if (!witness.follows(party)) return;
  witness.told(party, std::string(M::name) + " <- " + to_text(event));
  for (const auto& effect : effects)
    witness.told(party, std::string(M::name) + "   -> " + to_text(effect));
}

}  // namespace drydock::sim
