#pragma once
// What an argument may be. Each check answers an empty text, or what is wrong and what is accepted,
// as CLI11 wants it; all run before anything is sent or written.
#include <string>

namespace drydock::command::values {

inline constexpr unsigned why_bytes_max = 80;  // as long as the decision log keeps

std::string version(const std::string& text);    // 1.4.2
std::string name(const std::string& text);       // a client, site, operator or hardware model
std::string hardware(const std::string& text);   // a model's name, or * for every model
std::string appliance(const std::string& text);  // 16 hex digits
std::string rollout(const std::string& text);    // 1, 2, 3, ...
std::string serial(const std::string& text);     // 1, 2, 3, ...
std::string lifecycle(const std::string& text);  // one of the states, in any case
std::string why(const std::string& text);        // one printable line
std::string host(const std::string& text);       // a DNS name or an IP address
std::string poll(const std::string& text);       // a duration between two questions
std::string file(const std::string& text);       // a file that is there
std::string folder(const std::string& text);     // a folder that is there
std::string new_file(const std::string& text);   // nothing of this name is there yet

bool is_ip_address(const std::string& text);
std::string upper(std::string text);

}  // namespace drydock::command::values
