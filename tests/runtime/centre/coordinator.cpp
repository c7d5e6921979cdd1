#include "tests/runtime/centre/coordinator.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>

#include "messages/codec.hpp"
#include "runtime/trust/pki_folder.hpp"

namespace drydock::centre::test {

Coordinator::Coordinator(const std::string& data, const Settings& settings) : data_(data) {
  std::vector<std::string> words = {FLEET_COORDINATOR,  "--data", data,          "--pki",
                                    settings.pki,       "--edge", settings.edge, "--operator",
                                    settings.operators, "--http", "127.0.0.1:0"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string fault = "DRYDOCK_FAULT=" + settings.fault;
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::string_view(*entry).substr(0, 14) != "DRYDOCK_FAULT=") environment.push_back(*entry);
  environment.push_back(fault.data());
  environment.push_back(nullptr);
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  stderr_.reset(ends[0]);
  files::UniqueFd theirs(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDERR_FILENO);
  BOOST_REQUIRE(::posix_spawn(&pid_, FLEET_COORDINATOR, &actions, nullptr, arguments.data(),
                              environment.data()) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  theirs.reset();  // so that its end is the end of what it says
  char part[4096];
  for (ssize_t n; !ready_ && (n = ::read(stderr_.get(), part, sizeof part)) > 0;) {
    said_.append(part, static_cast<std::size_t>(n));
    ready_ = said_.find("ready: edge") != said_.npos;
  }
}

Coordinator::~Coordinator() { kill(); }

std::uint16_t Coordinator::port(const std::string& listener) const {
  const auto text = files::read(data_ + "/ports.json", 4096);
  BOOST_REQUIRE(text.ok());
  return Json::parse(*text).at(listener).get<std::uint16_t>();
}

int Coordinator::signal(int number) {
  if (pid_ != 0) ::kill(pid_, number);
  return end();
}
int Coordinator::stop() { return signal(SIGTERM); }
int Coordinator::kill() { return signal(SIGKILL); }

int Coordinator::end() {
  if (pid_ == 0) return ended_;
  int status = 0;
  BOOST_REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = 0;
  return ended_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

Reply OperatorClient::send(const std::string& method, const std::string& path,
                           const std::string& body) {
  const auto answer = client_->send(method, path, body, "application/json");
  if (!answer) {
    // The client tells a 403 as an error.
    return {answer.error().kind == ErrorKind::refused ? 403u : 0u,
            Json{{"error", answer.error().text}}};
  }
  return {answer->status, Json::parse(answer->body, nullptr, false)};
}

Reply OperatorClient::publish(const TestRelease& release) {
  Reply reply = send("POST", "/v1/releases", release.envelope);
  if (reply.status != 201) return reply;
  for (const auto& missing : reply.body.at("missing_chunks")) {
    const auto n = missing.get<std::size_t>();
    const Reply put =
        send("PUT", "/v1/releases/" + hex(release.hash) + "/chunks/" + std::to_string(n),
             release.chunks[n]);
    if (put.status != 200) return put;
  }
  return reply;
}

void OperatorClient::must_publish(const TestRelease& release) {
  const Reply reply = publish(release);
  BOOST_REQUIRE_MESSAGE(reply.status == 201, reply.body.dump());
}

Reply OperatorClient::register_appliance(const trust::ApplianceIdentity& who,
                                         const std::string& site) {
  return post("/v1/appliances", {{"appliance", hex(who.id.value)},
                                 {"client", who.client},
                                 {"site", site},
                                 {"hardware", "t640"}});
}

std::uint32_t OperatorClient::must_roll_out(const std::string& version) {
  const Reply created = post("/v1/rollouts", {{"version", version},
                                              {"policy", {{"canary", 10}, {"site_at_once", 10}}},
                                              {"why", "a test"}});
  BOOST_REQUIRE_MESSAGE(created.status == 201, created.body.dump());
  const auto number = created.body.at("rollout").get<std::uint32_t>();
  const Reply started = post("/v1/rollouts/" + std::to_string(number) + "/start", {{"why", "go"}});
  BOOST_REQUIRE_MESSAGE(started.status == 200, started.body.dump());
  return number;
}

trust::ApplianceIdentity acme(std::uint64_t number) { return {"acme", {number}}; }

TestAppliance::TestAppliance(const trust::ApplianceIdentity& who, const std::string& site)
    : who_(who), credentials_(installation().appliance(who)) {
  facts.appliance = who.id;
  facts.client = {name_number(who.client)};
  facts.site_claim = {name_number(who.client + "/" + site)};
  facts.hardware = {name_number("t640")};
  facts.boot = {who.id.value * 1000};
  facts.active = Slot::a;
  facts.running = make_version(1, 0, 0);
  facts.wall = {1'800'000'000'000};
  facts.wall_trust = WallTrust::synchronised;
}

void TestAppliance::connect(const Coordinator& coordinator) {
  client_ = client(coordinator.edge(), credentials_);
}

std::optional<SignedAnswer> TestAppliance::check_in() {
  ++facts.serial;
  CheckIn check_in;
  check_in.facts = facts;
  for (const Report& each : reports)
    if (!check_in.reports.full()) check_in.reports.add(each);
  const auto reply =
      client_->send("POST", "/v1/check-in", encode(check_in), "application/x-protobuf");
  status_ = reply ? reply->status : reply.error().kind == ErrorKind::refused ? 403 : 0;
  if (!reply || reply->status != 200) return {};
  SignedAnswer answer;
  BOOST_REQUIRE(decode_from(reply->body, answer));
  BOOST_TEST(answer.answer.serial == facts.serial);
  BOOST_TEST((answer.answer.grant.kind == GrantKind::none));
  reports_through = answer.answer.reports_through.value;
  std::erase_if(reports, [&](const Report& r) { return r.seq <= answer.answer.reports_through; });
  if (answer.order) {
    trust::KeyRing ring;
    ring.add(*trust::PublicKey::load(
                 trust::pki_path(installation().pki(), trust::pki_file::order_public)),
             std::string(grant_envelope_type));
    const auto payload = ring.open(*answer.order, grant_envelope_type);
    BOOST_REQUIRE(payload.ok());
    Grant grant;
    BOOST_REQUIRE(decode_from(*payload, grant));
    BOOST_TEST((grant.appliance == who_.id));
    grants.push_back(grant);
  }
  return answer;
}

void TestAppliance::report(ReportKind kind) {
  Report each;
  each.seq = {++seq_};
  each.kind = kind;
  each.rollout = facts.rollout;
  each.update = facts.update;
  each.version = installing_;
  each.boot = facts.boot;
  reports.push_back(each);
}

void TestAppliance::follow(const Grant& grant) {
  facts.order_floor = std::max(facts.order_floor, grant.order);
  if (grant.kind == GrantKind::install && facts.phase == UpdatePhase::idle && !committed_) {
    facts.rollout = grant.rollout;
    facts.update = grant.update;
    facts.staged = installing_ = grant.version;
    facts.phase = UpdatePhase::staged;
    facts.wants_token = true;
    report(ReportKind::staged);
  } else if (grant.kind == GrantKind::reboot && facts.phase == UpdatePhase::staged) {
    facts.boot = {facts.boot.value + 1};
    facts.running = installing_;
    facts.phase = UpdatePhase::idle;
    facts.wants_token = false;
    committed_ = true;
    report(ReportKind::committed);
  }
}

bool TestAppliance::step() {
  const auto answer = check_in();
  if (!answer) return false;
  if (answer->order) follow(grants.back());
  return true;
}

}  // namespace drydock::centre::test
