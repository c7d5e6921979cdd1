#pragma once
// The centre's interface for operators, over HTTPS with the operator's certificate. One thread.
#include <memory>
#include <string>
#include <string_view>

#include "runtime/command/json.hpp"
#include "runtime/command/settings.hpp"
#include "runtime/http/client.hpp"

namespace drydock::command {

// Every call answers the JSON object of a 2xx response. Errors: the centre's own sentence with its
// status (refused, not_found, mismatch for a conflict, malformed for bad input, timed_out for
// busy); unreachable, with how to name another centre; malformed when no JSON object came.
class Centre {
 public:
  static Result<std::unique_ptr<Centre>> connect(const Settings& settings);

  Result<Json> get(const std::string& target);
  Result<Json> post(const std::string& target, const Json& body);
  Result<Json> post_bytes(const std::string& target, std::string_view bytes);
  Result<Json> put_bytes(const std::string& target, std::string_view bytes);

 private:
  Centre(std::unique_ptr<http::Client> client, std::string url)
      : client_(std::move(client)), url_(std::move(url)) {}
  Result<Json> send(std::string_view method, const std::string& target, std::string_view body,
                    const std::string& content_type);
  Error no_answer(const Error& error) const;

  std::unique_ptr<http::Client> client_;
  std::string url_;
};

}  // namespace drydock::command
