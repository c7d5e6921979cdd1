#pragma once
// The names that certificates carry: clients, sites, operators, appliance ids, host names.
// They travel through subjects, URIs, paths and logs, so only harmless characters are allowed.
#include <cstddef>
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "runtime/result.hpp"

namespace drydock::trust {

inline constexpr std::size_t name_length_max = 63;  // X.509 allows 64 in O, OU and CN
inline constexpr std::size_t host_name_length_max = 253;

// A letter or digit, then letters, digits, '.', '_' or '-'. `what` names the value in the error.
Status check_name(std::string_view what, std::string_view value);

// A DNS name as a certificate may carry it, a leading "*." included.
Status check_host_name(std::string_view value);

// The first 64 bytes of a stranger's text, made safe for an error, a log or a terminal.
std::string printable(std::string_view text);

// 16 lower-case hex digits, not all zero, and nothing else.
Result<ApplianceId> parse_appliance_id(std::string_view text);

}  // namespace drydock::trust
