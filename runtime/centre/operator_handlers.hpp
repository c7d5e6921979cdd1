#pragma once
// The handlers behind operator_api's table, by what they are about. Internal to this folder.
#include "runtime/centre/operator_api.hpp"
#include "runtime/centre/replies.hpp"

namespace drydock::centre {

using Handler = http::Response (*)(const OperatorParts&, const OperatorCall&);

// operator_releases.cpp
http::Response list_releases(const OperatorParts&, const OperatorCall&);
http::Response publish_release(const OperatorParts&, const OperatorCall&);
http::Response put_chunk(const OperatorParts&, const OperatorCall&);
// operator_appliances.cpp
http::Response list_appliances(const OperatorParts&, const OperatorCall&);
http::Response show_appliance(const OperatorParts&, const OperatorCall&);
http::Response explain_appliance(const OperatorParts&, const OperatorCall&);
http::Response register_appliance(const OperatorParts&, const OperatorCall&);
http::Response set_lifecycle(const OperatorParts&, const OperatorCall&);
// operator_sites.cpp
http::Response list_sites(const OperatorParts&, const OperatorCall&);
http::Response describe_site(const OperatorParts&, const OperatorCall&);
// operator_tokens.cpp
http::Response list_tokens(const OperatorParts&, const OperatorCall&);
http::Response release_order(const OperatorParts&, const OperatorCall&);
// operator_rollouts.cpp
http::Response list_rollouts(const OperatorParts&, const OperatorCall&);
http::Response show_rollout(const OperatorParts&, const OperatorCall&);
http::Response create_rollout(const OperatorParts&, const OperatorCall&);
http::Response approve_rollout(const OperatorParts&, const OperatorCall&);
http::Response start_rollout(const OperatorParts&, const OperatorCall&);
http::Response pause_rollout(const OperatorParts&, const OperatorCall&);
http::Response resume_rollout(const OperatorParts&, const OperatorCall&);
http::Response halt_rollout(const OperatorParts&, const OperatorCall&);
http::Response retry_rollout(const OperatorParts&, const OperatorCall&);
http::Response roll_back(const OperatorParts&, const OperatorCall&);
// operator_api.cpp
http::Response show_journal(const OperatorParts&, const OperatorCall&);

inline constexpr std::size_t why_bytes_max = Text<80>::capacity;

// A machine's answer that was not `done`, or none at all, as an HTTP answer.
http::Response refused_by_machine(const std::optional<OperatorAnswered>& answer,
                                  const std::string& what);
// Why the registry itself keeps an appliance from the planner; not_tried_yet: it does not.
Wait registry_wait(const Registry::Row& row);
// ?name=<whole number>, may be absent.
Result<std::uint32_t> number_asked(const http::Request& request, std::string_view name,
                                   std::uint32_t absent);
// A machine did not come to a look in time.
http::Response too_slow();

}  // namespace drydock::centre
