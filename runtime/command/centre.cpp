#include "runtime/command/centre.hpp"

#include <fmt/format.h>

#include "runtime/command/human.hpp"

namespace drydock::command {
namespace {

// A chunk of 4 MiB on a slow line; a line that stands still is given up much earlier.
constexpr std::chrono::minutes exchange_timeout{10};
constexpr std::uint32_t answer_bytes_max = 256u << 20;  // a list of a large fleet
constexpr std::size_t sentence_bytes_max = 2000;
constexpr std::string_view said = "the server answered ";  // of the client, before status and body

// The sentence in {"error": "..."}; other bodies as they are, even one that was cut.
std::string sentence_of(std::string_view body) {
  if (const auto object = parse_object(body); object)
    if (const auto text = text_in(*object, "error")) return clean(*text);
  constexpr std::string_view opening = "{\"error\":\"";
  const bool cut = body.starts_with(opening);
  if (cut) body.remove_prefix(opening.size());
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  if (body.empty()) return "no reason given";
  return clean(body.substr(0, sentence_bytes_max)) + (cut ? " ..." : "");
}

ErrorKind kind_of(unsigned status) {
  switch (status) {
    case 400:
    case 413: return ErrorKind::malformed;
    case 404: return ErrorKind::not_found;
    case 409: return ErrorKind::mismatch;
    case 503: return ErrorKind::timed_out;
    default: return ErrorKind::refused;
  }
}

Error refusal(unsigned status, std::string_view body) {
  return {kind_of(status), fmt::format("the centre answered {}: {}", status, sentence_of(body))};
}

}  // namespace

Result<std::unique_ptr<Centre>> Centre::connect(const Settings& settings) {
  http::ClientOptions options;
  options.base_url = settings.server;
  options.ca_file = settings.authority;
  options.certificate_file = settings.certificate;
  options.key_file = settings.key;
  options.total_timeout = exchange_timeout;
  options.response_bytes_max = answer_bytes_max;
  auto client = http::Client::make(std::move(options));
  if (!client) return client.error();
  return std::unique_ptr<Centre>(new Centre(std::move(*client), settings.server));
}

Error Centre::no_answer(const Error& error) const {
  const auto at = error.text.find(said);
  if (at != std::string::npos) {  // 401 and 403, which the client takes for errors
    const std::string_view rest = std::string_view(error.text).substr(at + said.size());
    return refusal(403, rest.substr(std::min(rest.size(), std::size_t{5})));
  }
  const std::string what = fmt::format("the centre at {} ", url_);
  const std::string why = clean(error.text);
  if (error.kind == ErrorKind::unreachable || error.kind == ErrorKind::timed_out)
    return {error.kind, what + "cannot be reached: " + why +
                            "; is fleet-coordinator running there? Another address is given with "
                            "--server URL, DRYDOCK_SERVER or \"server:\" in config.yaml"};
  if (error.kind == ErrorKind::refused)
    return {error.kind, what + "and this command do not trust each other: " + why +
                            "; check --cert, --key and --ca (or their keys in config.yaml)"};
  return {error.kind, what + "gave no usable answer: " + why};
}

Result<Json> Centre::send(std::string_view method, const std::string& target, std::string_view body,
                          const std::string& content_type) {
  auto response = client_->send(method, target, body, content_type);
  if (!response) return no_answer(response.error());
  if (response->status < 200 || response->status > 299)
    return refusal(response->status, response->body);
  auto object = parse_object(response->body);
  if (object) return object;
  return std::move(object).error().in(
      fmt::format("{} {}{} answered {}, but", method, url_, target, response->status));
}

Result<Json> Centre::get(const std::string& target) { return send("GET", target, "", ""); }
Result<Json> Centre::post(const std::string& target, const Json& body) {
  return send("POST", target, json_text(body), "application/json");
}
Result<Json> Centre::post_bytes(const std::string& target, std::string_view bytes) {
  return send("POST", target, bytes, "application/octet-stream");
}
Result<Json> Centre::put_bytes(const std::string& target, std::string_view bytes) {
  return send("PUT", target, bytes, "application/octet-stream");
}

}  // namespace drydock::command
