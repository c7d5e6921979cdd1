#pragma once
// The one right to answer one request.
#include <functional>
#include <utility>

#include "runtime/http/message.hpp"

namespace drydock::http {

// Move-only. send() may be called once, on any thread, at any later time; an answer that comes
// after the connection is gone or after the answer timeout is dropped. A responder that is
// destroyed unanswered answers 503, so that a lost request is an answer and not a hang.
class Responder {
 public:
  explicit Responder(std::function<void(Response)> deliver) : deliver_(std::move(deliver)) {}
  Responder(Responder&& other) noexcept : deliver_(std::exchange(other.deliver_, nullptr)) {}
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  void send(Response response);

 private:
  void give_up();

  std::function<void(Response)> deliver_;
};

}  // namespace drydock::http
