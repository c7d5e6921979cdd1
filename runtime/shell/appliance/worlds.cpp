#include "runtime/shell/appliance/worlds.hpp"

#include <algorithm>

#include "runtime/boot/gate_log.hpp"
#include "runtime/boot/projections.hpp"
#include "runtime/checks/command.hpp"
#include "runtime/checks/host.hpp"
#include "runtime/kernel/overloaded.hpp"
#include "runtime/remedies/remedies.hpp"
#include "runtime/shell/owed_reports.hpp"
#include "runtime/windows/windows.hpp"

namespace drydock::shell {
namespace {

appliance::InstallPlaces places(const Ground& ground) {
  return {ground.centre, ground.config.paths.root_helper, ground.config.paths.data};
}

// Carries one request to root-helper; `done` hears what came of it, an unreachable helper included.
template <class Ask>
Result<boot::HelperReply> ask_helper(const std::string& socket, Ask ask) {
  auto helper = boot::HelperClient::connect(socket);
  if (!helper) return helper.error();
  return ask(*helper);
}

struct Refusal {
  Reason reason = Reason::none;
  std::string text;
};
Refusal refusal(const Result<boot::HelperReply>& reply) {
  if (!reply) return {Reason::io_error, reply.error().text};
  if (reply->ok()) return {};
  const Reason reason =
      reply->answer.reason == Reason::none ? Reason::helper_refused : reply->answer.reason;
  return {reason, reply->answer.text};
}

}  // namespace

Worlds::Worlds(Ground ground, std::unique_ptr<http::Client> client,
               std::shared_ptr<ApplianceDirectory> directory)
    : ground_(std::move(ground)),
      directory_(std::move(directory)),
      link_(std::move(client), ground_.keys,
            appliance::EnvelopeFiles(ground_.config.paths.data + "/update/orders")),
      orders_(ground_.config.paths.data + "/update/orders"),
      install_work_(places(ground_), ground_.keys,
                    [this](const Updater::Event& event) { directory_->post<Updater>(event); }) {}

template <class T>
void Worlds::tell(const T& event) {
  const auto offer = [&](auto machine) {
    using M = typename decltype(machine)::type;
    if constexpr (holds<typename M::Event, T>) directory_->post<M>(event);
  };
  // The reporter first: it is to know an answer's mark before a check-in states its epoch (0011).
  offer(std::type_identity<Reporter>{});
  offer(std::type_identity<Scheduler>{});
  offer(std::type_identity<Updater>{});
  offer(std::type_identity<HealthGate>{});
  offer(std::type_identity<Healer>{});
}
template void Worlds::tell(const Restarted&);
template void Worlds::tell(const JournalLost&);
template void Worlds::tell(const HealthGate::LimitsSet&);

void Worlds::stop() {
  std::lock_guard lock(stop_mutex_);
  install_stop_.request_stop();
}

// --- scheduler -----------------------------------------------------------------------------

World<Scheduler> Worlds::scheduler() {
  return [this](const Scheduler::Effect& effect) {
    std::visit(overloaded{
                   [&](const Scheduler::ResolveWindow& e) {
                     house_.give([this, e] { resolve_window(e.at); });
                   },
                   [&](const Scheduler::ArmTrial& e) { helper_.give([this, e] { arm(e); }); },
                   [&](const Scheduler::DisarmTrial&) {
                     helper_.give([this] {
                       const auto why = refusal(ask_helper(ground_.config.paths.root_helper,
                                                           [](auto& h) { return h.disarm(); }));
                       if (why.reason != Reason::none) spdlog::error("disarming: {}", why.text);
                     });
                   },
                   [&](const Scheduler::ArmReturn& e) {
                     helper_.give([this, e] { arm_return(e.update); });
                   },
                   [&](const Scheduler::Reboot& e) {
                     helper_.give([this, e] {
                       spdlog::info("trial {}: rebooting", hex(e.update.value));
                       if (auto parked = ground_.clock.park(); !parked)
                         spdlog::warn("clock: {}", parked.error().text);
                       const auto why = refusal(ask_helper(ground_.config.paths.root_helper,
                                                           [](auto& h) { return h.reboot(); }));
                       if (why.reason != Reason::none) spdlog::error("rebooting: {}", why.text);
                     });
                   },
                   [](const auto&) {},  // goes to a peer or a timer
               },
               effect);
  };
}

void Worlds::resolve_window(WallTime at) {
  Scheduler::WindowResolved event;
  const auto& spec = ground_.config.maintenance;
  if (spec.always_open()) {
    event.always = true;
  } else if (auto schedule = windows::resolve(spec, at); !schedule) {
    spdlog::error("maintenance windows: {}", schedule.error().text);  // closed, then
  } else if (auto next = windows::current_or_next(*schedule, at)) {
    event.opens = next->start;
    event.closes = next->end;
  }
  directory_->post<Scheduler>(event);
}

void Worlds::arm(const Scheduler::ArmTrial& ask) {
  UpdateOutcome outcome{
      ask.grant.rollout, ask.grant.update, ask.grant.version, Reason::none, 0, {}};
  auto order = orders_.load(hex(ask.grant.order.value));
  const auto reply =
      order ? ask_helper(ground_.config.paths.root_helper, [&](auto& h) { return h.arm(*order); })
            : Result<boot::HelperReply>(order.error());
  const auto why = refusal(reply);
  if (why.reason == Reason::none) return tell(TrialArmed{outcome});
  spdlog::error("update {}: not armed: {}", hex(ask.grant.update.value), why.text);
  outcome.reason = why.reason;
  outcome.detail = Text<40>(why.text);
  tell(ArmRefused{outcome});
}

void Worlds::arm_return(UpdateId update) {
  const auto why = refusal(
      ask_helper(ground_.config.paths.root_helper, [&](auto& h) { return h.arm_return(update); }));
  if (why.reason == Reason::none) {
    spdlog::error(
        "update {}: committed, and the centre was not reached since; trying the slot "
        "before it",
        hex(update.value));
    return directory_->post<Scheduler>(ReturnArmed{update});
  }
  spdlog::error("update {}: no return: {}", hex(update.value), why.text);
  directory_->post<HealthGate>(ReturnRefused{update, why.reason});
}

// --- updater -------------------------------------------------------------------------------

std::stop_token Worlds::new_install_work() {
  std::lock_guard lock(stop_mutex_);
  install_stop_.request_stop();  // what an older piece still does ends soon
  install_stop_ = std::stop_source();
  return install_stop_.get_token();
}

World<Updater> Worlds::updater() {
  return [this](const Updater::Effect& effect) {
    std::visit(
        overloaded{
            [&](const Updater::FetchManifest& e) {
              install_.give([this, e, stop = new_install_work()] { install_work_.fetch(e, stop); });
            },
            [&](const Updater::WriteSlot& e) {
              install_.give([this, e, stop = new_install_work()] {
                project(e);
                install_work_.write(e, stop);
              });
            },
            [&](const Updater::ReadBack& e) {
              install_.give([this, e] { install_work_.read_back(e); });
            },
            [&](const Updater::StopWork&) {
              new_install_work();
              install_.give([this] {
                if (auto s = boot::clear_update_state(ground_.config.paths.data); !s)
                  spdlog::warn("{}", s.error().text);
              });
            },
            [](const auto&) {},
        },
        effect);
  };
}

void Worlds::project(const Updater::WriteSlot& ask) const {
  auto order = orders_.load(hex(ask.order.value));
  Grant grant;
  if (!order || !decode_from(order->payload, grant)) return;  // root-helper will say what is wrong
  boot::UpdateState state;
  state.update = ask.update;
  state.rollout = grant.rollout;
  state.version = grant.version;
  state.target = other(ground_.active);
  state.started = grant.issued;
  if (auto s = boot::write_update_state(ground_.config.paths.data, state); !s)
    spdlog::warn("{}", s.error().text);
}

// --- health gate ---------------------------------------------------------------------------

World<HealthGate> Worlds::health_gate() {
  return [this](const HealthGate::Effect& effect) {
    std::visit(
        overloaded{
            [&](const HealthGate::RunCheck& e) { checks_.give([this, e] { run_check(e.index); }); },
            [&](const HealthGate::ReadGateLog& e) {
              helper_.give([this, e] { read_gate_log(e.from); });
            },
            [&](const HealthGate::CommitSlot& e) { helper_.give([this, e] { commit(e); }); },
            [](const auto&) {},
        },
        effect);
  };
}

void Worlds::run_check(std::uint8_t index) {
  CheckOutcome outcome = CheckOutcome::unknown;
  if (index < ground_.checks.list.size() && !ground_.checks.list[index].command.empty()) {
    const auto& check = ground_.checks.list[index];
    const auto finished = checks::run({check.command, check.timeout});
    outcome = static_cast<CheckOutcome>(finished.outcome);
    if (outcome != CheckOutcome::pass) spdlog::warn("check {}: {}", check.name, finished.reason);
  }
  directory_->post<HealthGate>(HealthGate::CheckFinished{index, outcome});
}

void Worlds::read_gate_log(std::uint32_t from) {
  HealthGate::GateLogEnded ended;
  auto log = boot::GateLog(ground_.config.paths.data + "/update").read(from);
  if (!log) spdlog::error("gate.log: {}", log.error().text);
  if (log && log->damage) spdlog::warn("gate.log: {}", log->damage->text);
  if (log) {
    for (const auto& record : log->records) {
      const auto event = appliance::imported(record);
      ended.head = event.seq;
      directory_->post<HealthGate>(event);
    }
  }
  directory_->post<HealthGate>(ended);
}

void Worlds::commit(const HealthGate::CommitSlot& ask) {
  const auto why = refusal(ask_helper(ground_.config.paths.root_helper,
                                      [&](auto& h) { return h.commit(ask.boot, ask.update); }));
  if (why.reason != Reason::none)
    spdlog::error("update {}: not committed: {}", hex(ask.update.value), why.text);
  else
    spdlog::info("update {}: committed", hex(ask.update.value));
  if (why.reason == Reason::none)
    if (auto s = boot::clear_update_state(ground_.config.paths.data); !s)
      spdlog::warn("{}", s.error().text);
  directory_->post<HealthGate>(HealthGate::CommitEnded{ask.update, why.reason});
  if (why.reason != Reason::none) return;
  // What is committed may bring a new boot stub along; else the gate of the next start asks for it.
  const auto stub = refusal(
      ask_helper(ground_.config.paths.root_helper, [](auto& h) { return h.settle_stub(); }));
  if (stub.reason != Reason::none) spdlog::warn("boot stub: {}", stub.text);
}

void Worlds::become_ready() {
  helper_.give([this] {
    if (ready_) return;
    const auto status =
        refusal(ask_helper(ground_.config.paths.root_helper, [](auto& h) { return h.status(); }));
    const bool routed = appliance::has_route(ground_.config.mcp_url);
    if (status.reason != Reason::none || !routed) {
      spdlog::warn("not ready: {}", routed ? status.text : "no route to " + ground_.config.mcp_url);
      return;  // keep_house asks again
    }
    ready_ = true;
    directory_->post<HealthGate>(HealthGate::AgentReady{ground_.boot});
  });
}

// --- reporter ------------------------------------------------------------------------------

World<Reporter> Worlds::reporter() {
  return [this](const Reporter::Effect& effect) {
    if (const auto* post = std::get_if<Reporter::PostCheckIn>(&effect))
      net_.give([this, ask = *post] { post_check_in(ask); });
  };
}

CheckIn Worlds::message(const Reporter::PostCheckIn& ask) const {
  CheckIn message;
  message.facts = ask.facts;
  const std::string& client = ground_.identity.appliance.client;
  message.facts.client = {name_number(client)};
  message.facts.site_claim = {name_number(client + "/" + ground_.config.site_id)};
  message.journal_head = ground_.journal.head().seq;
  if (ask.count == 0) return message;
  const auto status = ground_.journal.for_each_row(
      reports_table, [&](std::string_view key, std::string_view value) {
        std::uint64_t seq = 0;
        Report report;
        if (!read_key(key, seq) || seq < ask.from.value || seq >= ask.from.value + ask.count)
          return;
        if (decode_from(value, report) && !message.reports.full()) message.reports.add(report);
      });
  if (!status) spdlog::error("reports: {}", status.error().text);
  return message;
}

void Worlds::post_check_in(const Reporter::PostCheckIn& ask) {
  auto reply = link_.check_in(message(ask));
  if (!reply) {
    spdlog::warn("check-in: {}", reply.error().text);
    ++seen_.failed;
    return directory_->post<Scheduler>(CheckInFailed{ask.facts.serial});
  }
  ++seen_.answered;
  seen_.answered_up_ms = ground_.clock.read().up.value;
  if (reply->answer.centre_wall.value != 0) ground_.clock.centre_said(reply->answer.centre_wall);
  if (reply->denied) {
    spdlog::error("check-in: an order came that the order key has not signed; it is not followed");
    directory_->post<Reporter>(*reply->denied);
  }
  tell(CheckInAnswered{reply->answer});
}

// --- healer --------------------------------------------------------------------------------

World<Healer> Worlds::healer() {
  return [this](const Healer::Effect& effect) {
    if (const auto* e = std::get_if<Healer::Observe>(&effect))
      checks_.give([this, check = e->check] { observe(check); });
    if (const auto* e = std::get_if<Healer::Remedy>(&effect))
      helper_.give([this, check = e->check] { remedy(check); });
  };
}

void Worlds::observe(HostCheck check) {
  const Healer::Observed seen = look(check);
  seen_.looks[static_cast<std::size_t>(check)] = seen.level;
  directory_->post<Healer>(seen);
}

Healer::Observed Worlds::look(HostCheck check) const {
  const auto& rules = ground_.config.healer;
  const auto level = [](bool bad) { return bad ? Healer::Level::bad : Healer::Level::good; };
  switch (check) {
    case HostCheck::disk: {
      const auto use = checks::disk_use(rules.disk.path);
      if (!use) return {check, Healer::Level::unknown, 0};
      return {check,
              level(use->used_permille > std::int64_t{rules.disk.used_max.value} ||
                    use->inodes_permille > std::int64_t{rules.disk.inodes_max.value}),
              use->used_permille};
    }
    case HostCheck::clock: {
      const auto use = checks::clock_use(clock::host_clock());
      const std::int64_t offset_ms = std::abs(use.offset_us) / 1000;
      return {check, level(!use.synchronised || offset_ms > rules.clock.offset_max.value),
              offset_ms};
    }
    case HostCheck::process: {
      if (!rules.process) return {check, Healer::Level::unknown, 0};
      const auto& watch = *rules.process;
      const auto found = !watch.pid_file.empty() ? checks::process_by_pid_file(watch.pid_file)
                         : !watch.name.empty()
                             ? checks::process_by_name(watch.name)
                             : checks::unit_active(rules.unit_query, watch.unit, seconds(10));
      if (found.outcome == checks::Outcome::unknown) return {check, Healer::Level::unknown, 0};
      return {check, level(found.outcome == checks::Outcome::fail),
              found.outcome == checks::Outcome::pass ? 1 : 0};
    }
  }
  return {check, Healer::Level::unknown, 0};
}

void Worlds::remedy(HostCheck check) {
  Reason reason = Reason::none;
  const auto& watch = ground_.config.healer.process;
  if (!watch || watch->remedy == remedies::Kind::none) {
    reason = Reason::helper_refused;
  } else {
    const remedies::Ports ports{[this](std::string unit) -> Status {
      const auto why = refusal(ask_helper(ground_.config.paths.root_helper,
                                          [&](auto& h) { return h.restart_unit(unit); }));
      if (why.reason != Reason::none) return Error{ErrorKind::refused, why.text};
      return Done{};
    }};
    if (auto s = remedies::apply({watch->remedy, watch->unit}, ports); !s) {
      spdlog::warn("remedy for {}: {}", name_of(check), s.error().text);
      reason = Reason::helper_refused;
    }
  }
  directory_->post<Healer>(Healer::RemedyEnded{check, reason});
}

// --- house ---------------------------------------------------------------------------------

void Worlds::keep_house() {
  house_.give([this] {
    if (auto kept = ground_.clock.keep(); !kept) spdlog::warn("clock: {}", kept.error().text);
    if (auto step = ground_.clock.take_step()) directory_->post<Scheduler>(ClockStepped{step->by});
  });
  become_ready();
}

}  // namespace drydock::shell
