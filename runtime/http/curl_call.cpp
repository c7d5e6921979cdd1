#include "runtime/http/curl_call.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <mutex>

#include <fmt/format.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::http {
namespace {

constexpr std::size_t head_lines_max = 128;
constexpr std::size_t head_line_bytes_max = 8 * 1024;
constexpr std::size_t shown_bytes_max = 200;

// OpenSSL writes with write(2), and libcurl must not touch the program's signal handlers. So this
// thread holds SIGPIPE back for the time of a call and swallows one that came meanwhile.
class SigpipeHeld {
 public:
  SigpipeHeld() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeHeld() {
    const timespec at_once{};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

struct Running {  // what libcurl's callbacks work on
  const CallPlan& plan;
  const std::stop_token& stop;
  CallResult result;

  void end(Error error) {
    result.error = std::move(error);
    result.ended_here = true;
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr auto blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& run = *static_cast<Running*>(context);
  const std::string_view line(data, size * count);
  auto& head = run.result.head;
  if (line.starts_with("HTTP/")) {  // also after 100 Continue and after a proxy's answer
    head = {};
    return line.size();
  }
  if (line.size() > head_line_bytes_max || head.headers.size() >= head_lines_max) {
    run.end({ErrorKind::malformed, "the response's header is too large"});
    return 0;
  }
  const auto colon = line.find(':');
  if (colon != line.npos)
    head.headers.emplace_back(lower(line.substr(0, colon)),
                              std::string(trimmed(line.substr(colon + 1))));
  return line.size();
}

struct BodyContext {
  Running& run;
  CURL* easy;
};

unsigned status_of(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<unsigned>(status);
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& [run, easy] = *static_cast<BodyContext*>(context);
  run.result.head.status = status_of(easy);
  const std::span<const char> bytes(data, size * count);
  if (auto taken = run.plan.take(run.result.head, bytes); !taken) {
    run.end(std::move(taken).error());
    return bytes.empty() ? 1 : 0;  // any count but the one given ends the call
  }
  return bytes.size();
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& run = *static_cast<Running*>(context);
  if (!run.stop.stop_requested()) return 0;
  run.end({ErrorKind::io, "stopped because the program ends"});
  return 1;
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

Status check(const CallPlan& plan) {
  const bool target_ok = plan.target.starts_with('/') && is_clean(plan.target) &&
                         plan.target.find_first_of(" #") == std::string::npos;
  if (!target_ok)
    return Error{ErrorKind::malformed,
                 fmt::format("request target \"{}\" does not begin with '/' or holds a blank",
                             plan.target.substr(0, shown_bytes_max))};
  for (const auto& [name, value] : plan.headers)
    if (name.empty() || !is_clean(name) || !is_clean(value) || name.find(':') != name.npos)
      return Error{ErrorKind::malformed, fmt::format("header \"{}\" holds a line break", name)};
  return Done{};
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList header_list(const std::vector<Header>& headers) {
  // "Expect:" keeps libcurl from waiting a second for 100 Continue.
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : headers)
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  return HeaderList(list);
}

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

std::string_view ResponseHead::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_name) return value;
  return {};
}

Result<std::unique_ptr<CurlCall>> CurlCall::make(const ClientOptions& options, Url url) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* easy = curl_easy_init();
  if (easy == nullptr) return Error{ErrorKind::io, "libcurl does not start"};
  return std::unique_ptr<CurlCall>(new CurlCall(easy, options, std::move(url)));
}

CurlCall::CurlCall(CURL* easy, const ClientOptions& options, Url url)
    : easy_(easy), options_(options), url_(std::move(url)) {}

CurlCall::~CurlCall() {
  const SigpipeHeld held;  // closing says goodbye to a peer that may be gone
  curl_easy_cleanup(easy_);
}

std::string CurlCall::describe(const CallPlan& plan) const {
  return fmt::format("{} {}{}", plan.method, url_.text(), plan.target);
}

void CurlCall::set_connection_options() {
  const auto set = [this](auto option, auto value) { curl_easy_setopt(easy_, option, value); };
  set(CURLOPT_ERRORBUFFER, text_);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, url_.tls ? "https" : "http");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, options_.proxy.c_str());  // "" also shuts out the environment's
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.low_speed_bytes_per_second));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.low_speed_time.count()));
  if (!url_.tls) return;
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_CAINFO, options_.ca_file.c_str());
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // not the system's CAs
  set(CURLOPT_SSLCERT, text_or_null(options_.certificate_file));
  set(CURLOPT_SSLKEY, text_or_null(options_.key_file));
}

void CurlCall::set_request_options(const CallPlan& plan) {
  const auto set = [this](auto option, auto value) { curl_easy_setopt(easy_, option, value); };
  set(CURLOPT_URL, (url_.text() + plan.target).c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(plan.total_timeout.count()));
  if (plan.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!plan.body.empty() || plan.method == "POST" || plan.method == "PUT") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(plan.body.size()));
    set(CURLOPT_POSTFIELDS, plan.body.empty() ? "" : plan.body.data());
    set(CURLOPT_CUSTOMREQUEST, plan.method.c_str());
  } else {
    set(CURLOPT_CUSTOMREQUEST, plan.method.c_str());
  }
}

Result<CallResult> CurlCall::perform(const CallPlan& plan) {
  if (auto checked = check(plan); !checked) return std::move(checked).error().in(describe(plan));
  const SigpipeHeld held;
  Running run{plan, options_.stop, {}};
  BodyContext body{run, easy_};
  const auto set = [this](auto option, auto value) { curl_easy_setopt(easy_, option, value); };
  curl_easy_reset(easy_);  // keeps the connection and the TLS session
  text_[0] = '\0';
  set_connection_options();
  set_request_options(plan);
  const HeaderList headers = header_list(plan.headers);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&run));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&body));
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&run));
  set(CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_easy_perform(easy_);
  run.result.head.status = status_of(easy_);
  if (code != CURLE_OK && !run.result.error) run.result.error = error_of(code);
  return std::move(run.result);
}

Error CurlCall::error_of(CURLcode code) const {
  const std::string_view detail = text_[0] != '\0' ? text_ : curl_easy_strerror(code);
  const auto as = [&](ErrorKind kind) { return Error{kind, std::string(detail)}; };
  // In TLS 1.3 the server's verdict on our certificate arrives after the handshake, as an alert.
  const bool alert = detail.find("alert") != detail.npos;
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT: return as(ErrorKind::timed_out);
    case CURLE_SSL_CONNECT_ERROR: {
      const bool hung_up = detail.find("SYSCALL") != detail.npos ||
                           detail.find("reset") != detail.npos ||
                           detail.find("unexpected eof") != detail.npos;
      return as(hung_up ? ErrorKind::unreachable : ErrorKind::refused);
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CIPHER: return as(ErrorKind::refused);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return as(alert ? ErrorKind::refused : ErrorKind::unreachable);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_RANGE_ERROR:
    case CURLE_BAD_CONTENT_ENCODING: return as(ErrorKind::malformed);
    default: return as(ErrorKind::io);
  }
}

Error status_error(unsigned status, std::string_view body) {
  const auto line = trimmed(body.substr(0, std::min(body.find('\n'), shown_bytes_max)));
  const std::string text =
      fmt::format("the server answered {}{}{}", status, line.empty() ? "" : ": ", line);
  switch (status) {
    case 401:
    case 403: return {ErrorKind::refused, text};
    case 404:
    case 410: return {ErrorKind::not_found, text};
    case 412:
    case 416: return {ErrorKind::mismatch, text};
    case 408:
    case 504: return {ErrorKind::timed_out, text};
    case 429: return {ErrorKind::unreachable, text};
    default: return {status >= 500 ? ErrorKind::unreachable : ErrorKind::refused, text};
  }
}

}  // namespace drydock::http
