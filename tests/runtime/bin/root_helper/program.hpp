#pragma once
// The program itself, on an appliance of plain files with a provisioned identity.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/boot/disks/boot_state_store.hpp"
#include "runtime/boot/helper_client/helper_client.hpp"
#include "runtime/trust/identity_folder.hpp"
#include "runtime/trust/pki_folder.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {

constexpr std::int64_t now_s = 1'700'000'000;

struct Program {
  TemporaryFolder folder;
  std::string socket_path = folder / "helper.sock";
  files::UniqueFd listener;  // as systemd would hold it: connections wait until the program is up
  pid_t child = -1;

  Program() {
    for (const char* name : {"esp", "data"}) BOOST_REQUIRE(files::make_folders(folder / name).ok());
    for (const char* name : {"a.img", "b.img"}) put(name, std::string(4096, 'x'));
    put("cmdline", "ab.partition=A\n");
    put("boot_id", "01234567-89ab-cdef-0123-456789abcdef\n");
    BOOST_REQUIRE(BootStateStore(folder / "esp").store({1, Slot::a, Slot::none, {}}).ok());
    trust::PkiRequest request;
    request.edge.common_name = "edge";
    request.edge.dns_names = {"edge"};
    request.operator_server = request.edge;
    request.now_s = now_s;
    const auto pki = trust::create_pki(folder / "pki", request);
    BOOST_REQUIRE_MESSAGE(pki.ok(), (pki ? "" : pki.error().text));
    const auto made = trust::provision(folder / "pki", {{"acme", ApplianceId{0xa1}}, "north"},
                                       now_s, folder / "data/identity");
    BOOST_REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().text));
    listener = files::UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                  0);
    BOOST_REQUIRE(::listen(listener.get(), 8) == 0);
  }
  ~Program() {
    if (child <= 0) return;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  void put(const std::string& name, const std::string& bytes) {
    auto fd = files::open(folder / name, O_WRONLY | O_CREAT | O_TRUNC);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(files::write_all(fd->get(), bytes, name).ok());
  }

  // kill_at: "<n>:before" or "<n>:after", for the n-th sync of this run; empty: none.
  void start(std::vector<std::string> more, bool pass_socket, const std::string& kill_at = {}) {
    std::vector<std::string> words = {
        ROOT_HELPER, "--slot-a",         folder / "a.img",  "--slot-b",        folder / "b.img",
        "--esp",     folder / "esp",     "--esp-is-folder", "--data",          folder / "data",
        "--cmdline", folder / "cmdline", "--boot-id",       folder / "boot_id"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    child = ::fork();
    if (child != 0) return;
    if (pass_socket) {
      ::dup2(listener.get(), 3);
      ::fcntl(3, F_SETFD, 0);  // also when it was number 3 already
      ::setenv("LISTEN_FDS", "1", 1);
      ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    }
    if (!kill_at.empty()) {
      ::setenv("LD_PRELOAD", KILL_AT_SYNC, 1);
      ::setenv("KILL_AT_SYNC", kill_at.c_str(), 1);
    }
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  // The exit code; the program must end within 20 s.
  int exit_code() {
    files::UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    pollfd wait{ended.get(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&wait, 1, 20'000) == 1);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    child = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

}  // namespace drydock::boot
