#include <utility>  // Boost 1.74 uses std::exchange without it

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <fmt/format.h>

#include "runtime/http/request_reader.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::http {
namespace beast = boost::beast::http;

struct RequestReader::Parser {
  beast::request_parser<beast::string_body> beast;
  Limits limits;
  State state = State::needs_more;
  unsigned status = 400;
  std::string reason;

  void refuse(unsigned with, std::string why) {
    state = State::bad;
    status = with;
    reason = std::move(why);
  }
  void refuse(const boost::system::error_code& code) {
    if (code == beast::error::header_limit)
      return refuse(431, fmt::format("header is over {} bytes", limits.header_bytes_max));
    if (code == beast::error::body_limit)
      return refuse(413, fmt::format("body is over {} bytes", limits.body_bytes_max));
    if (code == beast::error::bad_version)
      return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    refuse(400, fmt::format("not a request: {}", code.message()));
  }
  void check_header();
};

void RequestReader::Parser::check_header() {
  const auto& head = beast.get();
  const auto lines = static_cast<std::size_t>(std::distance(head.begin(), head.end()));
  if (lines > limits.header_lines_max)
    return refuse(431, fmt::format("more than {} header lines", limits.header_lines_max));
  if (head.target().empty() || head.target().front() != '/')
    return refuse(400, "the target does not begin with '/'");
  if (head.target().find('#') != head.target().npos) return refuse(400, "the target holds a '#'");
  if (head.version() >= 11 && head.count(beast::field::host) != 1)
    return refuse(400, "an HTTP/1.1 request has exactly one Host header");
}

RequestReader::RequestReader(const Limits& limits) : parser_(std::make_unique<Parser>()) {
  parser_->limits = limits;
  parser_->beast.eager(true);
  parser_->beast.header_limit(limits.header_bytes_max);
  parser_->beast.body_limit(limits.body_bytes_max);
}

RequestReader::~RequestReader() = default;

std::size_t RequestReader::feed(std::string_view bytes) {
  auto& p = *parser_;
  ASSERT(p.state == State::needs_more);
  std::size_t used = 0;
  while (p.state == State::needs_more && used < bytes.size()) {
    boost::system::error_code code;
    const std::size_t n =
        p.beast.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), code);
    used += n;
    if (code && code != beast::error::need_more) {
      p.refuse(code);
    } else if (p.beast.is_done()) {
      p.state = State::complete;
    } else if (code == beast::error::need_more || n == 0) {
      break;
    }
  }
  // Trailers of a chunked body land among the headers, so a complete request is checked again.
  if (p.state != State::bad && p.beast.is_header_done()) p.check_header();
  return used;
}

RequestReader::State RequestReader::state() const { return parser_->state; }
bool RequestReader::header_is_complete() const { return parser_->beast.is_header_done(); }
unsigned RequestReader::status() const { return parser_->status; }
const std::string& RequestReader::reason() const { return parser_->reason; }

bool RequestReader::expects_continue() const {
  const auto& head = parser_->beast.get();
  return head.version() >= 11 && boost::beast::iequals(head[beast::field::expect], "100-continue");
}

bool RequestReader::keeps_alive() const { return parser_->beast.get().keep_alive(); }

Request RequestReader::take(std::shared_ptr<const Peer> peer) {
  ASSERT(parser_->state == State::complete);
  auto message = parser_->beast.release();
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != target.npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  request.body = std::move(message.body());
  request.peer = std::move(peer);
  return request;
}

}  // namespace drydock::http
