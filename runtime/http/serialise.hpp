#pragma once
// The head of an HTTP/1.1 response as bytes.
#include <cstdint>
#include <string>

#include "runtime/http/message.hpp"

namespace drydock::http {

enum class AfterResponse { keep_open, close };

const char* reason_phrase(unsigned status);
// True for 1xx, 204 and 304, which have neither a body nor a length.
bool is_bodiless(unsigned status);
// Status 200 to 599; header names are tokens and values hold no line break or other control.
bool is_sendable(const Response& response);
// Everything up to and with the empty line; body_bytes is what Content-Length says.
std::string head_of(const Response& response, std::uint64_t body_bytes, AfterResponse after);

}  // namespace drydock::http
