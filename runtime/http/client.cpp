#include "runtime/http/client.hpp"

#include <fmt/format.h>

#include "runtime/http/curl_call.hpp"

namespace drydock::http {
namespace {
Status check(const ClientOptions& options, const Url& url) {
  using namespace std::chrono_literals;
  const auto bad = [](const char* why) { return Error{ErrorKind::malformed, why}; };
  if (url.tls && options.ca_file.empty())
    return bad("https needs ca_file, the CA that signed the server's certificate");
  if (options.certificate_file.empty() != options.key_file.empty())
    return bad("certificate_file and key_file belong together; give both or neither");
  if (options.connect_timeout <= 0ms || options.total_timeout <= 0ms || options.low_speed_time < 1s)
    return bad("a timeout is zero; every wait needs an end");
  return Done{};
}
}  // namespace

Result<std::unique_ptr<Client>> Client::make(ClientOptions options) {
  auto url = parse_url(options.base_url, options.plain);
  if (!url) return url.error();
  if (auto checked = check(options, *url); !checked) return checked.error();
  auto call = CurlCall::make(options, std::move(*url));
  if (!call) return call.error();
  return std::unique_ptr<Client>(new Client(std::move(options), std::move(*call)));
}

Client::Client(ClientOptions options, std::unique_ptr<CurlCall> call)
    : options_(std::move(options)), call_(std::move(call)) {}

Client::~Client() = default;

Result<ClientResponse> Client::send(std::string_view method, const std::string& target,
                                    std::string_view body, const std::string& content_type,
                                    const std::vector<Header>& headers) {
  ClientResponse response;
  CallPlan plan;
  plan.method = method;
  plan.target = target;
  plan.body = body;
  plan.headers = headers;
  plan.headers.emplace_back("Content-Type", content_type);
  plan.total_timeout = options_.total_timeout;
  plan.take = [&](const ResponseHead&, std::span<const char> bytes) -> Status {
    if (response.body.size() + bytes.size() > options_.response_bytes_max)
      return Error{ErrorKind::no_space, fmt::format("the response's body is over {} bytes",
                                                    options_.response_bytes_max)};
    response.body.append(bytes.data(), bytes.size());
    return Done{};
  };
  if (content_type.empty()) plan.headers.pop_back();
  auto result = call_->perform(plan);
  if (!result) return result.error();
  if (result->error) return std::move(*result->error).in(call_->describe(plan));
  response.status = result->head.status;
  if (response.status == 401 || response.status == 403)
    return status_error(response.status, response.body).in(call_->describe(plan));
  response.content_type = result->head.header("content-type");
  response.headers = std::move(result->head.headers);
  return response;
}

}  // namespace drydock::http
