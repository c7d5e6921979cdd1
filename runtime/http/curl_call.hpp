#pragma once
// One libcurl handle and the calls made over it. The handle keeps its connection and its TLS
// session from call to call; every option is set anew for each call, so none leaks into the next.
#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/http/client.hpp"

namespace drydock::http {

// What has come so far of one response.
struct ResponseHead {
  unsigned status = 0;
  std::vector<Header> headers;                                 // names in lower case
  std::string_view header(std::string_view lower_name) const;  // empty when absent
};

struct CallPlan {
  std::string method;
  std::string target;
  std::string_view body;
  std::vector<Header> headers;
  std::chrono::milliseconds total_timeout{0};  // 0: none
  // Takes a piece of the response's body; an Error ends the call.
  std::function<Status(const ResponseHead&, std::span<const char>)> take;
};

struct CallResult {
  ResponseHead head;
  std::optional<Error> error;  // of the transport, of take(), or the stop token's
  bool ended_here = false;     // the error is take()'s or the stop token's
};

class CurlCall {
 public:
  static Result<std::unique_ptr<CurlCall>> make(const ClientOptions& options, Url url);
  ~CurlCall();
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  // malformed, before anything is sent, for a target or header that cannot stand in a request.
  Result<CallResult> perform(const CallPlan& plan);
  std::string describe(const CallPlan& plan) const;  // "GET https://host:443/x"

 private:
  CurlCall(CURL* easy, const ClientOptions& options, Url url);
  void set_connection_options();
  void set_request_options(const CallPlan& plan);
  Error error_of(CURLcode code) const;

  CURL* const easy_;
  const ClientOptions options_;
  const Url url_;
  char text_[CURL_ERROR_SIZE] = {};
};

// The error that a status other than success stands for; body is its text for a person.
Error status_error(unsigned status, std::string_view body);

}  // namespace drydock::http
