#include "runtime/config/policy.hpp"

#include <array>

#include "runtime/config/document.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

constexpr std::uint32_t kFleetMax = 10'000'000, kPriorityMax = 100;
constexpr Duration kLongest = hours(24 * 365);

void read_growth(const Value& value, Growth& out) {
  read_map(value, {{"factor", factor(out.factor, {1000}, {1'000'000})},
                   {"max_in_flight", number<std::uint32_t>(out.max_in_flight, 1, kFleetMax)}});
}

void read_evidence(const Value& value, std::optional<Evidence>& out) {
  static constexpr std::array<Word<bool>, 2> parts{{{"part", false}, {"all", true}}};
  Evidence& e = out.emplace();
  read_map(value, {{"tolerated", share(e.tolerated, {1}, {200})},
                   {"cap", share(e.cap, {1}, {500})},
                   {"growth_unproven", factor(e.growth_unproven, {100}, {4000})},
                   {"installs_ahead", factor(e.installs_ahead, {0}, {100'000})},
                   {"part_halts", choice<bool>(e.part_halts_all, parts)}});
}

void read_selection(const Value& value, Selection& out) {
  const auto each = [](std::string& s) { return name(s); };
  read_map(value, {{"clients", list<std::string>(out.clients, {1, kSelectionMax}, each)},
                   {"sites", list<std::string>(out.sites, {1, kSelectionMax}, each)},
                   {"hardware", list<std::string>(out.hardware, {1, kSelectionMax}, each)},
                   {"labels", list<std::string>(out.labels, {1, kSelectionMax}, each)}});
}

constexpr std::array<Word<bool>, 2> approvals{{{"none", false}, {"required", true}}};

void read_policy(const Value& value, PolicySpec& out) {
  constexpr auto some = Presence::required;
  if (value.node().IsMap() && value.node()["evidence"]) {
    out.canary = out.failure_limit = 0;
    out.growth.max_in_flight = kFleetMax;
  }
  read_map(value,
           {{"name", name(out.name), some},
            {"canary", number<std::uint32_t>(out.canary, 1, kFleetMax)},
            {"growth", section(out.growth, read_growth)},
            {"failure_limit", number<std::uint32_t>(out.failure_limit, 1, kFleetMax)},
            {"site_at_once", number<std::uint32_t>(out.site_at_once, 1, kFleetMax)},
            {"fleet_at_once", number<std::uint32_t>(out.fleet_at_once, 1, kFleetMax)},
            {"downloads_at_once", number<std::uint32_t>(out.downloads_at_once, 1, kFleetMax)},
            {"priority", number<std::uint32_t>(out.priority, 0, kPriorityMax)},
            {"evidence", section(out.evidence, read_evidence)},
            {"download_only", flag(out.download_only)},
            {"lifetime", duration(out.lifetime, minutes(1), kLongest)},
            {"soak", duration(out.soak, Duration{0}, kLongest)},
            {"install_deadline", duration(out.install_deadline, seconds(1), kLongest)},
            {"silence_after", duration(out.silence_after, seconds(1), kLongest)},
            {"token_expiry", duration(out.token_expiry, seconds(1), hours(24))},
            {"poll_hint", duration(out.poll_hint, Duration{0}, hours(24))},
            {"approval", choice<bool>(out.needs_approval, approvals)},
            {"maintenance", section(out.maintenance, read_maintenance)},
            {"select", section(out.select, read_selection)}});
  if (out.canary > out.growth.max_in_flight)
    value.problem(fmt::format("canary ({}) is larger than growth.max_in_flight ({})", out.canary,
                              out.growth.max_in_flight));
  if (out.evidence && out.evidence->growth_unproven > out.growth.factor)
    value.problem(
        fmt::format("evidence.growth_unproven ({} thousandths) is more than growth.factor "
                    "({}): acceptance would slow it down",
                    out.evidence->growth_unproven.value, out.growth.factor.value));
  if (out.lifetime.value > 0 && out.lifetime <= out.silence_after)
    value.problem(
        fmt::format("lifetime ({}) must be longer than silence_after ({}), or it would end "
                    "before its canary can prove anything",
                    text_of(out.lifetime), text_of(out.silence_after)));
  if (out.silence_after <= out.token_expiry)
    value.problem(fmt::format(
        "silence_after ({}) must be longer than token_expiry ({}), or a box that may still reboot "
        "would count as failed",
        text_of(out.silence_after), text_of(out.token_expiry)));
}

}  // namespace

Result<PolicySpec> parse_policy(std::string_view text, const std::string& file) {
  if (text.size() > kPolicyMax.value)
    return Error{ErrorKind::no_space,
                 fmt::format("{} is larger than {}", file, text_of(kPolicyMax))};
  PolicySpec policy;
  if (auto s = read_document(text, file, section(policy, read_policy)); !s) return s.error();
  return policy;
}

Result<PolicySpec> load_policy(const std::string& path) {
  auto text = document_text(path, kPolicyMax);
  if (!text) return text.error();
  return parse_policy(*text, path);
}

}  // namespace drydock::config
