#include "runtime/gate/verify.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "actors/health_gate/machine.hpp"
#include "runtime/boot/gate_log.hpp"
#include "runtime/boot/helper_client/helper_client.hpp"
#include "runtime/boot/projections.hpp"
#include "runtime/checks/command.hpp"
#include "runtime/clock/host_clock.hpp"
#include "runtime/config/health_checks.hpp"
#include "runtime/files/files.hpp"
#include "runtime/gate/observe.hpp"
#include "runtime/gate/reasons.hpp"
#include "runtime/kernel/overloaded.hpp"
#include "runtime/shell/plain_loop.hpp"

namespace drydock::gate {
namespace {

using Gate = HealthGate;

// The world of one boot's verdict. One thread.
class Boot {
 public:
  Boot(const config::AgentConfig& config, Observation observed)
      : config_(config),
        observed_(std::move(observed)),
        host_(clock::host_clock()),
        log_(config.paths.data + "/update") {}

  shell::Moment now() const { return {host_.since_boot(), host_.wall(), WallTrust::unset}; }

  void act(const Gate::Effect& effect, const shell::PlainLoop<Gate>::Post& post) {
    std::visit(overloaded{
                   [&](const Gate::RunCheck& e) { run(e, post); },
                   [&](const ArmTimer& e) {
                     deadline_ = now().up + e.after;
                     timer_ = {e.tag, e.generation};
                   },
                   [&](const Gate::RecordVerdict& e) { record(e); },
                   [&](const Gate::FallBack&) { fall_back(); },
                   [&](const Gate::GiveBackTry& e) { give_back(e); },
                   [&](const Gate::Conclude& e) { conclude(e); },
                   [](const auto&) {},  // the agent's part of the gate
               },
               effect);
  }
  Exit exit() const { return exit_; }

 private:
  void run(const Gate::RunCheck& ask, const shell::PlainLoop<Gate>::Post& post) {
    const auto& check = observed_.checks[ask.index];
    if (deadline_.value != 0 && now().up >= deadline_) {
      reason_ = "the time for all checks is over";
      return post(timer_);
    }
    const auto finished = checks::run({check.command, check.timeout});
    const auto outcome = static_cast<CheckOutcome>(finished.outcome);
    spdlog::info("check {}: {}", check.name, finished.reason);
    if (outcome != CheckOutcome::pass && reason_.empty() &&
        check.severity == config::Severity::required)
      reason_ = finished.reason;
    post(Gate::CheckFinished{ask.index, outcome});
  }

  void record(const Gate::RecordVerdict& e) {
    boot::GateRecord record;
    record.boot = observed_.boot.boot;
    record.update = e.update;
    record.attempt = e.attempt;
    record.tries_left = observed_.boot.tries_left;
    record.slot = observed_.boot.active;
    record.kind = e.verdict == GateVerdict::passed      ? boot::GateKind::passed
                  : e.verdict == GateVerdict::failed    ? boot::GateKind::failed
                  : e.verdict == GateVerdict::fell_back ? boot::GateKind::fell_back
                  : e.verdict == GateVerdict::excused   ? boot::GateKind::excused
                                                        : boot::GateKind::none;
    record.wall = now().wall;
    record.up = now().up;
    if (e.check < observed_.checks.size()) record.check = observed_.checks[e.check].name;
    record.reason = reason_text(e.reason, reason_);
    if (auto kept = log_.append(record); !kept) fail("gate.log", kept.error());
    if (auto s = boot::write_boot_count(config_.paths.data, e.attempt); !s)
      spdlog::warn("{}", s.error().text);
  }

  void fall_back() {
    if (failed_) return;  // without the record there is no truthful end of the trial
    if (auto s = ask([](auto& helper) { return helper.disarm(); }); !s)
      fail("ending the trial", s.error());
  }

  void give_back(const Gate::GiveBackTry& e) {
    if (failed_) return;  // unwritten excuses would have no end
    const BootId boot = observed_.boot.boot;
    if (auto s = ask([&](auto& helper) { return helper.excuse(boot, e.update); }); !s)
      return fail("giving back a try", s.error());
    spdlog::info("update {}: stopped by somebody, its try is given back", hex(e.update.value));
  }

  // root-helper is the one program that writes the ESP.
  template <class Request>
  Status ask(Request request) {
    auto helper = boot::HelperClient::connect(config_.paths.root_helper);
    if (!helper) return helper.error();
    const auto reply = request(*helper);
    if (!reply) return reply.error();
    if (!reply->ok()) return Error{ErrorKind::refused, "root-helper: " + reply->answer.text};
    return Done{};
  }

  void conclude(const Gate::Conclude& e) {
    exit_ = failed_ ? Exit::failed : static_cast<Exit>(e.status);
    struct rusage used {};
    ::getrusage(RUSAGE_SELF, &used);
    spdlog::info("verdict for update {}: exit {}; {} KiB of memory at most, {} ms of CPU time",
                 hex(observed_.boot.update.value), e.status, used.ru_maxrss,
                 (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
                     (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
  }

  void fail(const std::string& what, const Error& error) {
    spdlog::error("{}: {}", what, error.text);
    failed_ = true;
  }

  const config::AgentConfig& config_;
  Observation observed_;
  clock::HostClock host_;
  boot::GateLog log_;
  Instant deadline_;
  TimerFired timer_;
  std::string reason_;  // of the first required check that did not pass
  bool failed_ = false;
  Exit exit_ = Exit::failed;
};

Exit run(const config::AgentConfig& config, Observation observed, const Gate::Event& first) {
  Boot boot(config, std::move(observed));
  shell::PlainLoop<Gate> loop(
      Stepper<Gate>(0, 0), [&] { return boot.now(); },
      [&](const auto& effect, const auto& post) { boot.act(effect, post); });
  loop.run(first);
  return boot.exit();
}

// The boot is proved, and what started it with it. A stub that cannot be settled now is settled at
// a later start: no verdict depends on it.
void settle_stub(const std::string& socket) {
  auto helper = boot::HelperClient::connect(socket);
  const auto reply = helper ? helper->settle_stub() : Result<boot::HelperReply>(helper.error());
  if (!reply) return spdlog::warn("boot stub: {}", reply.error().text);
  if (!reply->ok()) spdlog::warn("boot stub: {}", reply->answer.text);
  const HelperState& state = reply->answer.state;
  if (state.trial_stub != Slot::none)
    spdlog::info("boot stub {} started this; {} is on trial for order {}", name_of(state.stub),
                 name_of(state.trial_stub), state.trial_stub_serial);
}

// What gate.log says of this update, and of this boot of it.
Status read_past(const config::AgentConfig& config, Gate::StopObserved& out) {
  auto log = boot::GateLog(config.paths.data + "/update").read();
  if (!log) return log.error();
  for (const auto& record : log->records) {
    if (record.update != out.update) continue;
    if (record.kind == boot::GateKind::excused && out.excuses < 0xFF) ++out.excuses;
    if (record.boot != out.boot) continue;
    if (record.kind == boot::GateKind::passed) out.verdict = GateVerdict::passed;
    if (record.kind == boot::GateKind::failed) out.verdict = GateVerdict::failed;
    if (record.kind == boot::GateKind::fell_back) out.verdict = GateVerdict::fell_back;
  }
  return Done{};
}

}  // namespace

Exit verify(const config::AgentConfig& config) {
  if (auto made = files::make_folders(config.paths.data + "/update"); !made) {
    spdlog::error("{}", made.error().text);
    return Exit::failed;
  }
  auto observed = observe(config);
  if (!observed) {
    spdlog::error("observing this boot: {}", observed.error().text);
    return Exit::failed;
  }
  const Gate::BootObserved first = observed->boot;
  const Exit exit = run(config, std::move(*observed), first);
  if (exit == Exit::healthy) settle_stub(config.paths.root_helper);
  return exit;
}

Exit stopping(const config::AgentConfig& config) {
  auto observed = observe(config);
  if (!observed) {
    spdlog::error("observing this boot: {}", observed.error().text);
    return Exit::failed;
  }
  Gate::StopObserved stop;
  stop.boot = observed->boot.boot;
  stop.active = observed->boot.active;
  stop.trial = observed->boot.trial;
  stop.update = observed->boot.update;
  stop.tries_left = observed->boot.tries_left;
  stop.since_boot = clock::host_clock().since_boot() - Instant{};
  stop.boot_deadline = config.boot_deadline;
  if (auto read = read_past(config, stop); !read) {
    spdlog::error("gate.log: {}", read.error().text);
    return Exit::failed;
  }
  return run(config, std::move(*observed), stop);
}

}  // namespace drydock::gate
