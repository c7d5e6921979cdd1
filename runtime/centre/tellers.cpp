#include "runtime/centre/tellers.hpp"

#include "runtime/centre/words.hpp"
#include "runtime/journal/chain.hpp"

namespace drydock::centre {
namespace {

struct Known {  // one appliance, as registry and planner have it
  ApplianceId id;
  Registry::Row row;
  planner::Stage stage = planner::Stage::none;
  RolloutId rollout;
};

std::optional<std::vector<Known>> known(Machines& machines, std::uint32_t from,
                                        std::uint32_t count) {
  auto rows = copied<Registry>(machines, [from, count](const Registry::Store& store) {
    std::vector<Known> found;
    for (std::uint32_t i = from; i < store.appliances.size() && found.size() < count; ++i)
      found.push_back({store.appliances.key(i), store.appliances.row(i), {}, {}});
    return found;
  });
  if (!rows) return {};
  return copied<Planner>(machines, [known = std::move(*rows)](const Planner::Store& store) {
    auto all = known;
    for (Known& one : all)
      if (const planner::Appliance* plan = store.appliances.get(one.id)) {
        one.stage = plan->stage;
        one.rollout = plan->rollout;
      }
    return all;
  });
}

sinks::FleetRow fleet_row(const Tellers::Parts& parts, const Known& known) {
  const Registry::Row& row = known.row;
  sinks::FleetRow out;
  out.appliance = hex(known.id.value);
  out.client = parts.names->name(NameKind::client, row.client.value);
  out.site = site_of_key(parts.names->name(NameKind::site, row.site.value));
  out.hardware = parts.names->name(NameKind::hardware, row.hardware.value);
  out.lifecycle = name_of(row.lifecycle);
  out.version = row.running.value == 0 ? "" : name_of(row.running);
  out.stage = name_of(known.stage);
  out.rollout = known.rollout.value;
  out.site_mismatch = row.site_mismatch;
  if (const auto heard = parts.presence->heard(known.id)) {
    out.seen_ms = heard->when.value;
    out.journal_head = heard->journal_head;
  }
  return out;
}

std::optional<std::vector<sinks::FleetRow>> fleet(const Tellers::Parts& parts, std::uint32_t from,
                                                  std::uint32_t count) {
  const auto all = known(*parts.machines, from, count);
  if (!all) return {};
  std::vector<sinks::FleetRow> rows;
  for (const Known& one : *all) rows.push_back(fleet_row(parts, one));
  return rows;
}

sinks::RolloutRow rollout_row(RolloutId id, const planner::Rollout& row) {
  const planner::Tally& t = row.tally;
  return {id.value,
          name_of(row.spec.version),
          std::string(name_of(row.phase)),
          sinks::stored_text(row.by.view()),
          sinks::stored_text(row.why.view()),
          sinks::stored_ms(row.created),
          sinks::stored_ms(row.moved),
          t.granted,
          t.exposed,
          t.committed,
          t.install_failed + t.rolled_back + t.silent + t.failed_late};
}

std::optional<std::vector<sinks::RolloutRow>> rollouts(Machines& machines) {
  return copied<Planner>(machines, [](const Planner::Store& store) {
    std::vector<sinks::RolloutRow> rows;
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
      rows.push_back(rollout_row(store.rollouts.key(i), store.rollouts.row(i)));
    return rows;
  });
}

sinks::Source source(const Tellers::Parts& parts) {
  sinks::Source source;
  source.incarnation = incarnation_text(parts.journal->incarnation());
  source.decision_head = [log = parts.log] { return log->head(); };
  source.decisions = [log = parts.log](std::uint64_t from) {
    return log->read(from, from + journal::decisions_read_max - 1);
  };
  source.fleet = [parts](std::uint32_t from, std::uint32_t count) {
    return fleet(parts, from, count);
  };
  source.rollouts = [parts] { return rollouts(*parts.machines); };
  source.evidence = [parts, incarnation = source.incarnation] {
    const journal::Head head = parts.journal->head();
    return sinks::EvidenceHead{incarnation, journal::to_hex(head.link), head.seq};
  };
  source.wall_ms = [parts] { return parts.wall().value; };
  return source;
}

sinks::Shared shared(const Tellers::Parts& parts) {
  sinks::Shared shared;
  shared.take_seen = [p = parts.presence](std::size_t max) { return p->take_untold(max); };
  shared.again = [p = parts.presence](const auto& seen) { p->tell_again(seen); };
  shared.heard = [p = parts.presence](const sinks::Seen& seen) { p->told(seen); };
  shared.take_counts = [r = parts.rate_limit](std::size_t max) { return r->take_untold(max); };
  shared.counted = [r = parts.rate_limit](const sinks::Count& count) { r->told(count); };
  return shared;
}

}  // namespace

Tellers::Tellers(const config::Sinks& sinks, const Parts& parts) {
  if (!sinks.database.empty())
    database_ = std::make_unique<sinks::DatabaseSink>(sinks.database, source(parts));
  if (sinks.redis) cache_ = std::make_unique<sinks::CacheSink>(*sinks.redis, shared(parts));
}

void Tellers::stop() {
  if (database_) database_->stop();
  if (cache_) cache_->stop();
}

void Tellers::look() {
  if (database_) database_->look();
}

std::vector<Tellers::Named> Tellers::standings() const {
  std::vector<Named> all;
  if (database_) all.push_back({"database", database_->standing()});
  if (cache_) all.push_back({"cache", cache_->standing()});
  return all;
}

}  // namespace drydock::centre
