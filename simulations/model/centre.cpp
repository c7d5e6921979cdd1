#include "simulations/model/centre.hpp"

#include <algorithm>

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
  if (std::find(kill_at_.begin(), kill_at_.end(), points_) == kill_at_.end()) return true;
  kill();
  return false;
}

void Centre::drain() {
  while (!local_.empty()) {
    const Local local = local_.front();
    local_.pop_front();
    if (const auto* event = std::get_if<Gateway::Event>(&local)) take(gateway_, *event);
    if (const auto* event = std::get_if<Registry::Event>(&local)) take(registry_, *event);
    if (const auto* event = std::get_if<Planner::Event>(&local)) take(planner_, *event);
  }
}

template <class M>
void Centre::take(Stepper<M>& stepper, const typename M::Event& event) {
  auto& effects = std::get<typename EffectsOf<M>::type>(ground_.effects);
  const Instant now = ground_.run.now();
  stepper.step(event, now, wall(), WallTrust::synchronised, effects);
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
    if (!point()) return;
    route(
        Machines{}, effect,
        [&](auto machine, const auto& peer_event) {
          post<typename decltype(machine)::type>(peer_event);
        },
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
  tell(tellings.first);
  if (tellings.second) tell(*tellings.second);
}

void Centre::tell(const SimulatedLog::Telling& telling) {
  const LogLetter letter{telling.taken.has_value(),
                         {telling.taken.value_or(Position{}), telling.decision}};
  later(Kind::log_answer, telling.at - ground_.run.now(), log_letters_.put(letter));
}

void Centre::act(const OperatorAnswered& effect) { operator_answers_.push_back(effect); }

void Centre::act(const Gateway::Respond& effect) {
  const auto found = waiting_.find(effect.request.value);
  if (found == waiting_.end()) return;  // asked of an earlier process
  const Waiting to = found->second;
  waiting_.erase(found);
  ground_.witness.answer_left(to.sender, effect.answer);
  const auto after = ground_.scenario.network.carry(ground_.seed, 0, ++responses_);
  if (!after) return fail(to, ground_.scenario.times.request);
  ground_.run.schedule(
      0, *after, {to.sender, to.process, ground_.answers.put({effect.answer}), Kind::answer, 0, 0});
}

void Centre::act(const Gateway::Refuse& effect) {
  const auto found = waiting_.find(effect.request.value);
  if (found == waiting_.end()) return;
  fail(found->second, ground_.scenario.network.latency);
  waiting_.erase(found);
}

void Centre::fail(const Waiting& waiting, Duration after) {
  ground_.run.schedule(0, after,
                       {waiting.sender, waiting.process, waiting.serial, Kind::no_answer, 0, 0});
}

// --- what happens --------------------------------------------------------------------------------

void Centre::request(const CheckInLetter& letter) {
  const Waiting from{letter.sender, letter.process, letter.serial};
  if (!up_) return fail(from, ground_.scenario.network.latency);
  const RequestId request{++requests_};
  waiting_[request.value] = from;
  const Identity certified = identity_of(letter.sender);
  post<Gateway>(Gateway::RequestArrived{request, certified.id, certified.client, letter.check_in});
}

void Centre::begin() {
  for (std::uint32_t i = 1; i <= appliances_; ++i) {
    const Identity who = identity_of(i);
    post<Registry>(
        Registry::ApplianceProvisioned{{++requests_}, who.id, who.client, who.site, who.hardware});
  }
  drain();
  start();
  drain();
}

void Centre::start() {
  up_ = true;
  ++process_;
  post<Planner>(CentreStarted{Epoch{1}});
  // What the log took and the planner has not applied.
  for (const auto& decided : log_.kept()) post<Planner>(decided);
}

void Centre::kill() {
  if (!up_) return;
  up_ = false;
  ++process_;
  ++restarts_;
  gateways_.absorb(gateway_.mark().chain);
  gateway_ = Stepper<Gateway>(ground_.seed, entity);
  local_.clear();
  log_.restarted();
  for (const auto& [request, waiting] : waiting_) fail(waiting, ground_.scenario.network.latency);
  waiting_.clear();
  later(Kind::centre_up, ground_.scenario.times.centre_down, 0);
}

void Centre::happen(const Happening& h) {
  const bool lives = up_ && h.life == process_;
  if (h.kind == Kind::request) {
    request(ground_.check_ins.take(h.number));
  } else if (h.kind == Kind::log_answer) {
    const LogLetter letter = log_letters_.take(h.number);
    if (lives && letter.taken) post<Planner>(letter.decided);
    if (lives && !letter.taken) post<Planner>(Planner::NotDecided{letter.decided.decision});
  } else if (h.kind == Kind::sweep_due) {
    if (lives) post<Planner>(TimerFired{h.detail, h.number});
  } else if (h.kind == Kind::centre_kill) {
    kill();
  } else if (h.kind == Kind::centre_up) {
    if (!up_) start();
  }
  drain();
}

}  // namespace drydock::sim
