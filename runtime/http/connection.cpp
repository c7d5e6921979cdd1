#include "runtime/http/connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <spdlog/spdlog.h>

#include "runtime/http/serialise.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::http {
namespace {
// Steps before other connections of the thread get a turn.
constexpr unsigned steps_a_turn_max = 16;
// What a refused peer may still send before the socket is closed in its face.
constexpr std::uint32_t drain_bytes_max = 1024 * 1024;
constexpr std::size_t receive_bytes = 16 * 1024;  // one TLS record
}  // namespace

Connection::Connection(Worker& worker, files::UniqueFd fd, std::string address)
    : worker_(worker),
      descriptor_(worker.io()),
      transport_(fd.get(), worker.shared().options.tls.get()),
      peer_(std::make_shared<Peer>()) {
  peer_->address = std::move(address);
  boost::system::error_code code;
  descriptor_.assign(fd.get(), code);
  if (!code) fd.release();  // else it is closed here and start() finds the descriptor shut
}

void Connection::start() {
  self_ = shared_from_this();
  place_ = worker_.deadlines().add(*this, phase_);
  if (!descriptor_.is_open()) return close();
  run();
}

void Connection::run() {
  if (!self_) return;
  for (unsigned steps = 0; steps < steps_a_turn_max; ++steps)
    if (step() == Next::wait) return;
  boost::asio::post(worker_.io(), [self = shared_from_this()] { self->run(); });
}

Connection::Next Connection::step() {
  switch (phase_) {
    case Phase::handshake: return step_handshake();
    case Phase::request:
    case Phase::idle: return step_receive();
    case Phase::answer: return Next::wait;
    case Phase::send: return step_send();
    case Phase::drain: return step_drain();
  }
  return Next::wait;
}

Connection::Next Connection::wait_for(Io io) {
  ASSERT(io == Io::wants_read || io == Io::wants_write);
  const auto direction = io == Io::wants_read ? boost::asio::posix::descriptor_base::wait_read
                                              : boost::asio::posix::descriptor_base::wait_write;
  descriptor_.async_wait(direction,
                         [self = shared_from_this()](const boost::system::error_code& code) {
                           if (!code) self->run();
                         });
  return Next::wait;
}

void Connection::wait_until(Deadlines::Clock::time_point when) {
  if (!pause_) pause_ = std::make_unique<boost::asio::steady_timer>(worker_.io());
  pause_->expires_at(when);
  pause_->async_wait([self = shared_from_this()](const boost::system::error_code& code) {
    if (!code) self->run();
  });
}

void Connection::enter(Phase phase) {
  worker_.deadlines().move(place_, phase_, phase);
  phase_ = phase;
}

Connection::Next Connection::step_handshake() {
  const Io io = transport_.handshake();
  if (io == Io::wants_read || io == Io::wants_write) return wait_for(io);
  if (io == Io::done) {
    identify();
    enter(Phase::request);
    return Next::step;
  }
  ++worker_.shared().handshakes_failed;
  log_end("handshake failed");
  begin_drain();  // so that the alert arrives before the reset
  return Next::step;
}

void Connection::identify() {
  const auto& hook = worker_.shared().options.identify;
  if (!transport_.is_tls() || !hook) return;
  auto identity = hook(transport_.peer_certificate());
  if (identity)
    peer_->identity = std::move(*identity);
  else
    refusal_ = identity.error().text;
}

Connection::Next Connection::step_receive() {
  if (!starved_) return parse();
  auto& scratch = worker_.scratch();
  const auto [io, bytes] = transport_.read(scratch.data(), receive_bytes);
  if (io == Io::wants_read || io == Io::wants_write) return wait_for(io);
  if (io != Io::done) {
    close();
    return Next::wait;
  }
  if (phase_ == Phase::idle) enter(Phase::request);
  received_.append(scratch.data(), bytes);
  return parse();
}

Connection::Next Connection::parse() {
  const auto& limits = worker_.shared().options.limits;
  if (!reader_) reader_ = std::make_unique<RequestReader>(limits);
  received_.erase(0, reader_->feed(received_));
  starved_ = true;
  if (reader_->state() == RequestReader::State::bad) {
    refuse(reader_->status(), reader_->reason());
    return Next::step;
  }
  if (reader_->header_is_complete() && !refusal_.empty()) {
    refuse(403, refusal_);
    return Next::step;
  }
  if (reader_->state() == RequestReader::State::complete) return call_handler();
  if (reader_->header_is_complete() && reader_->expects_continue() && !said_continue_) {
    // The send queue is empty here, so a peer that does not take these bytes is gone.
    said_continue_ = true;
    if (transport_.write("HTTP/1.1 100 Continue\r\n\r\n").io != Io::done) {
      close();
      return Next::wait;
    }
  }
  // Beast waits for the end of a chunk's head or a trailer without a limit of its own.
  if (received_.size() > limits.header_bytes_max + receive_bytes)
    refuse(400, "a chunk header or trailer is too long");
  return Next::step;
}

Connection::Next Connection::call_handler() {
  asked_ = {};
  asked_.keeps_alive = reader_->keeps_alive();
  Request request = reader_->take(peer_);
  reader_.reset();
  starved_ = received_.empty();
  said_continue_ = false;
  asked_.head_only = request.method == "HEAD";
  if (request.method == "GET") {
    if (const auto* range = request.header("range")) asked_.range = *range;
    if (const auto* condition = request.header("if-range")) asked_.if_range = *condition;
  }
  enter(Phase::answer);
  ++worker_.shared().requests;
  const std::uint64_t number = ++request_number_;
  Responder responder([worker = worker_.shared_from_this(), weak = weak_from_this(),
                       number](Response response) {
    boost::asio::dispatch(worker->io(), [weak, number, response = std::move(response)]() mutable {
      if (auto self = weak.lock()) self->answer(number, std::move(response));
    });
  });
  in_handler_ = true;
  worker_.shared().handler(std::move(request), std::move(responder));
  in_handler_ = false;
  if (!answer_) return Next::wait;
  Response response = std::move(*answer_);
  answer_.reset();
  begin_response(std::move(response));
  return Next::step;
}

void Connection::answer(std::uint64_t number, Response response) {
  if (!self_ || phase_ != Phase::answer || number != request_number_) return;
  if (in_handler_) {  // the caller is below call_handler(), which goes on from here
    answer_ = std::move(response);
    return;
  }
  begin_response(std::move(response));
  run();
}

void Connection::refuse(unsigned status, std::string reason) {
  ++worker_.shared().refused;
  asked_ = {};
  reader_.reset();
  begin_response(text_response(status, std::move(reason)));
}

void Connection::begin_response(Response response) {
  if (!is_sendable(response)) {
    spdlog::error("http: a handler gave status {} or a header that cannot be sent",
                  response.status);
    response = text_response(500, "the server made an answer that cannot be sent");
  }
  enter(Phase::send);
  out_sent_ = 0;
  if (response.file && response.status == 200) return begin_file(std::move(response));
  const auto after = asked_.keeps_alive ? AfterResponse::keep_open : AfterResponse::close;
  out_ = head_of(response, response.body.size(), after);
  if (!asked_.head_only && !is_bodiless(response.status)) out_ += response.body;
}

void Connection::begin_file(Response response) {
  const auto after = asked_.keeps_alive ? AfterResponse::keep_open : AfterResponse::close;
  auto opened = FileReply::open(*response.file, asked_.range, asked_.if_range);
  if (!opened) {
    spdlog::warn("http: {}", opened.error().text);
    const bool missing = opened.error().kind == ErrorKind::not_found;
    return begin_response(missing ? text_response(404, "no such file")
                                  : text_response(500, "the file cannot be read"));
  }
  auto& reply = **opened;
  response.status = reply.span.status;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (!response.file->etag.empty())
    response.headers.emplace_back("ETag", '"' + response.file->etag + '"');
  if (reply.span.status != 200)
    response.headers.emplace_back("Content-Range", reply.content_range());
  out_ = head_of(response, reply.span.length, after);
  if (!asked_.head_only && reply.span.length != 0) file_ = std::move(*opened);
}

Connection::Next Connection::step_send() {
  while (out_sent_ < out_.size()) {
    const auto [io, bytes] = transport_.write(std::string_view(out_).substr(out_sent_));
    if (io == Io::wants_read || io == Io::wants_write) return wait_for(io);
    if (io != Io::done) {
      close();
      return Next::wait;
    }
    out_sent_ += bytes;
    enter(Phase::send);
  }
  out_ = {};
  out_sent_ = 0;
  return file_ ? step_file() : finish_response();
}

Connection::Next Connection::step_file() {
  auto& all = worker_.shared().file_pacer;
  auto& one = file_->pacer;
  const auto now = Deadlines::Clock::now();
  enter(Phase::send);
  if (const auto due = std::max(all.next(), one.next()); due > now) {
    wait_until(due);
    return Next::wait;
  }
  auto& scratch = worker_.scratch();
  const std::uint64_t space = one.block_max(all.block_max(scratch.size()));
  const auto block = file_->next_block(scratch.data(), static_cast<std::size_t>(space));
  if (!block) {
    spdlog::warn("http: {}; closing {}", block.error().text, peer_->address);
    close();
    return Next::wait;
  }
  // What the socket does not take now is read again later: no connection keeps a block.
  for (std::size_t at = 0; at < *block;) {
    const auto [io, bytes] = transport_.write({scratch.data() + at, *block - at});
    if (io == Io::wants_read || io == Io::wants_write) return wait_for(io);
    if (io != Io::done) {
      close();
      return Next::wait;
    }
    at += bytes;
    file_->sent += bytes;
    one.sent(bytes, now);
    all.sent(bytes, now);
  }
  return file_->remaining() != 0 ? Next::step : finish_response();
}

Connection::Next Connection::finish_response() {
  file_.reset();
  pause_.reset();
  if (!asked_.keeps_alive) {
    begin_drain();
    return Next::step;
  }
  enter(received_.empty() ? Phase::idle : Phase::request);
  if (!received_.empty() || transport_.has_buffered_bytes()) return Next::step;
  received_ = {};
  return wait_for(Io::wants_read);  // saves the read(2) that would find nothing
}

void Connection::begin_drain() {
  enter(Phase::drain);
  transport_.end_sending();
}

// A socket closed with unread bytes is reset, and the reset overtakes the answer just sent.
Connection::Next Connection::step_drain() {
  auto& scratch = worker_.scratch();
  const auto [io, bytes] = transport_.discard(scratch.data(), scratch.size());
  if (io == Io::wants_read) return wait_for(io);
  drained_bytes_ += static_cast<std::uint32_t>(bytes);
  if (io == Io::done && drained_bytes_ <= drain_bytes_max) return Next::step;
  close();
  return Next::wait;
}

void Connection::deadline_passed() {
  boost::system::error_code ignored;
  switch (phase_) {
    case Phase::request:
      descriptor_.cancel(ignored);
      refuse(408, "the request did not arrive in time");
      return run();
    case Phase::answer:
      begin_response(text_response(503, "no answer in time; try again"));
      return run();
    case Phase::idle: transport_.end_sending(); return close();
    case Phase::handshake:
      ++worker_.shared().handshakes_failed;
      log_end("no handshake in time");
      return close();
    case Phase::send: log_end("takes no bytes"); return close();
    case Phase::drain: return close();
  }
}

void Connection::close() {
  if (!self_) return;
  const auto keep = std::move(self_);
  self_.reset();
  worker_.deadlines().remove(place_, phase_);
  boost::system::error_code ignored;
  pause_.reset();
  descriptor_.close(ignored);
  --worker_.shared().open;
}

void Connection::log_end(const char* what) const {
  spdlog::debug("http: {}: {} {}", peer_->address, what, transport_.failure());
}

}  // namespace drydock::http
