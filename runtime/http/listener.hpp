#pragma once
// Accepts connections on one worker's thread and deals them out to all workers in turn.
#include <utility>  // Boost 1.74 uses std::exchange without it

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/files/files.hpp"
#include "runtime/http/worker.hpp"

namespace drydock::http {

struct ListeningSocket {
  files::UniqueFd fd;  // non-blocking
  std::uint16_t port;
};
// malformed for an address that does not parse or resolve; io or refused when binding fails.
Result<ListeningSocket> listen_on(const std::string& address);
// malformed when fd is no listening TCP socket; it is closed then.
Result<ListeningSocket> take_over(int fd);

class Listener {
 public:
  // workers[0] runs the accepting; all of them outlive the listener.
  Listener(ListeningSocket socket, std::vector<std::shared_ptr<Worker>>& workers);

  Status start();       // before workers[0] runs
  void request_stop();  // any thread, before workers[0] is asked to stop

 private:
  void wait();
  void accept_some();
  void pause(int reason);

  std::vector<std::shared_ptr<Worker>>& workers_;
  Shared& shared_;
  std::size_t next_ = 0;
  ListeningSocket socket_;
  boost::asio::posix::stream_descriptor descriptor_;
  boost::asio::steady_timer timer_;
};

}  // namespace drydock::http
