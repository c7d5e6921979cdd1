// The planner: what holds after every turn, whatever the appliances, the operators and the decision
// log do.
#include <boost/test/unit_test.hpp>
#include <map>

#include "actors/planner/evidence.hpp"
#include "actors/planner/openings.hpp"
#include "actors/planner/selection.hpp"
#include "tests/actors/planner/script.hpp"

using namespace drydock;

namespace {

using planner::in_flight;
using planner::Proposing;
using Centre = testing::Driver<Planner>;
constexpr std::uint64_t lives = 40;
constexpr int turns = 600;

template <class Look>
void in_many_lives(Look&& look) {
  for (std::uint64_t life = 0; life < lives; ++life)
    testing::follow<testing::PlannerScript>(testing::seed(), life, turns, look);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(planner_invariants)

BOOST_AUTO_TEST_CASE(the_counts_of_rollouts_and_sites_are_the_rows_counted) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    std::map<std::uint64_t, std::uint32_t> of_rollout, of_site, proposed, exposed, downloading;
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
      const planner::Appliance& row = store.appliances.row(i);
      if (in_flight(row.stage)) ++of_rollout[row.rollout.value];
      if (in_flight(row.stage)) ++of_site[row.site.value];
      if (row.proposing == Proposing::install) ++proposed[row.site.value];
      if (row.stage == planner::Stage::token) ++exposed[row.rollout.value];
      if (row.stage == planner::Stage::granted) ++downloading[row.rollout.value];
    }
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const std::uint64_t id = store.rollouts.key(i).value;
      BOOST_REQUIRE(store.rollouts.row(i).in_flight == of_rollout[id]);
      BOOST_REQUIRE(store.rollouts.row(i).exposed_now == exposed[id]);
      BOOST_REQUIRE(store.rollouts.row(i).downloading == downloading[id]);
    }
    for (std::uint32_t i = 0; i < store.sites.size(); ++i) {
      const std::uint64_t id = store.sites.key(i).value;
      BOOST_REQUIRE(store.sites.row(i).in_flight == of_site[id]);
      BOOST_REQUIRE(store.sites.row(i).proposed == proposed[id]);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_decided_grant_never_exceeds_the_ramp) {
  std::map<std::uint64_t, std::uint32_t> before;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& rollout = store.rollouts.row(i);
      std::uint32_t& last = before[store.rollouts.key(i).value];
      if (rollout.in_flight > last)
        BOOST_REQUIRE(rollout.in_flight <= planner::allowed_in_flight(rollout));
      last = rollout.in_flight;
    }
    if (store.rollouts.size() == 0) before.clear();  // another life
  });
}

// The grant that the last event proposed, if it did.
const GrantIssued* proposed(const Centre& centre) {
  for (const auto& effect : centre.out())
    if (const auto* p = std::get_if<Planner::Propose>(&effect))
      if (const auto* g = std::get_if<GrantIssued>(&p->decision.what)) return g;
  return nullptr;
}

BOOST_AUTO_TEST_CASE(no_cap_is_exceeded_by_a_decided_grant_nor_by_one_on_its_way) {
  int looked = 0;
  std::map<std::uint64_t, std::uint32_t> before;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    if (store.rollouts.size() == 0) before.clear();  // another life
    std::uint64_t all = 0;
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
      all += store.rollouts.row(i).in_flight;
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& r = store.rollouts.row(i);
      const Policy& policy = r.spec.policy;
      std::uint32_t& last = before[store.rollouts.key(i).value];
      if (r.in_flight > last) {
        ++looked;
        if (policy.fleet_at_once != 0) BOOST_REQUIRE(all <= policy.fleet_at_once);
        if (policy.downloads_at_once != 0) BOOST_REQUIRE(r.downloading <= policy.downloads_at_once);
      }
      last = r.in_flight;
    }
    const GrantIssued* g = proposed(centre);
    if (g == nullptr || g->kind != GrantKind::install) return;
    const Policy& policy = store.rollouts.get(g->rollout)->spec.policy;
    const planner::Site* site = store.sites.get(store.appliances.get(g->appliance)->site);
    BOOST_REQUIRE(site->in_flight + site->proposed <= policy.site_at_once);
  });
  BOOST_TEST(looked > 100);
}

BOOST_AUTO_TEST_CASE(a_grant_is_proposed_only_for_a_selected_site_and_a_token_only_in_its_window) {
  int installs = 0, tokens = 0;
  in_many_lives([&](Centre& centre) {
    const GrantIssued* g = proposed(centre);
    if (g == nullptr) return;
    const planner::Rollout& rollout = *centre.store().rollouts.get(g->rollout);
    const planner::Appliance& row = *centre.store().appliances.get(g->appliance);
    if (g->kind == GrantKind::install &&
        (!rollout.spec.sites.empty() || !rollout.spec.labels.empty())) {
      ++installs;
      BOOST_REQUIRE(!planner::leaves_out_site(centre.store(), rollout.spec, row));
    }
    if (g->kind != GrantKind::reboot || rollout.spec.calendar.always_open()) return;
    ++tokens;
    const Turn now{centre.up, centre.wall, centre.trust, {}};
    BOOST_REQUIRE(planner::window_now(centre.store(), g->rollout, now).open);
  });
  BOOST_TEST(installs > 0);
  BOOST_TEST(tokens > 0);
}

BOOST_AUTO_TEST_CASE(nobody_proves_a_release_without_being_counted_as_exposed_to_it) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Tally& t = store.rollouts.row(i).tally;
      const std::uint32_t tries = store.rollouts.row(i).retries + 1u;
      BOOST_REQUIRE((t.exposed <= t.staged && t.committed <= t.exposed));
      BOOST_REQUIRE(t.rolled_back <= t.exposed * tries);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_rollout_that_needs_an_approval_never_runs_without) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& r = store.rollouts.row(i);
      if (!planner::waits_for_approval(r)) continue;
      BOOST_REQUIRE(
          (r.phase == planner::RolloutPhase::created || r.phase == planner::RolloutPhase::halted));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_rollout_with_its_limit_of_failures_is_halted) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& rollout = store.rollouts.row(i);
      if (planner::must_halt(rollout) && rollout.phase != planner::RolloutPhase::created)
        BOOST_REQUIRE((rollout.phase == planner::RolloutPhase::halted));
    }
  });
}

BOOST_AUTO_TEST_CASE(no_answer_gives_a_grant_of_a_rollout_that_does_not_run) {
  in_many_lives([](Centre& centre) {
    const auto* ready = centre.get<AnswerReady>();
    if (ready == nullptr || ready->answer.grant.kind == GrantKind::none) return;
    const planner::Rollout* rollout = centre.store().rollouts.get(ready->answer.grant.rollout);
    BOOST_REQUIRE(rollout != nullptr);
    BOOST_REQUIRE((rollout->phase == planner::RolloutPhase::running));
    BOOST_REQUIRE((ready->answer.grant.expires > centre.wall));
    BOOST_REQUIRE((ready->answer.standing == ready->answer.grant.update));
  });
}

BOOST_AUTO_TEST_CASE(every_appliance_is_counted_at_most_once_in_a_line) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Tally& t = store.rollouts.row(i).tally;
      for (std::uint32_t line : {t.granted, t.staged, t.exposed, t.committed})
        BOOST_REQUIRE(line <= store.appliances.size());
      const std::uint32_t tries = store.rollouts.row(i).retries + 1u;
      BOOST_REQUIRE(t.rolled_back <= store.appliances.size() * tries);
    }
  });
}

BOOST_AUTO_TEST_CASE(exposure_never_passes_what_was_allowed_when_the_token_was_given) {
  std::map<std::uint64_t, planner::Rollout> before;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    if (store.rollouts.size() == 0) before.clear();  // another life
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& now = store.rollouts.row(i);
      const planner::Rollout last = before[store.rollouts.key(i).value];
      before[store.rollouts.key(i).value] = now;
      if (!planner::on_evidence(now.spec.policy)) continue;
      if (now.exposed_now <= last.exposed_now) continue;
      BOOST_REQUIRE(now.exposed_now <= planner::allowed_exposed(last));
      if (now.tally.exposed > last.tally.exposed) {
        BOOST_REQUIRE(now.tally.exposed <= planner::exposure_cap(last));
        BOOST_REQUIRE((last.phase == planner::RolloutPhase::running));
        BOOST_REQUIRE(!now.spec.policy.download_only);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(no_token_is_given_after_a_halt_of_the_whole_or_of_its_part) {
  in_many_lives([](Centre& centre) {
    const auto* ready = centre.get<AnswerReady>();
    if (ready == nullptr || ready->answer.grant.kind == GrantKind::none) return;
    const planner::Appliance* row = centre.store().appliances.get(ready->answer.appliance);
    BOOST_REQUIRE(row != nullptr);
    BOOST_REQUIRE(!planner::part_halted(centre.store(), row->rollout, *row));
    BOOST_REQUIRE(
        (centre.store().rollouts.get(row->rollout)->phase == planner::RolloutPhase::running));
  });
}

BOOST_AUTO_TEST_CASE(a_running_rollout_that_can_grant_grants_and_a_canary_is_never_empty) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& r = store.rollouts.row(i);
      if (r.phase != planner::RolloutPhase::running) continue;
      BOOST_REQUIRE(planner::allowed_exposed(r) >= 1U);
      // With nothing in flight there is room, or it would be held.
      if (r.in_flight + r.proposed == 0) BOOST_REQUIRE(planner::allowed_in_flight(r) >= 1U);
    }
  });
}

BOOST_AUTO_TEST_CASE(whoever_gets_nothing_is_told_why) {
  in_many_lives([](Centre& centre) {
    const auto* ready = centre.get<AnswerReady>();
    if (ready == nullptr || ready->answer.grant.kind != GrantKind::none) return;
    const Planner::Store& store = centre.store();
    const std::uint32_t i = store.appliances.find(ready->answer.appliance);
    if (i == store.appliances.none) return;
    // Nothing stands in its way only where the next check-in brings the next step.
    if (ready->answer.wait.reason != WaitReason::none) return;
    RolloutId governing;
    const Turn now{centre.up, centre.wall, centre.trust, {}};
    BOOST_REQUIRE((Planner::why(store, i, governing, now).reason == WaitReason::none));
    BOOST_REQUIRE((store.rollouts.get(governing)->phase == planner::RolloutPhase::running));
  });
}

BOOST_AUTO_TEST_CASE(a_dead_end_or_a_step_too_far_is_never_granted) {
  in_many_lives([](Centre& centre) {
    for (const auto& effect : centre.out()) {
      const auto* p = std::get_if<Planner::Propose>(&effect);
      const auto* g = p == nullptr ? nullptr : std::get_if<GrantIssued>(&p->decision.what);
      if (g == nullptr || g->kind != GrantKind::install) continue;
      const RolloutSpec& spec = centre.store().rollouts.get(g->rollout)->spec;
      const Version runs = centre.store().appliances.get(g->appliance)->running;
      for (const Version end : spec.dead_ends) BOOST_REQUIRE((runs != end));
      BOOST_REQUIRE((spec.downgrade || (runs >= spec.needs && runs <= spec.version)));
    }
  });
}

BOOST_AUTO_TEST_CASE(the_verdicts_of_a_rollout_are_those_of_its_parts) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& r = store.rollouts.row(i);
      BOOST_REQUIRE(r.verdicts.failed <= r.verdicts.seen);
      planner::Verdicts of_models, of_classes;
      std::uint32_t halted = 0;
      for (std::uint32_t n = 1; n <= r.strata; ++n) {
        const auto* part = store.strata.get(planner::stratum_id(store.rollouts.key(i), n));
        halted += part->halted ? 1 : 0;
        if (part->halted) continue;
        planner::Verdicts& all = part->site_class ? of_classes : of_models;
        all.seen += part->verdicts.seen;
        all.failed += part->verdicts.failed;
      }
      for (const planner::Verdicts& all : {of_models, of_classes})
        BOOST_REQUIRE((all.seen <= r.verdicts.seen && all.failed <= r.verdicts.failed));
      BOOST_REQUIRE(halted == r.parts_halted);
    }
  });
}

BOOST_AUTO_TEST_CASE(the_lives_lead_everywhere) {
  // A script that never gets anywhere would prove nothing.
  std::map<planner::Stage, int> stages;
  std::map<planner::RolloutPhase, int> phases;
  int accepted = 0, parts = 0, judged_classes = 0;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i)
      ++stages[store.appliances.row(i).stage];
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& r = store.rollouts.row(i);
      ++phases[r.phase];
      accepted += r.accepted ? 1 : 0;
    }
    for (std::uint32_t i = 0; i < store.strata.size(); ++i) {
      const planner::Stratum& part = store.strata.row(i);
      parts += part.halted ? 1 : 0;
      judged_classes += part.site_class && part.verdicts.seen > 0 ? 1 : 0;
    }
  });
  BOOST_TEST(stages.size() == 11U);
  BOOST_TEST(phases.size() == 6U);
  BOOST_TEST(accepted > 0);
  BOOST_TEST(parts > 0);
  BOOST_TEST(judged_classes > 0);
}

BOOST_AUTO_TEST_SUITE_END()
