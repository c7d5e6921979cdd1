#include "simulations/model/centre.hpp"

#include <algorithm>
#include <utility>

#include "simulations/coverage/coverage.hpp"
#include "simulations/model/transcript.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t entity = 0;
// Rows one step may touch. A start touches every appliance that had a proposal under way.
constexpr std::uint32_t touched_max = Planner::proposals_max + 64;

}  // namespace

Centre::Centre(Ground& ground, std::uint32_t appliances)
    : ground_(ground),
      appliances_(appliances),
      gateway_(ground.seed, entity),
      registry_(ground.seed, entity),
      planner_(ground.seed, entity),
      log_(ground.scenario, ground.seed) {
  registry_.store().appliances.reserve(appliances, touched_max);
  planner_.store().appliances.reserve(appliances, touched_max);
  planner_.store().sites.reserve(appliances, touched_max);
  planner_.store().rollouts.reserve(Planner::rollouts_max, Planner::rollouts_max);
  planner_.store().strata.reserve(Planner::rollouts_max * strata_max, touched_max);
}

WallTime Centre::wall() const { return Ground::midnight + Duration{ground_.run.now().value}; }

void Centre::later(Kind kind, Duration after, std::uint32_t number, std::uint8_t detail) {
  ground_.run.schedule(0, after, {0, process_, number, kind, detail, 0});
}

bool Centre::point() {
  ++points_;
  if (ground_.healed()) return true;
  if (std::find(kill_at_.begin(), kill_at_.end(), points_) == kill_at_.end()) return true;
  kill();
  return false;
}

void Centre::drain() {
  while (!local_.empty()) {
    local_.use_front([&](const Local& local) {
      if (const auto* event = std::get_if<Gateway::Event>(&local)) take(gateway_, *event);
      if (const auto* event = std::get_if<Registry::Event>(&local)) take(registry_, *event);
      if (const auto* event = std::get_if<Planner::Event>(&local)) take(planner_, *event);
    });
  }
}

template <class M>
void Centre::take(Stepper<M>& stepper, const typename M::Event& event) {
  auto& effects = std::get<typename EffectsOf<M>::type>(ground_.effects);
  const Instant now = ground_.run.now();
  const bool idle = stepper.step(event, now, wall(), WallTrust::synchronised, effects);
  stepper.close();
  tell_turn<M>(ground_.witness, 0, event, effects);
  if constexpr (std::is_same_v<M, Planner>) {
    if (const auto* decided = std::get_if<Planner::Decided>(&event)) {
      ground_.witness.decided(*decided, stepper.store());
      log_.forget_through(stepper.store().head.decided);
    }
  }
  const std::uint32_t process = process_;
  for (const auto& effect : effects) {
    // A check-in that changes nothing is no place for a fault: all of them would strike there.
    if (!idle && !point()) return;
    route(
        Machines{}, effect,
        [&](auto machine, const auto& told) { post<typename decltype(machine)::type>(told); },
        [&](const auto& own) { act(own); });
    if (process != process_) return;
  }
}

// --- effects -----------------------------------------------------------------------------------

void Centre::act(const ArmTimer& effect) {
  later(Kind::sweep_due, effect.after, effect.generation, effect.tag);
}

void Centre::act(const Planner::Propose& effect) {
  const auto tellings = log_.propose(effect.decision, ground_.run.now());
  SOMETIMES(!tellings.first.taken && !tellings.second, "the log refuses a decision");
  SOMETIMES(tellings.second, "the log takes what it said it did not know");
  tell(tellings.first);
  if (tellings.second) tell(*tellings.second);
}

void Centre::tell(const SimulatedLog::Telling& telling) {
  const LogLetter letter{telling.taken.has_value(),
                         {telling.taken.value_or(Position{}), telling.decision}};
  later(Kind::log_answer, telling.at - ground_.run.now(), log_letters_.put(letter));
}

void Centre::act(const OperatorAnswered& effect) { operator_answers_.push_back(effect); }

std::optional<Centre::Waiting> Centre::taken(RequestId request) {
  if (current_ && current_->request == request) return std::exchange(current_, std::nullopt);
  const auto found = waiting_.find(request.value);
  if (found == waiting_.end()) return std::nullopt;  // asked of an earlier process
  const Waiting waiting = found->second;
  waiting_.erase(found);
  return waiting;
}

void Centre::act(const Gateway::Respond& effect) {
  const std::optional<Waiting> to = taken(effect.request);
  if (!to) return;
  ground_.witness.answer_left(to->sender, effect.answer);
  const SiteId site = identity_of(to->sender, ground_.scenario.fleet).site;
  const Carried carried = ground_.carry(0, site, ++responses_);
  const Duration patience = ground_.scenario.times.request;
  SOMETIMES(to->on_the_way >= patience, "an answer finds nobody waiting");
  if (to->on_the_way >= patience) return;  // it has hung up, and knows
  if (!carried.first || to->on_the_way + *carried.first >= patience) return fail(*to, patience);
  outlasts(*to, *carried.first);
  for (const auto& after : {carried.first, carried.again}) {
    if (!after) continue;
    const std::uint32_t number = ground_.answers.begin();
    ground_.answers[number].answer = effect.answer;
    ground_.run.schedule(0, *after, {to->sender, to->process, number, Kind::answer, 0, 0});
  }
}

void Centre::act(const Gateway::Refuse& effect) {
  if (const auto to = taken(effect.request)) fail(*to, ground_.scenario.network.latency.middle());
}

void Centre::fail(const Waiting& waiting, Duration after) {
  outlasts(waiting, after);
  ground_.run.schedule(0, after,
                       {waiting.sender, waiting.process, waiting.serial, Kind::no_answer, 0, 0});
}

// Does what comes of a check-in come later than its sender waits for it?
void Centre::outlasts(const Waiting& waiting, Duration after) {
  if ((ground_.run.now() + after).value >= waiting.patience_ms)
    ground_.impatient.push_back({waiting.sender, waiting.process, waiting.serial});
}

// --- what happens --------------------------------------------------------------------------------

void Centre::request(CheckInLetter& letter) {
  Waiting from{
      {}, letter.sender, letter.process, letter.serial, letter.patience_ms, letter.on_the_way};
  if (!up_ || holding_) return fail(from, ground_.scenario.network.latency.middle());
  const RequestId request = from.request = {++requests_};
  current_ = from;
  const Identity certified = identity_of(letter.sender, ground_.scenario.fleet);
  letter.arrived.request = request;
  letter.arrived.certified = certified.id;
  letter.arrived.certified_client = certified.client;
  post<Gateway>(letter.arrived);
  drain();
  if (!current_) return;
  // It waits for the log: from here on its sender's patience counts.
  waiting_[request.value] = *current_;
  current_.reset();
  ground_.impatient.push_back({from.sender, from.process, from.serial});
}

void Centre::prefetch_places(std::uint32_t letter) const {
  const ApplianceId id = ground_.check_ins[letter].arrived.check_in.facts.appliance;
  registry_.store().appliances.prefetch_place(id);
  planner_.store().appliances.prefetch_place(id);
}

void Centre::prefetch_rows(std::uint32_t letter) const {
  const ApplianceId id = ground_.check_ins[letter].arrived.check_in.facts.appliance;
  registry_.store().appliances.prefetch_row(id);
  planner_.store().appliances.prefetch_row(id);
}

void Centre::begin() {
  for (std::uint32_t i = 1; i <= appliances_; ++i) {
    const Identity who = identity_of(i, ground_.scenario.fleet);
    post<Registry>(
        Registry::ApplianceProvisioned{{++requests_}, who.id, who.client, who.site, who.hardware});
    drain();
  }
  start();
  drain();
}

void Centre::start() {
  if (lost_) go_back();
  up_ = true;
  ++process_;
  post<Planner>(CentreStarted{epoch_floor_});
  // What the log took and the planner has not applied.
  for (const auto& decided : log_.kept()) post<Planner>(decided);
}

void Centre::kill() {
  if (!up_) return;
  SOMETIMES(!waiting_.empty(), "the centre ends with check-ins waiting");
  up_ = false;
  paused_until_ = {};
  ++process_;
  ++restarts_;
  gateways_.absorb(gateway_.mark().chain);
  gateway_ = Stepper<Gateway>(ground_.seed, entity);
  local_.clear();
  log_.restarted();
  for (const auto& [request, waiting] : waiting_)
    fail(waiting, ground_.scenario.network.latency.middle());
  waiting_.clear();
  if (current_) fail(*current_, ground_.scenario.network.latency.middle());
  current_.reset();
  later(Kind::centre_up, ground_.scenario.times.centre_down, 0);
}

void Centre::happen(const Happening& h) {
  // Paused, it reads nothing: what comes in waits in its order, and so do its own timers.
  if (ground_.run.now() < paused_until_ && h.kind != Kind::centre_kill) {
    if (h.kind == Kind::request) {  // nobody knows whether its answer comes in time
      const CheckInLetter& letter = ground_.check_ins[h.number];
      ground_.impatient.push_back({letter.sender, letter.process, letter.serial});
    }
    return ground_.run.schedule(0, paused_until_ - ground_.run.now(), h);
  }
  const bool lives = up_ && h.life == process_;
  if (h.kind == Kind::request) {
    request(ground_.check_ins[h.number]);
    ground_.check_ins.drop(h.number);
  } else if (h.kind == Kind::log_answer) {
    const LogLetter letter = log_letters_.take(h.number);
    if (lives && letter.taken) post<Planner>(letter.decided);
    if (lives && !letter.taken) post<Planner>(Planner::NotDecided{letter.decided.decision});
  } else if (h.kind == Kind::sweep_due) {
    if (lives) post<Planner>(TimerFired{h.detail, h.number});
  } else if (h.kind == Kind::centre_kill) {
    kill();
  } else if (h.kind == Kind::centre_pause) {
    SOMETIMES(up_, "the centre is paused");
    if (ground_.healed()) return;
    paused_until_ = ground_.run.now() + ground_.scenario.faults.centre_pause;
  } else if (h.kind == Kind::centre_up) {
    if (!up_) start();
  } else if (h.kind == Kind::centre_backup) {
    take_backup();
  } else if (h.kind == Kind::centre_lost) {
    lost_ = true;
    kill();
  }
  drain();
  if (holding_) hold_rollouts();
}

}  // namespace drydock::sim
