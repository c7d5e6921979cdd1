#include "runtime/centre/replies.hpp"

#include <nlohmann/json.hpp>

namespace drydock::centre {
namespace {

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
    case ErrorKind::mismatch: return 400;
    case ErrorKind::not_found: return 404;
    case ErrorKind::refused: return 409;
    case ErrorKind::io:
    case ErrorKind::no_space:
    case ErrorKind::unreachable:
    case ErrorKind::timed_out: return 503;
  }
  return 503;
}

}  // namespace

http::Response reply(unsigned status, const Json& body) {
  // Whatever bytes a peer put into a text, the answer is valid JSON.
  return http::json_response(
      status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

http::Response refusal(unsigned status, const std::string& text) {
  return reply(status, Json{{"error", text}});
}

http::Response refusal(const Error& error) { return refusal(status_of(error.kind), error.text); }

}  // namespace drydock::centre
