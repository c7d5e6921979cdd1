#include "runtime/appliance/metrics_page.hpp"

#include "runtime/observe/metrics.hpp"

namespace drydock::appliance {
namespace {

http::Limits limits() {
  http::Limits limits;
  limits.connections_max = 8;
  limits.body_bytes_max = 0;
  return limits;
}

http::Response page(const std::optional<Figures>& figures) {
  if (!figures)
    return http::text_response(503, "an actor of the agent does not answer; look at its log");
  http::Response response;
  response.status = 200;
  response.content_type = observe::kMetricsType;
  response.body = text_of(*figures);
  return response;
}

}  // namespace

Result<std::unique_ptr<MetricsPage>> MetricsPage::start(const std::string& address, Ask figures) {
  std::unique_ptr<MetricsPage> made(new MetricsPage(std::move(figures)));
  http::ServerOptions options;
  options.address = address;
  options.limits = limits();
  auto server = http::Server::start(
      std::move(options), [page = made.get()](http::Request request, http::Responder responder) {
        page->take(request, std::move(responder));
      });
  if (!server) return server.error().in("metrics.listen");
  made->server_ = std::move(*server);
  return made;
}

MetricsPage::~MetricsPage() {
  if (server_) server_->stop();
}

void MetricsPage::take(const http::Request& request, http::Responder responder) {
  if (request.path != "/metrics")
    return responder.send(http::text_response(404, "there is only /metrics here"));
  if (request.method != "GET")
    return responder.send(http::text_response(405, "only GET is answered here"));
  if (asked_.fetch_add(1) >= asked_max) {
    asked_.fetch_sub(1);
    return responder.send(http::text_response(503, "asked too often; come again"));
  }
  // A piece of work is copied on its way to the worker; the right to answer is not.
  auto answer = std::make_shared<http::Responder>(std::move(responder));
  worker_.give([this, answer] {
    answer->send(page(figures_()));
    asked_.fetch_sub(1);
  });
}

}  // namespace drydock::appliance
