#include "tests/runtime/command/support.hpp"

#include <ctime>
#include <sstream>

#include <fmt/format.h>

#include "runtime/files/files.hpp"
#include "runtime/trust/pki_folder.hpp"

namespace drydock::command::test {
namespace {

constexpr std::uint32_t body_bytes_max = 8u << 20;  // a chunk and more

struct SharedPki {
  trust::TemporaryFolder folder;
  std::string path = folder / "pki";
  SharedPki() {
    trust::PkiRequest request;
    request.edge = {"edge", {"localhost"}, {"127.0.0.1"}};
    request.operator_server = request.edge;
    request.now_s = std::time(nullptr);  // TLS looks at the real clock
    const auto made = trust::create_pki(path, request);
    BOOST_REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().text));
  }
};

}  // namespace

const std::string& pki_folder() {
  static const SharedPki made;
  return made.path;
}

FakeCentre::FakeCentre() {
  const auto file = [](std::string_view name) { return trust::pki_path(pki_folder(), name); };
  auto tls = http::server_tls({file("operator.crt"), file("operator.key"), file("operator-ca.crt")},
                              http::ClientCertificate::required);
  BOOST_REQUIRE_MESSAGE(tls.ok(), (tls ? "" : tls.error().text));
  http::ServerOptions options;
  options.tls = *tls;
  options.limits.body_bytes_max = body_bytes_max;
  auto server = http::Server::start(std::move(options), [this](http::Request request,
                                                               http::Responder responder) {
    const std::string query = request.query.empty() ? "" : "?" + request.query;
    responder.send(reply({request.method + " " + request.path + query, std::move(request.body)}));
  });
  BOOST_REQUIRE_MESSAGE(server.ok(), (server ? "" : server.error().text));
  server_ = std::move(*server);
}

http::Response FakeCentre::reply(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(asked);
  if (hook_)
    if (auto response = hook_(asked); response.status != 0) return response;
  auto& queue = answers_[asked.line];
  if (queue.empty()) return http::json_response(404, R"({"error":"nothing of this name"})");
  const auto response = queue.front();
  if (queue.size() > 1) queue.pop_front();
  return response;
}

void FakeCentre::answer(const std::string& line, unsigned status, const std::string& body) {
  const std::lock_guard lock(mutex_);
  answers_[line].push_back(http::json_response(status, body));
}

void FakeCentre::hook(Hook hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

std::vector<Asked> FakeCentre::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string FakeCentre::url() const { return fmt::format("https://127.0.0.1:{}", server_->port()); }

Json Said::json() const {
  const auto object = parse_object(out);
  BOOST_REQUIRE_MESSAGE(object.ok(), "no JSON object: " + out + err);
  return *object;
}

Desk::Desk() { environment["HOME"] = folder.path(); }

Said Desk::run(std::vector<std::string> arguments) {
  std::ostringstream out, err;
  World world{[this](const char* name) -> std::optional<std::string> {
                const auto at = environment.find(name);
                if (at == environment.end()) return std::nullopt;
                return at->second;
              },
              out,
              err,
              terminal,
              terminal,
              100,
              [this] { return wall; },
              [this] { return up; },
              [this](Duration d) {
                up = up + d;
                ++pauses;
                if (on_pause) on_pause();
              }};
  const int exit = command::run(arguments, world);
  return {exit, out.str(), err.str()};
}

Said Desk::ask(const FakeCentre& centre, std::vector<std::string> arguments) {
  const auto file = [](std::string_view name) { return trust::pki_path(pki_folder(), name); };
  const std::vector<std::string> flags = {
      "--server", centre.url(),      "--cert", file("admin.crt"),
      "--key",    file("admin.key"), "--ca",   file("operator-ca.crt")};
  arguments.insert(arguments.begin(), flags.begin(), flags.end());
  return run(std::move(arguments));
}

std::string Desk::read(std::string_view name) const {
  const auto bytes = files::read(folder / name, 64u << 20);
  BOOST_REQUIRE_MESSAGE(bytes.ok(), (bytes ? "" : bytes.error().text));
  return *bytes;
}

http::Response not_hooked() {
  http::Response response;
  response.status = 0;
  return response;
}

bool holds(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) BOOST_TEST_MESSAGE("without \"" << part << "\": " << text);
  return found;
}

}  // namespace drydock::command::test
