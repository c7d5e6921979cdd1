#include "runtime/http/message.hpp"

#include "runtime/http/url.hpp"

namespace drydock::http {

const std::string* Request::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_name) return &value;
  return nullptr;
}

Response text_response(unsigned status, std::string line) {
  Response response;
  response.status = status;
  response.body = std::move(line);
  response.body += '\n';
  return response;
}

Response json_response(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return percent_decoded(equals == pair.npos ? "" : pair.substr(equals + 1));
    query = end == query.npos ? "" : query.substr(end + 1);
  }
  return std::nullopt;
}

}  // namespace drydock::http
