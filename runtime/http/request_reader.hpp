#pragma once
// Bytes to one Request, by Beast's parser under our limits. One reader a request.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/limits.hpp"
#include "runtime/http/message.hpp"

namespace drydock::http {

class RequestReader {
 public:
  enum class State { needs_more, complete, bad };

  explicit RequestReader(const Limits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes what it can and answers how much; the rest is given again with what arrives next.
  std::size_t feed(std::string_view bytes);

  State state() const;
  bool header_is_complete() const;
  // The peer holds its body back until it is told to go on.
  bool expects_continue() const;
  bool keeps_alive() const;  // of a complete request

  // Of a bad request: what to answer.
  unsigned status() const;
  const std::string& reason() const;

  // Of a complete request; the reader is spent afterwards.
  Request take(std::shared_ptr<const Peer> peer);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace drydock::http
