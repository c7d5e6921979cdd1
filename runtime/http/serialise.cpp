#include "runtime/http/serialise.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace drydock::http {
namespace {
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 32 && c != '\t') || c == 127;
  });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}
}  // namespace

const char* reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Other";
  }
}

bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

bool is_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  if (!is_value(response.content_type)) return false;
  if (response.file && !is_value(response.file->etag)) return false;
  return std::all_of(response.headers.begin(), response.headers.end(),
                     [](const Header& h) { return is_name(h.first) && is_value(h.second); });
}

std::string head_of(const Response& response, std::uint64_t body_bytes, AfterResponse after) {
  std::string head;
  head.reserve(256);
  auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (!is_bodiless(response.status)) {
    fmt::format_to(out, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                   body_bytes);
  }
  for (const auto& [name, value] : response.headers) fmt::format_to(out, "{}: {}\r\n", name, value);
  if (after == AfterResponse::close) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

}  // namespace drydock::http
