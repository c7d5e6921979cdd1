#pragma once
// One accepted socket from its handshake to its end. Lives on its worker's thread.
// It owns itself while it is open; waits and answers hold it only weakly or for their own time.
#include <utility>  // Boost 1.74 uses std::exchange without it

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "runtime/files/files.hpp"
#include "runtime/http/deadlines.hpp"
#include "runtime/http/file_reply.hpp"
#include "runtime/http/request_reader.hpp"
#include "runtime/http/transport.hpp"
#include "runtime/http/worker.hpp"

namespace drydock::http {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, files::UniqueFd fd, std::string address);

  void start();
  // The handler's answer to request `number`; an answer that is late or doubled is dropped.
  void answer(std::uint64_t number, Response response);
  void deadline_passed();
  void close();

 private:
  enum class Next { step, wait };  // wait: something else will call run() again

  // What the request being answered wants of a file body.
  struct Asked {
    bool head_only = false;
    bool keeps_alive = false;
    std::string range, if_range;
  };

  void run();
  Next step();
  Next step_handshake();
  Next step_receive();
  Next parse();
  Next call_handler();
  Next step_send();
  Next step_file();
  Next step_drain();
  Next finish_response();

  Next wait_for(Io io);
  void wait_until(Deadlines::Clock::time_point when);
  void enter(Phase phase);
  void identify();
  void refuse(unsigned status, std::string reason);
  void begin_response(Response response);
  void begin_file(Response response);
  void begin_drain();
  void log_end(const char* what) const;

  Worker& worker_;
  boost::asio::posix::stream_descriptor descriptor_;
  Transport transport_;
  std::shared_ptr<Connection> self_;  // while open
  Deadlines::Place place_;            // while open
  Phase phase_ = Phase::handshake;
  bool in_handler_ = false;
  bool starved_ = true;  // received_ holds no further complete step
  bool said_continue_ = false;
  std::uint32_t drained_bytes_ = 0;
  std::uint64_t request_number_ = 0;
  std::shared_ptr<Peer> peer_;
  std::string refusal_;   // why this peer gets 403, or empty
  std::string received_;  // not yet parsed
  std::unique_ptr<RequestReader> reader_;
  Asked asked_;
  std::optional<Response> answer_;  // given while the handler was still running
  std::string out_;
  std::size_t out_sent_ = 0;
  std::unique_ptr<FileReply> file_;
  std::unique_ptr<boost::asio::steady_timer> pause_;  // only where a rate limits a file
};

}  // namespace drydock::http
