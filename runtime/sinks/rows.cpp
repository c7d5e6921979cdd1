#include "runtime/sinks/rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "messages/text.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock::sinks {
namespace {

std::string_view word(RolloutMove move) {
  switch (move) {
    case RolloutMove::none: return "";
    case RolloutMove::start: return "start";
    case RolloutMove::pause: return "pause";
    case RolloutMove::resume: return "resume";
    case RolloutMove::halt: return "halt";
    case RolloutMove::retry: return "retry";
    case RolloutMove::expire: return "expire";
    case RolloutMove::approve: return "approve";
  }
  return "unknown";
}

std::string_view word(GrantKind kind) {
  switch (kind) {
    case GrantKind::none: return "";
    case GrantKind::install: return "install";
    case GrantKind::reboot: return "reboot";
  }
  return "unknown";
}

void add_verdicts(const ReportsCounted& counted, DecisionRows& out) {
  const std::string appliance = hex(counted.appliance.value);
  for (const Report& report : counted.reports)
    out.verdicts.push_back({out.decision.position, appliance, report.seq.value,
                            stored_ms(report.wall), std::string(name_of(report.kind)),
                            std::string(name_of(report.reason)), name_of(report.version),
                            hex(report.update.value), stored_text(report.detail.view()),
                            report.rollout.value});
}

// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t character(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf5   ? 0
                           : first >= 0xf0 ? 4
                           : first >= 0xe0 ? 3
                           : first >= 0xc2 ? 2
                                           : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  const unsigned second = at(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90))
    return 0;
  return size;
}

}  // namespace

std::string stored_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (size == 0 || first < 0x20 || first == 0x7f)
      out += '?';
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::int64_t stored_ms(WallTime wall) {
  constexpr std::int64_t end_of_9999 = 253'402'300'799'000;
  return std::clamp<std::int64_t>(wall.value, 0, end_of_9999);
}

Result<DecisionRows> rows_of(const journal::Decision& stored) {
  Decision decision;
  if (!decode_from(stored.bytes, decision))
    return Error{
        ErrorKind::malformed,
        fmt::format("decision {} does not parse; it may be of a newer version", stored.position)};
  DecisionRows out;
  DecisionRow& row = out.decision;
  row.position = stored.position;
  row.at_ms = stored_ms(decision.wall);
  row.by = stored_text(decision.by.view());
  row.why = stored_text(decision.why.view());
  std::visit(overloaded{[&](const RolloutCreated& e) { row.what = name_of(e.spec.version); },
                        [&](const RolloutMoved& e) {
                          row.rollout = e.rollout.value;
                          row.what = word(e.move);
                        },
                        [&](const GrantIssued& e) {
                          row.rollout = e.rollout.value;
                          row.appliance = hex(e.appliance.value);
                          row.what = word(e.kind);
                        },
                        [&](const ReportsCounted& e) {
                          row.appliance = hex(e.appliance.value);
                          add_verdicts(e, out);
                        },
                        [&](const DeadlinePassed& e) {
                          row.appliance = hex(e.appliance.value);
                          if (e.unused) row.what = "unused";
                        },
                        [&](const OrderReleased& e) { row.appliance = hex(e.appliance.value); },
                        [&](const SiteDescribed& e) { row.what = hex(e.site.value); },
                        [&](const FleetCounted& e) { row.rollout = e.rollout.value; }},
             decision.what);
  std::visit([&](const auto& e) { row.kind = std::remove_cvref_t<decltype(e)>::name; },
             decision.what);
  return out;
}

}  // namespace drydock::sinks
