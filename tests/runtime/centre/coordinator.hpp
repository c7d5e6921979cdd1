#pragma once
// The coordinator as a process of its own, and those who talk to it.
#include <nlohmann/json.hpp>

#include <sys/types.h>

#include "messages/check_in.hpp"
#include "runtime/files/files.hpp"
#include "tests/runtime/centre/installation.hpp"

namespace drydock::centre::test {

using Json = nlohmann::json;

class Coordinator {
 public:
  struct Settings {
    std::string pki = installation().pki();
    std::string fault = "";  // DRYDOCK_FAULT
    std::string edge = "127.0.0.1:0", operators = "127.0.0.1:0";
  };
  // Blocks until it says it is ready or has ended.
  explicit Coordinator(const std::string& data) : Coordinator(data, Settings{}) {}
  Coordinator(const std::string& data, const Settings& settings);
  ~Coordinator();  // kills it

  bool ready() const { return ready_; }
  std::uint16_t edge() const { return port("edge"); }
  std::uint16_t operators() const { return port("operator"); }
  std::uint16_t http() const { return port("http"); }
  const std::string& said() const { return said_; }  // on stderr, until it was ready or had ended

  // Each waits for the end and answers the exit code, or minus the signal.
  int stop();  // SIGTERM
  int kill();  // SIGKILL
  int end();

 private:
  std::uint16_t port(const std::string& listener) const;
  int signal(int number);
  std::string data_;
  pid_t pid_ = 0;
  files::UniqueFd stderr_;
  std::string said_;
  bool ready_ = false;
  int ended_ = 0;
};

struct Reply {
  unsigned status = 0;  // 0: no answer
  Json body;
};

class OperatorClient {
 public:
  OperatorClient(const Coordinator& coordinator, const Credentials& credentials)
      : client_(client(coordinator.operators(), credentials)) {}
  Reply get(const std::string& path) { return send("GET", path, ""); }
  Reply post(const std::string& path, const Json& body) { return send("POST", path, body.dump()); }
  Reply send(const std::string& method, const std::string& path, const std::string& body);

  // All of it, chunk by chunk; the last answer.
  Reply publish(const TestRelease& release);
  void must_publish(const TestRelease& release);
  // Registered with a model t640.
  Reply register_appliance(const trust::ApplianceIdentity& who, const std::string& site);
  // A rollout that lets everybody go at once, created and started; its number.
  std::uint32_t must_roll_out(const std::string& version);

 private:
  std::unique_ptr<http::Client> client_;
};

// An appliance as far as the centre can see one. It does at once what it is granted.
class TestAppliance {
 public:
  TestAppliance(const trust::ApplianceIdentity& who, const std::string& site);
  void connect(const Coordinator& coordinator);  // again after each start

  // One check-in; nothing when the centre gave no answer (`status` says 0) or refused.
  std::optional<SignedAnswer> check_in();
  // A check-in, and then what its answer asks for: install, or reboot and commit.
  bool step();
  bool committed() const { return committed_; }
  unsigned status() const { return status_; }

  const trust::ApplianceIdentity& who() const { return who_; }
  Facts facts;
  std::vector<Grant> grants;    // every signed order that came, its signature verified
  std::vector<Report> reports;  // not yet acknowledged
  std::uint32_t reports_through = 0;

 private:
  void report(ReportKind kind);
  void follow(const Grant& grant);
  trust::ApplianceIdentity who_;
  Credentials credentials_;
  std::unique_ptr<http::Client> client_;
  unsigned status_ = 0;
  std::uint32_t seq_ = 0;
  Version installing_;
  bool committed_ = false;
};

trust::ApplianceIdentity acme(std::uint64_t number);  // appliance `number` of client acme

}  // namespace drydock::centre::test
