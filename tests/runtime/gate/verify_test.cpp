// health-gate --verify over real files: a folder plays ESP, data partition and the running slot,
// and a thread serves as root-helper.
#include <boost/test/unit_test.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "actors/health_gate/machine.hpp"
#include "runtime/boot/boot_state.hpp"
#include "runtime/boot/disks/boot_state_store.hpp"
#include "runtime/boot/gate_log.hpp"
#include "runtime/boot/helper/server.hpp"
#include "runtime/boot/projections.hpp"
#include "runtime/gate/reasons.hpp"
#include "runtime/gate/verify.hpp"

using namespace drydock;

namespace {

constexpr UpdateId update{0x0123456789abcdef};

// One appliance's files, as after a boot of `running` with `tries_left` attempts left.
struct Box {
  std::string path;
  config::AgentConfig config;
  files::UniqueFd stop{::eventfd(0, EFD_CLOEXEC)};
  std::thread helper;

  Box(Slot trial, Slot running, unsigned tries_left) {
    char name[] = "/tmp/drydock-gate-XXXXXX";
    path = ::mkdtemp(name);
    for (const char* folder : {"/esp", "/data", "/data/update", "/health.d"})
      std::filesystem::create_directory(path + folder);
    config.paths.esp = path + "/esp";
    config.paths.data = path + "/data";
    config.paths.cmdline = path + "/cmdline";
    config.paths.boot_id = path + "/boot_id";
    config.paths.health_checks = path + "/health.d";
    put("cmdline", "ab.partition=" + std::string(name_of(running)) +
                       " ab.tries_left=" + std::to_string(tries_left) + " ab.fallback=0\n");
    put("boot_id", "11112222-3333-4444-5555-666677778888\n");
    const boot::BootState state{1, Slot::a, trial, trial == Slot::none ? UpdateId{} : update};
    put("esp/ab_state", boot::format(state));
    put("esp/ab_state2", boot::format(state));
    config.paths.root_helper = path + "/helper.sock";
    serve_as_root_helper();
  }
  ~Box() {
    end_root_helper();
    std::filesystem::remove_all(path);
  }

  void serve_as_root_helper() {
    auto listener = boot::listen_on(config.paths.root_helper);
    auto ledger = boot::Ledger::open(path + "/ledger");
    BOOST_REQUIRE((listener.ok() && ledger.ok()));
    boot::HelperConfig its;
    its.layout.esp_folder = config.paths.esp;
    its.layout.esp_is_mount = false;
    its.layout.data_folder = config.paths.data;
    its.layout.command_line = config.paths.cmdline;
    its.layout.boot_id = config.paths.boot_id;
    const auto key = trust::SigningKey::generate().public_key();  // no order is signed here
    helper = std::thread([this, its, key, listener = std::move(*listener),
                          ledger = std::move(*ledger)]() mutable {
      boot::Helper serving(its, boot::Orders(key, key, ApplianceId{1}), std::move(ledger),
                           [] { return WallTime{}; });
      boot::Server server(std::move(listener), {::geteuid()}, serving, [](const std::string&) {});
      (void)server.run(stop.get());
    });
  }
  void end_root_helper() {
    if (!helper.joinable()) return;
    BOOST_TEST(::eventfd_write(stop.get(), 1) == 0);
    helper.join();
    std::filesystem::remove(config.paths.root_helper);
  }

  void put(const std::string& file, const std::string& text) {
    std::ofstream(path + "/" + file, std::ios::binary) << text;
  }
  void check(const std::string& name, const std::string& command,
             const std::string& severity = "required", int timeout_ms = 5000) {
    put("health.d/" + name + ".yaml", "name: " + name + "\ncommand: [" + command +
                                          "]\ntimeout_ms: " + std::to_string(timeout_ms) +
                                          "\nseverity: " + severity + "\n");
  }
  gate::Exit verify() { return gate::verify(config); }
  gate::Exit stopping() { return gate::stopping(config); }
  boot::BootTries tries() const {
    const auto read = boot::BootStateStore(path + "/esp").load_tries();
    BOOST_REQUIRE(read.ok());
    return *read;
  }
  std::vector<boot::GateRecord> log() const {
    auto read = boot::GateLog(path + "/data/update").read();
    BOOST_REQUIRE(read.ok());
    return read->records;
  }
  Slot trial() const { return boot::BootStateStore(path + "/esp").load().state->trial; }
  Slot good() const { return boot::BootStateStore(path + "/esp").load().state->good; }
};

bool is(gate::Exit exit, gate::Exit expected) { return exit == expected; }

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_pending_is_healthy_and_leaves_no_record) {
  Box box(Slot::none, Slot::a, 0);
  box.check("never", "/bin/false");
  BOOST_TEST(is(box.verify(), gate::Exit::healthy));
  BOOST_TEST(box.log().empty());
}

BOOST_AUTO_TEST_CASE(a_trial_whose_required_checks_pass_gets_a_passed_record) {
  Box box(Slot::b, Slot::b, 2);
  box.check("works", "/bin/true");
  box.check("nice", "/bin/false", "wanted");
  BOOST_TEST(is(box.verify(), gate::Exit::healthy));
  const auto log = box.log();
  BOOST_REQUIRE(log.size() == 1u);
  BOOST_TEST((log[0].kind == boot::GateKind::passed));
  BOOST_TEST((log[0].update == update));
  BOOST_TEST(log[0].attempt == 1u);
  BOOST_TEST((box.trial() == Slot::b));  // the verdict alone commits nothing
}

BOOST_AUTO_TEST_CASE(a_failed_required_check_fails_the_attempt_and_names_itself) {
  Box box(Slot::b, Slot::b, 1);
  box.check("works", "/bin/true");
  box.check("broken", "/bin/false");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  const auto log = box.log();
  BOOST_REQUIRE(log.size() == 1u);
  BOOST_TEST((log[0].kind == boot::GateKind::failed));
  BOOST_TEST(log[0].check == "broken");
  BOOST_TEST((gate::reason_in(log[0].reason) == Reason::check_failed));
  BOOST_TEST(log[0].attempt == 2u);
  BOOST_TEST((box.trial() == Slot::b));  // two attempts remain the firmware's to count
}

BOOST_AUTO_TEST_CASE(the_last_failed_attempt_ends_the_trial) {
  Box box(Slot::b, Slot::b, 0);
  box.check("broken", "/bin/false");
  BOOST_TEST(is(box.verify(), gate::Exit::fell_back));
  BOOST_TEST((box.log().at(0).kind == boot::GateKind::fell_back));
  BOOST_TEST((box.trial() == Slot::none));
  BOOST_TEST((box.good() == Slot::a));
}

BOOST_AUTO_TEST_CASE(a_trial_that_nobody_can_end_is_no_end) {
  Box box(Slot::b, Slot::b, 0);
  box.check("broken", "/bin/false");
  box.end_root_helper();
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  BOOST_TEST((box.log().at(0).kind == boot::GateKind::fell_back));
  BOOST_TEST((box.trial() == Slot::b));  // its tries are used up: GRUB boots the good slot
}

BOOST_AUTO_TEST_CASE(a_required_check_without_an_answer_fails_the_attempt) {
  Box box(Slot::b, Slot::b, 2);
  box.check("odd", "/bin/sh, -c, exit 7");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  BOOST_TEST((gate::reason_in(box.log().at(0).reason) == Reason::check_unknown));
}

BOOST_AUTO_TEST_CASE(a_required_check_that_hangs_is_ended_and_fails_the_attempt) {
  Box box(Slot::b, Slot::b, 2);
  box.check("hangs", "/bin/sleep, '1000'", "required", 50);
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  BOOST_TEST((gate::reason_in(box.log().at(0).reason) == Reason::check_unknown));
}

BOOST_AUTO_TEST_CASE(checks_that_cannot_be_read_fail_the_attempt) {
  Box box(Slot::b, Slot::b, 2);
  box.put("health.d/broken.yaml", "name: [\n");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  BOOST_TEST((box.log().at(0).kind == boot::GateKind::failed));
}

BOOST_AUTO_TEST_CASE(the_good_slot_records_that_the_firmware_came_back) {
  Box box(Slot::b, Slot::a, 0);
  box.check("broken", "/bin/false");  // the good slot is not on trial: its checks do not matter
  BOOST_TEST(is(box.verify(), gate::Exit::healthy));
  const auto log = box.log();
  BOOST_REQUIRE(log.size() == 1u);
  BOOST_TEST((log[0].kind == boot::GateKind::fell_back));
  BOOST_TEST((gate::reason_in(log[0].reason) == Reason::boot_never_came_up));
  BOOST_TEST((box.trial() == Slot::none));
}

BOOST_AUTO_TEST_CASE(a_boot_that_cannot_be_told_is_no_success) {
  Box box(Slot::b, Slot::b, 2);
  box.check("works", "/bin/true");
  box.put("boot_id", "");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
}

BOOST_AUTO_TEST_CASE(a_trial_without_a_readable_boot_state_is_no_success) {
  Box box(Slot::b, Slot::b, 2);
  box.check("works", "/bin/true");
  for (const char* name : {"esp/ab_state", "esp/ab_state2"}) box.put(name, "torn");
  box.put("cmdline", "ab.partition=B ab.tries_left=0 ab.fallback=0 ab.trial=1\n");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
  // In the good slot there is nothing to prove.
  box.put("cmdline", "ab.partition=A ab.tries_left=0 ab.fallback=0 ab.trial=0\n");
  BOOST_TEST(is(box.verify(), gate::Exit::healthy));
}

BOOST_AUTO_TEST_CASE(the_boot_count_is_written_as_the_seed_names_it) {
  Box box(Slot::b, Slot::b, 1);
  box.check("works", "/bin/true");
  BOOST_TEST(is(box.verify(), gate::Exit::healthy));
  BOOST_TEST(*boot::read_boot_count(box.path + "/data") == 2u);
}

BOOST_AUTO_TEST_CASE(a_full_data_partition_is_no_success) {
  Box box(Slot::b, Slot::b, 2);
  box.check("works", "/bin/true");
  std::filesystem::remove_all(box.path + "/data/update");
  box.put("data/update", "a file where a folder should be");
  BOOST_TEST(is(box.verify(), gate::Exit::failed));
}

// --- orderly stops -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_trial_that_is_stopped_keeps_its_try_and_says_so) {
  Box box(Slot::b, Slot::b, 1);
  box.config.boot_deadline = hours(24 * 365 * 10);  // this host's own boot was long ago
  box.put("esp/ab_tries", boot::format(boot::BootTries{update, 1}));
  box.verify();
  BOOST_TEST(is(box.stopping(), gate::Exit::healthy));
  BOOST_TEST((box.log().back().kind == boot::GateKind::excused));
  BOOST_TEST((box.tries() == boot::BootTries{update, 2}));
}

BOOST_AUTO_TEST_CASE(a_trial_that_failed_its_gate_keeps_nothing) {
  Box box(Slot::b, Slot::b, 1);
  box.config.boot_deadline = hours(24 * 365 * 10);
  box.put("esp/ab_tries", boot::format(boot::BootTries{update, 1}));
  box.check("broken", "/bin/false");
  box.verify();
  BOOST_TEST(is(box.stopping(), gate::Exit::healthy));
  BOOST_TEST((box.log().back().kind == boot::GateKind::failed));
  BOOST_TEST((box.tries() == boot::BootTries{update, 1}));
}

BOOST_AUTO_TEST_CASE(a_stop_behind_the_boot_deadline_keeps_nothing) {
  Box box(Slot::b, Slot::b, 1);
  box.config.boot_deadline = milliseconds(1);
  box.put("esp/ab_tries", boot::format(boot::BootTries{update, 1}));
  BOOST_TEST(is(box.stopping(), gate::Exit::healthy));
  BOOST_TEST(box.log().empty());
  BOOST_TEST((box.tries() == boot::BootTries{update, 1}));
}

BOOST_AUTO_TEST_CASE(excuses_are_counted_over_boots_in_gate_log) {
  Box box(Slot::b, Slot::b, 1);
  box.config.boot_deadline = hours(24 * 365 * 10);
  for (int n = 0; n < HealthGate::excuses_max; ++n) {
    box.put("esp/ab_tries", boot::format(boot::BootTries{update, 1}));
    box.stopping();
    BOOST_TEST((box.tries() == boot::BootTries{update, 2}));
  }
  box.put("esp/ab_tries", boot::format(boot::BootTries{update, 1}));
  box.stopping();
  BOOST_TEST((box.tries() == boot::BootTries{update, 1}));
}

BOOST_AUTO_TEST_CASE(a_counter_of_another_update_is_left_alone) {
  Box box(Slot::b, Slot::b, 1);
  box.config.boot_deadline = hours(24 * 365 * 10);
  box.put("esp/ab_tries", boot::format(boot::BootTries{UpdateId{5}, 1}));
  BOOST_TEST(is(box.stopping(), gate::Exit::failed));
  BOOST_TEST((box.tries() == boot::BootTries{UpdateId{5}, 1}));
}
