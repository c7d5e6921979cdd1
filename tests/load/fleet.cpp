#include "tests/load/fleet.hpp"

namespace drydock::load {
namespace {

constexpr auto pause_max = std::chrono::milliseconds(50);

}  // namespace

std::string model_name(HardwareId hardware) { return "model-" + std::to_string(hardware.value); }

Fleet::Fleet(const sim::Scenario& scenario, std::uint64_t seed, Lines& lines, Duration spread)
    : ground_(scenario, seed, scenario.appliances + 2, witness_, sim::QueueKind::heap,
              sim::Idle::happens),
      lines_(lines) {
  constexpr std::uint64_t stream = 0x626567;
  appliances_.reserve(scenario.appliances);
  for (std::uint32_t i = 0; i < scenario.appliances; ++i) {
    appliances_.emplace_back(ground_, i + 1);
    Dice dice(seed ^ stream, i, 0);
    const auto after = dice.below(static_cast<std::uint64_t>(spread.value) + 1);
    appliances_.back().begin({static_cast<std::int64_t>(after)});
  }
}

Instant Fleet::now() const {
  const auto since = std::chrono::steady_clock::now() - begin_;
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

void Fleet::step() {
  sim::Run& run = ground_.run;
  while (!run.done() && run.next_at() <= now()) {
    const sim::Happening h = run.next();
    if (h.target != 0) {
      appliances_[h.target - 1].happen(h);
      continue;
    }
    const sim::CheckInLetter letter = ground_.check_ins.take(h.number);
    Letter posted{letter.sender, letter.process, letter.check_in};
    posted.check_in.facts.hardware = {name_number(model_name(posted.check_in.facts.hardware))};
    lines_.post(posted);
  }
  auto until = std::chrono::steady_clock::now() + pause_max;
  if (!run.done()) until = std::min(until, begin_ + std::chrono::milliseconds(run.next_at().value));
  for (const Reply& reply : lines_.replies(until)) take(reply);
}

void Fleet::take(const Reply& reply) {
  sim::Run& run = ground_.run;
  const Duration after{std::max<std::int64_t>(now().value - run.now().value, 0)};
  if (!reply.answer) {
    ++unanswered_;
    run.schedule(0, after,
                 {reply.appliance, reply.process, reply.serial, sim::Kind::no_answer, 0, 0});
    return;
  }
  ++answered_;
  const std::uint32_t number = ground_.answers.put({*reply.answer});
  run.schedule(0, after, {reply.appliance, reply.process, number, sim::Kind::answer, 0, 0});
}

std::map<Version, std::uint32_t> Fleet::running() const {
  std::map<Version, std::uint32_t> count;
  for (const sim::Appliance& appliance : appliances_) ++count[appliance.running()];
  return count;
}

}  // namespace drydock::load
