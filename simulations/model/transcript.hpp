#pragma once
// A turn as lines for a person: the event, then each effect. Coverage sees it here too.
#include "messages/text.hpp"
#include "simulations/coverage/coverage.hpp"
#include "simulations/coverage/turns.hpp"
#include "simulations/model/witness.hpp"

namespace drydock::sim {

template <class M>
[[gnu::noinline]] void write_turn(Witness& witness, std::uint32_t party,
                                  const typename M::Event& event,
                                  const typename EffectsOf<M>::type& effects) {
  witness.told(party, std::string(M::name) + " <- " + to_text(event));
  for (const auto& effect : effects)
    witness.told(party, std::string(M::name) + "   -> " + to_text(effect));
}

template <class M>
void tell_turn(Witness& witness, std::uint32_t party, const typename M::Event& event,
               const typename EffectsOf<M>::type& effects) {
  if (coverage::watching()) coverage::see_turn<M>(event, effects);
  if (witness.follows(party)) write_turn<M>(witness, party, event, effects);
}

}  // namespace drydock::sim
