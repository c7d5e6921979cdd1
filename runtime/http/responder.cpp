#include "runtime/http/responder.hpp"

#include "runtime/kernel/assert.hpp"

namespace drydock::http {

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this == &other) return *this;
  give_up();
  deliver_ = std::exchange(other.deliver_, nullptr);
  return *this;
}

Responder::~Responder() { give_up(); }

void Responder::send(Response response) {
  ASSERT(deliver_ != nullptr);
  std::exchange(deliver_, nullptr)(std::move(response));
}

void Responder::give_up() {
  if (deliver_) send(text_response(503, "the request was dropped inside the server; try again"));
}

}  // namespace drydock::http
