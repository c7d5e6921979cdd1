#include "runtime/centre/operator_api.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/operator_handlers.hpp"
#include "runtime/centre/route.hpp"
#include "runtime/centre/words.hpp"
#include "runtime/journal/chain.hpp"

namespace drydock::centre {
namespace {

using trust::Role;

struct Entry {
  std::string_view method, path;
  Role at_least;  // viewer < operator < approver < admin
  Handler handler;
};

constexpr Entry table[] = {
    {"GET", "/v1/releases", Role::viewer, list_releases},
    {"POST", "/v1/releases", Role::operator_, publish_release},
    {"PUT", "/v1/releases/*/chunks/*", Role::operator_, put_chunk},
    {"GET", "/v1/appliances", Role::viewer, list_appliances},
    {"POST", "/v1/appliances", Role::operator_, register_appliance},
    {"GET", "/v1/appliances/*", Role::viewer, show_appliance},
    {"GET", "/v1/appliances/*/why", Role::viewer, explain_appliance},
    {"POST", "/v1/appliances/*/lifecycle", Role::operator_, set_lifecycle},
    {"POST", "/v1/appliances/*/release", Role::operator_, release_order},
    {"GET", "/v1/sites", Role::viewer, list_sites},
    {"POST", "/v1/sites", Role::operator_, describe_site},
    {"GET", "/v1/tokens", Role::viewer, list_tokens},
    {"GET", "/v1/rollouts", Role::viewer, list_rollouts},
    {"POST", "/v1/rollouts", Role::operator_, create_rollout},
    {"GET", "/v1/rollouts/*", Role::viewer, show_rollout},
    {"POST", "/v1/rollouts/*/approve", Role::approver, approve_rollout},
    {"POST", "/v1/rollouts/*/start", Role::operator_, start_rollout},
    {"POST", "/v1/rollouts/*/pause", Role::operator_, pause_rollout},
    {"POST", "/v1/rollouts/*/resume", Role::operator_, resume_rollout},
    {"POST", "/v1/rollouts/*/halt", Role::operator_, halt_rollout},
    {"POST", "/v1/rollouts/*/retry", Role::operator_, retry_rollout},
    {"POST", "/v1/rollouts/*/rollback", Role::operator_, roll_back},
    {"GET", "/v1/journal", Role::viewer, show_journal},
};

}  // namespace

Result<http::Identity> identify_operator(X509* certificate) {
  if (certificate == nullptr)
    return Error{ErrorKind::refused, "no client certificate; operators are given one"};
  auto identity = trust::operator_identity(*certificate);
  if (!identity) return identity.error();
  return http::Identity{identity->name, *identity};
}

bool may_see(const trust::OperatorIdentity& who, ClientId client) {
  return who.client == trust::all_clients || client.value == name_number(who.client);
}

http::Response answer_operator(const OperatorParts& parts, const http::Request& request) {
  const auto* who = request.identity<trust::OperatorIdentity>();
  if (who == nullptr) return refusal(403, "no operator certificate");
  const auto path = path_parts(request.path);
  bool known = false;
  for (const Entry& entry : table) {
    if (!path_fits(entry.path, path)) continue;
    known = true;
    if (entry.method != request.method) continue;
    if (who->role < entry.at_least)
      return refusal(403, fmt::format("{} is a {}; {} {} needs at least the role {}", who->name,
                                      trust::role_name(who->role), entry.method, entry.path,
                                      trust::role_name(entry.at_least)));
    return entry.handler(parts, {request, *who, path});
  }
  if (known) return refusal(405, "this path does not know the method of the request");
  return refusal(404,
                 "no such path; the interface begins with /v1/releases, /v1/appliances, "
                 "/v1/sites, /v1/tokens, /v1/rollouts and /v1/journal");
}

http::Response refused_by_machine(const std::optional<OperatorAnswered>& answer,
                                  const std::string& what) {
  if (!answer)
    return refusal(503, what + ": no answer in time; look before you ask again, it may be done");
  switch (answer->result) {
    case OperatorResult::not_found: return refusal(404, what + ": there is no such thing");
    case OperatorResult::wrong_phase:
      return refusal(409, what + ": its phase does not allow it; look at it first");
    case OperatorResult::too_many: return refusal(409, what + ": a bound of the centre is reached");
    case OperatorResult::conflict:
      return refusal(409, what + ": it exists already with other content");
    case OperatorResult::not_decided:
      return refusal(503, what + ": not decided, nothing has changed; try again");
    case OperatorResult::not_approved:
      return refusal(409, what +
                              ": its policy asks for an approval first; an approver other than "
                              "its creator says drydock rollout approve");
    case OperatorResult::own_approval:
      return refusal(403, what + ": who created it cannot approve it; ask another approver");
    case OperatorResult::unknown:
    case OperatorResult::done: break;
  }
  return refusal(503, what + ": the outcome is not known; look before you ask again");
}

Result<std::uint32_t> number_asked(const http::Request& request, std::string_view name,
                                   std::uint32_t absent) {
  const auto text = http::query_value(request.query, name);
  if (!text) return absent;
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failed == std::errc() && end == text->data() + text->size()) return number;
  return Error{ErrorKind::malformed, fmt::format("\"{}\" must be a whole number", name)};
}

http::Response too_slow() {
  return refusal(503, "the centre did not answer in time; try again in a moment");
}

http::Response show_journal(const OperatorParts& parts, const OperatorCall&) {
  const journal::Head head = parts.journal->head();
  const std::uint64_t first = parts.journal->first_seq();
  return reply(200, Json{{"head", head.seq},
                         {"records", head.seq >= first && first != 0 ? head.seq - first + 1 : 0},
                         {"decisions", parts.journal->decision_head()},
                         {"incarnation", incarnation_text(parts.journal->incarnation())},
                         {"link", journal::to_hex(head.link)}});
}

}  // namespace drydock::centre
