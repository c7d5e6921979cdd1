#pragma once
// An HTTP/1.1 client over libcurl for one server: keep-alive, TLS 1.3, one CA, always verified.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/message.hpp"
#include "runtime/http/url.hpp"
#include "runtime/result.hpp"

namespace drydock::http {

class CurlCall;

struct ClientOptions {
  std::string base_url;
  PlainHttp plain = PlainHttp::refuse;
  std::string ca_file;           // PEM; needed for https, the system's own CAs are never asked
  std::string certificate_file;  // PEM; both or neither
  std::string key_file;
  std::string proxy;  // "http://host:port" for CONNECT; the environment is never asked
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{30'000};  // of one send(); downloads have none
  std::uint32_t low_speed_bytes_per_second = 512;   // slower than this ...
  std::chrono::seconds low_speed_time{30};          // ... for so long is given up
  std::uint32_t response_bytes_max = 1024 * 1024;   // of one send()
  std::stop_token stop;                             // ends a running call within a second
};

struct ClientResponse {
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::vector<Header> headers;  // names in lower case
};

// Where the bytes of a download go. Either call may refuse with an Error, which ends it.
class DownloadSink {
 public:
  virtual ~DownloadSink() = default;
  struct Start {
    std::uint64_t offset;      // of the first byte that comes: what was asked for, or 0
    std::uint64_t total_size;  // of the whole body
    std::string etag;          // bare text; empty when the server gave none or a weak one
  };
  // Once, before the first byte. Offset 0 after a resume was asked for means: throw away what is
  // there, the body has changed.
  virtual Status begin(const Start& start) = 0;
  virtual Status take(std::span<const char> bytes) = 0;
};

struct DownloadOutcome {
  enum class End {
    cut,       // the connection ended or stalled before the last byte; `why` says how
    stopped,   // this side ended it: the sink's error or the stop token, in `why`
    finished,  // every byte was taken
  };
  End end = End::cut;
  unsigned status = 0;           // 200 or 206
  bool resumed = false;          // 206: the bytes go on at the asked offset
  bool whole_from_zero = false;  // a part was asked for and the whole came
  std::string etag;
  std::uint64_t bytes = 0;  // taken by the sink in this call
  std::optional<Error> why;
};

// Errors: unreachable (no connection, or a status such as 503), timed_out, refused (TLS, 401,
// 403), not_found (404, 410), malformed (what came is not HTTP or breaks its own promises),
// mismatch (412, 416), no_space (the body is over the limit).
class Client {  // used by one thread at a time; blocks its caller
 public:
  static Result<std::unique_ptr<Client>> make(ClientOptions options);
  ~Client();

  // target begins with '/' and may carry a query. Every status but 401 and 403 is a response.
  Result<ClientResponse> send(std::string_view method, const std::string& target,
                              std::string_view body, const std::string& content_type,
                              const std::vector<Header>& headers = {});

  // GET from an offset. if_range (bare etag text, may be empty) makes a changed body come whole.
  // An Error when nothing was handed to the sink; after begin() it is always an outcome.
  Result<DownloadOutcome> download(const std::string& target, std::uint64_t from_offset,
                                   const std::string& if_range, DownloadSink& sink);

 private:
  Client(ClientOptions options, std::unique_ptr<CurlCall> call);
  ClientOptions options_;
  std::unique_ptr<CurlCall> call_;
};

}  // namespace drydock::http
