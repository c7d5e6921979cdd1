#pragma once
// What a decision changes. Everything here happens because the decision log said so.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

using Out = Outbox<Planner::Effect>;

// Something about an appliance is on its way; an install grant counts against the caps until it is
// decided or not.
void set_aside(Planner::Store& store, std::uint32_t row, Proposing what, ProposalId proposal,
               RolloutId rollout) noexcept;

// Undoes what proposing set aside: the appliance, its site, its rollout may be asked about again.
void settle_proposal(Planner::Store& store, const Decision& decision) noexcept;

// After a start: what the previous process had on its way is either in the log or nowhere.
void forget_proposals(Planner::Store& store) noexcept;

// The registry moved the appliance to another site; what it has in flight counts there from now on.
void move_site(Planner::Store& store, std::uint32_t row, SiteId site) noexcept;

void apply(Planner::Store& store, const Decision& decision, Position position, const Turn& turn,
           Out& out) noexcept;

// The answer to a check-in of this appliance as things stand, with the grant that stands for it.
Answer answer_for(const Planner::Store& store, std::uint32_t row, std::uint32_t serial,
                  const Turn& turn) noexcept;
// The same where it is known already who asks, and what it waits for.
Answer answer_for(const Planner::Store& store, std::uint32_t row, const Facts& asks,
                  const Wait& wait, const Turn& turn) noexcept;

}  // namespace drydock::planner
