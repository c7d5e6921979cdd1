#include "runtime/command/watch.hpp"

#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/rollout_view.hpp"

namespace drydock::command {
namespace {

constexpr std::size_t bar_columns = 24;
constexpr Duration worth_a_word = minutes(1);  // of standing still

std::string line_of(const RolloutView& view, const Pace& pace) {
  std::string out = fmt::format("{} {}/{} committed, {} in flight, {} of {} failures",
                                bar(view.committed, view.targets, bar_columns), view.committed,
                                view.targets, view.in_flight, view.failures, view.failure_limit);
  if (view.phase != "running") return out + ", " + view.phase;
  if (view.waits >= worth_a_word && !view.waits_for.empty())
    return out + fmt::format(", for {} it waits for {}", human_span(view.waits), view.waits_for);
  if (const double rate = pace.committed_per_minute(); rate > 0)
    out += fmt::format(", {:.1f}/min", rate);
  if (const auto left = pace.remaining(view.targets - std::min(view.targets, view.committed)))
    out += fmt::format(", {} left", human_span(*left));
  return out;
}

Json object_of(const RolloutView& view, const Pace& pace) {
  const RolloutEnd end = end_of(view);
  const auto left = pace.remaining(view.targets - std::min(view.targets, view.committed));
  return {{"rollout", view.rollout},
          {"version", view.version},
          {"phase", view.phase},
          {"targets", view.targets},
          {"committed", view.committed},
          {"in_flight", view.in_flight},
          {"failures", view.failures},
          {"failure_limit", view.failure_limit},
          {"waits_for", view.waits_for},
          {"waits_ms", view.waits.value},
          {"committed_per_minute", pace.committed_per_minute()},
          {"remaining_ms", left ? Json(left->value) : Json(nullptr)},
          {"ended", end == RolloutEnd::not_yet ? Json(nullptr) : Json(name_of(end))}};
}

std::string last_words(const RolloutView& view, RolloutEnd end) {
  const std::string what = fmt::format("Rollout {} to {} ", view.rollout, view.version);
  const std::string by = view.moved_by.empty() ? "the centre" : view.moved_by;
  switch (end) {
    case RolloutEnd::complete:
      return what + fmt::format("is complete: all {} have committed.\n", view.targets);
    case RolloutEnd::halted:
      return what + fmt::format(
                        "was halted by {}: {} of {} committed, {} failures.\n"
                        "Next: drydock rollout status {}, drydock rollout rollback {}\n",
                        by, view.committed, view.targets, view.failures, view.rollout,
                        view.rollout);
    case RolloutEnd::paused:
      return what + fmt::format(
                        "was paused by {}: {} of {} committed.\n"
                        "Next: drydock rollout resume {}\n",
                        by, view.committed, view.targets, view.rollout);
    case RolloutEnd::settled:
    case RolloutEnd::not_yet: break;
  }
  return what + fmt::format(
                    "has nothing more to do: {} of {} committed, {} ended badly.\n"
                    "Next: drydock appliance list, drydock why APPLIANCE\n",
                    view.committed, view.targets, view.ended_badly);
}

Exit exit_of(RolloutEnd end) {
  switch (end) {
    case RolloutEnd::complete: return Exit::done;
    case RolloutEnd::halted: return Exit::halted;
    case RolloutEnd::paused: return Exit::paused;
    case RolloutEnd::settled:
    case RolloutEnd::not_yet: break;
  }
  return Exit::failed;
}

bool may_come_back(const Error& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::timed_out;
}

class Watch {
 public:
  explicit Watch(Console& console)
      : console_(console),
        line_(console.world().out, console.world().out_is_terminal, console.world().columns) {}

  void saw(const RolloutView& view) {
    pace_.saw(console_.world().up(), view.committed);
    // What it waits for is said once it has stood still for long enough, and when that changes.
    const bool stands = view.waits >= worth_a_word;
    RolloutView told = view.without_time();
    if (!stands) told.waits_for.clear();
    const bool changed = !told_ || !(*told_ == told);
    told_ = std::move(told);
    before_ = view;
    if (console_.json()) {
      if (changed) console_.result(object_of(view, pace_), "");
    } else if (changed || line_.redraws()) {
      line_.show(line_of(view, pace_));
    }
  }
  void unanswered(const Error& error) {
    if (!console_.json() && line_.redraws()) line_.show("waiting for the centre: " + error.text);
  }
  bool answered_before() const { return before_.has_value(); }
  Exit finish(RolloutEnd end) {
    line_.end();
    if (!console_.json()) console_.result({}, last_words(*before_, end));
    return exit_of(end);
  }
  Exit give_up(const Error& error) {
    line_.end();
    return console_.failed(error);
  }

 private:
  Console& console_;
  LiveLine line_;
  Pace pace_;
  std::optional<RolloutView> before_;
  std::optional<RolloutView> told_;  // what was shown last
};

}  // namespace

Exit watch(const std::string& rollout, Duration every, Session& session, Centre& centre) {
  Watch watch(session.console);
  unsigned unanswered = 0;
  for (;;) {
    const auto answer = centre.get("/v1/rollouts/" + rollout);
    if (answer) {
      unanswered = 0;
      const auto view = read_rollout(*answer);
      if (!view) return watch.give_up(view.error());
      watch.saw(*view);
      if (const RolloutEnd end = end_of(*view); end != RolloutEnd::not_yet)
        return watch.finish(end);
    } else {
      ++unanswered;
      if (!may_come_back(answer.error()) || !watch.answered_before() ||
          unanswered == unanswered_max)
        return watch.give_up(answer.error());
      watch.unanswered(answer.error());
    }
    session.console.world().pause(every);
  }
}

}  // namespace drydock::command
