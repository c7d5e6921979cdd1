#pragma once
// Answers of the centre's HTTP interfaces: JSON, and one sentence for what did not work.
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "runtime/http/message.hpp"
#include "runtime/result.hpp"

namespace drydock::centre {

using Json = nlohmann::ordered_json;

http::Response reply(unsigned status, const Json& body);
// {"error": text}
http::Response refusal(unsigned status, const std::string& text);
// malformed and mismatch are the caller's (400), not_found 404, refused a conflict (409), a full
// disk and every other trouble of ours 503.
http::Response refusal(const Error& error);

}  // namespace drydock::centre
