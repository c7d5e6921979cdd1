#pragma once
// What a handler sees and says: plain values, no socket in them.
#include <any>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drydock::http {

using Header = std::pair<std::string, std::string>;

// Who a connection speaks for, found once after its handshake and shared by all its requests.
struct Identity {
  std::string name;  // for people and logs
  std::any what;     // the type that the identify hook chose, read back by Request::identity<T>()
};

struct Peer {
  Identity identity;    // empty on a plain connection
  std::string address;  // "192.0.2.7:51034"
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // as sent, still percent-encoded, begins with '/', without the query
  std::string query;   // what follows '?', or empty
  std::vector<Header> headers;  // names in lower case, in the order they came
  std::string body;
  std::shared_ptr<const Peer> peer;  // never null

  // The first header of this lower-case name, or nullptr.
  const std::string* header(std::string_view lower_name) const;
  // What the identify hook found, or nullptr when it is of another type or there is none.
  template <class T>
  const T* identity() const {
    return std::any_cast<T>(&peer->identity.what);
  }
};

// A regular file as the body: ranges, If-Range and HEAD are the server's work.
struct FileBody {
  std::string path;
  std::string etag;                        // bare text without quotes; empty: no resuming
  std::uint64_t bytes_per_second_max = 0;  // of this response alone; 0: as fast as it goes
};

struct Response {
  unsigned status = 500;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<Header> headers;   // beyond Content-*, Connection, ETag and Accept-Ranges
  std::optional<FileBody> file;  // instead of body; asked for with status 200
};

Response text_response(unsigned status, std::string line);  // adds the newline
Response json_response(unsigned status, std::string body);

// The decoded value of one query parameter ("a=1&b=x%20y"); nothing when absent or badly encoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace drydock::http
