#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "runtime/checks/child.hpp"
#include "runtime/checks/host.hpp"

using namespace drydock;
using namespace drydock::checks;

namespace {

bool is(Outcome a, Outcome b) { return a == b; }

struct Folder {
  std::string path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "checks-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(checks_host)

BOOST_AUTO_TEST_CASE(disk_use_is_stated_in_thousandths) {
  const auto use = disk_use("/tmp");
  BOOST_REQUIRE(use);
  BOOST_TEST(use->used_permille >= 0);
  BOOST_TEST(use->used_permille <= 1000);
  BOOST_TEST(use->inodes_permille <= 1000);
}

BOOST_AUTO_TEST_CASE(a_filesystem_without_free_space_is_wholly_used) {
  const auto use = disk_use("/proc");  // counts no blocks and no inodes
  BOOST_REQUIRE(use);
  BOOST_TEST(use->inodes_permille == 0);
  BOOST_TEST(use->free_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_not_there_has_no_disk_use) {
  const auto use = disk_use("/no/such/folder");
  BOOST_REQUIRE(!use);
  BOOST_TEST(use.error().text.find("/no/such/folder") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(clock_use_is_what_the_kernel_says) {
  clock::HostClock host = clock::host_clock();
  host.sync = [] { return clock::KernelSync{true, -1500, 20'000}; };
  const auto use = clock_use(host);
  BOOST_TEST(use.synchronised);
  BOOST_TEST(use.offset_us == -1500);
  BOOST_TEST(use.max_error_us == 20'000);
}

BOOST_AUTO_TEST_CASE(a_running_process_is_found_by_its_name) {
  std::string name = "no name";
  std::getline(std::ifstream("/proc/self/comm"), name);
  BOOST_TEST(is(process_by_name(name).outcome, Outcome::pass));
  BOOST_TEST(is(process_by_name("no-such-proc").outcome, Outcome::fail));
}

BOOST_AUTO_TEST_CASE(a_pid_file_of_a_running_process_passes) {
  const Folder folder;
  const auto path = folder.write("pid", std::to_string(::getpid()) + "\n");
  BOOST_TEST(is(process_by_pid_file(path).outcome, Outcome::pass));
}

BOOST_AUTO_TEST_CASE(a_process_that_ended_fails_even_before_it_is_reaped) {
  const Folder folder;
  auto child = Child::start({"/bin/true"});
  BOOST_REQUIRE(child);
  BOOST_REQUIRE(child->wait(steady_now() + seconds(20)));
  const auto path = folder.write("pid", std::to_string(child->pid()));
  BOOST_TEST(is(process_by_pid_file(path).outcome, Outcome::fail));
  child->reap();
}

// A process table that shows only this process, as ProtectProc=invisible does to a service.
BOOST_AUTO_TEST_CASE(a_hidden_process_is_unknown_by_name_and_found_by_its_pid_file) {
  const Folder folder;
  const std::string proc = folder.path + "/proc";
  std::filesystem::create_directories(proc + "/17");
  folder.write("proc/17/stat", "17 (mine) S 1 17 17 0");
  BOOST_TEST(is(process_by_name("mine", proc).outcome, Outcome::pass));
  const auto other = process_by_name("sshd", proc);
  BOOST_TEST(is(other.outcome, Outcome::unknown));
  BOOST_TEST(other.reason.find("watch sshd by its unit") != std::string::npos);
  BOOST_TEST(is(process_by_pid_file(folder.write("pid", "1"), proc).outcome, Outcome::pass));
  auto ended = Child::start({"/bin/true"});
  BOOST_REQUIRE(ended);
  BOOST_REQUIRE(ended->wait(steady_now() + seconds(20)));
  const auto path = folder.write("pid", std::to_string(ended->pid()));
  ended->reap();
  BOOST_TEST(is(process_by_pid_file(path, proc).outcome, Outcome::fail));
}

BOOST_AUTO_TEST_CASE(a_missing_pid_file_fails_and_a_senseless_one_is_unknown) {
  const Folder folder;
  BOOST_TEST(is(process_by_pid_file(folder.path + "/none").outcome, Outcome::fail));
  for (const char* text : {"", "abc", "12x", "-4", "0", "99999999999"})
    BOOST_TEST(is(process_by_pid_file(folder.write("pid", text)).outcome, Outcome::unknown));
}

BOOST_AUTO_TEST_CASE(a_service_managers_codes_are_read_as_it_means_them) {
  const auto answer = [](const std::string& code) {
    return unit_active({"/bin/sh", "-c", "exit " + code}, "x.service", seconds(20)).outcome;
  };
  BOOST_TEST(is(answer("0"), Outcome::pass));
  BOOST_TEST(is(answer("3"), Outcome::fail));
  BOOST_TEST(is(answer("4"), Outcome::fail));
  BOOST_TEST(is(answer("1"), Outcome::unknown));
  BOOST_TEST(is(answer("5"), Outcome::unknown));
}

BOOST_AUTO_TEST_CASE(a_service_manager_that_is_not_there_is_unknown) {
  const auto f = unit_active({"/no/such/manager", "is-active"}, "x.service", seconds(5));
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_TEST(f.reason.starts_with("x.service: "));
}

BOOST_AUTO_TEST_SUITE_END()
