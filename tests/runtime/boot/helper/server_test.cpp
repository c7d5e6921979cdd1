#include <boost/test/unit_test.hpp>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <thread>

#include "runtime/boot/helper/server.hpp"
#include "runtime/boot/helper_client/helper_client.hpp"
#include "tests/runtime/boot/helper/appliance.hpp"

namespace drydock::boot {
namespace {

constexpr uid_t nobody = 65534;

// A helper behind its socket, served by a thread of its own until the test ends.
struct Served : Appliance {
  std::string path = folder / "helper.sock";
  files::UniqueFd stop{::eventfd(0, EFD_CLOEXEC)};
  files::UniqueFd listener;
  std::thread thread;

  Served() {
    auto made = listen_on(path);
    BOOST_REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().text));
    listener = std::move(*made);
  }
  ~Served() {
    BOOST_TEST(::eventfd_write(stop.get(), 1) == 0);
    if (thread.joinable()) thread.join();
  }
  void start(std::vector<uid_t> allowed = {::geteuid()}) {
    thread = std::thread([this, allowed] {
      Server server(std::move(listener), allowed, helper, [](const std::string&) {});
      (void)server.run(stop.get());
    });
  }
  HelperClient client() {
    auto made = HelperClient::connect(path);
    BOOST_REQUIRE(made.ok());
    return std::move(*made);
  }
};

// What the agent does, as a user who can do none of it himself. Answers the exit code of the child:
// 0, or the number of the step that went wrong. No Boost.Test in here.
int install_as_nobody(const Served& box) {
  if (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0)
    return 1;
  for (const std::string& slot : {box.config.layout.slot_a, box.config.layout.slot_b})
    if (files::open(slot, O_RDONLY) || files::open(slot, O_WRONLY)) return 2;
  if (files::open(box.config.layout.esp_folder + "/ab_state", O_WRONLY)) return 3;
  auto client = HelperClient::connect(box.path);
  if (!client) return 4;
  auto opened =
      client->open_standby(box.sign(box.grant(GrantKind::install, 1)), box.signed_manifest);
  if (!opened || !opened->ok()) return 5;
  artifact::SlotWriter writer(opened->slot.get(), box.manifest, 0, [](std::uint32_t) {});
  if (!writer.take(box.image) || !writer.finish()) return 6;
  auto verified = client->verify(box.signed_manifest);
  if (!verified || !verified->ok()) return 7;
  auto armed = client->arm(box.sign(box.grant(GrantKind::reboot, 2)));
  if (!armed || !armed->ok() || armed->answer.state.trial != Slot::b) return 8;
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(helper_server)

BOOST_FIXTURE_TEST_CASE(an_unprivileged_agent_installs_through_the_helper, Served) {
  if (::geteuid() != 0) {
    BOOST_TEST_MESSAGE("skipped: only root can become nobody");
    return;
  }
  BOOST_REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(install_as_nobody(*this));
  start({nobody});
  int status = -1;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
  BOOST_TEST((boot_state().trial == Slot::b));
  BOOST_TEST(slot_bytes(Slot::b).substr(0, image.size()) == image);
}

BOOST_FIXTURE_TEST_CASE(a_peer_whose_uid_is_not_allowed_is_told_so_and_served_nothing, Served) {
  start({nobody == ::geteuid() ? 0 : nobody});
  auto asking = client();
  const auto reply = asking.disarm();
  BOOST_REQUIRE_MESSAGE(reply.ok(), (reply ? "" : reply.error().text));
  BOOST_TEST(!reply->ok());
  BOOST_TEST(reply->answer.text.find("may not ask") != std::string::npos);
  BOOST_TEST((reply->answer.state == HelperState{}));
  BOOST_TEST(!asking.status().ok());
}

BOOST_FIXTURE_TEST_CASE(one_connection_serves_many_requests, Served) {
  start();
  auto asking = client();
  for (int n = 0; n < 20; ++n) {
    const auto reply = asking.status();
    BOOST_REQUIRE(reply.ok());
    BOOST_TEST((reply->answer.state.active == Slot::a));
  }
}

BOOST_FIXTURE_TEST_CASE(the_fifth_connection_is_turned_away_and_the_others_go_on, Served) {
  start();
  std::vector<HelperClient> clients;
  for (std::size_t n = 0; n < helper_connections_max; ++n) {
    clients.push_back(client());
    BOOST_TEST(clients.back().status().ok());
  }
  auto fifth = client();
  const auto reply = fifth.status();
  BOOST_REQUIRE(reply.ok());
  BOOST_TEST(!reply->ok());
  BOOST_TEST(reply->answer.text.find("more than 4 connections") != std::string::npos);
  BOOST_TEST(clients.front().status().ok());
}

BOOST_FIXTURE_TEST_CASE(an_oversize_packet_is_refused_and_its_connection_closed, Served) {
  start();
  files::UniqueFd raw(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  BOOST_REQUIRE(::connect(raw.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string big(helper_packet_max + 1, 'x');
  BOOST_REQUIRE(::send(raw.get(), big.data(), big.size(), MSG_NOSIGNAL) > 0);
  const auto packet = receive_packet(raw.get());
  BOOST_REQUIRE(packet.ok());
  HelperAnswer answer;
  BOOST_REQUIRE(decode_from(packet->bytes, answer));
  BOOST_TEST((answer.failure == HelperFailure::malformed));
  BOOST_TEST(!receive_packet(raw.get()).ok());
  auto next = client();
  BOOST_TEST(next.status().ok());
}

BOOST_FIXTURE_TEST_CASE(a_manifest_of_two_megabytes_passes_beside_the_packet, Served) {
  start();
  manifest.image_size = 65'536 * std::uint64_t{manifest.chunk_size};
  manifest.chunk_sha256.resize(65'536);
  signed_manifest = sign_manifest(manifest);
  auto asking = client();
  const auto reply = asking.verify(signed_manifest);
  BOOST_REQUIRE(reply.ok());
  BOOST_TEST((reply->answer.reason == Reason::image_too_large), reply->answer.text);
}

BOOST_AUTO_TEST_CASE(a_pipe_in_place_of_a_manifest_is_refused_and_not_waited_for) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const files::UniqueFd out(ends[0]), in(ends[1]);
  const auto bytes = read_memory_file(out.get(), 100);
  BOOST_REQUIRE(!bytes.ok());
  BOOST_TEST((bytes.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(a_document_beyond_its_limit_is_refused) {
  const auto file = make_memory_file(std::string(101, 'x'));
  BOOST_REQUIRE(file.ok());
  BOOST_TEST(!read_memory_file(file->get(), 100).ok());
  BOOST_TEST(read_memory_file(file->get(), 101).ok());
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_unreachable) {
  TemporaryFolder folder;
  const auto client = HelperClient::connect(folder / "helper.sock");
  BOOST_REQUIRE(!client.ok());
  BOOST_TEST((client.error().kind == ErrorKind::unreachable));
  BOOST_TEST(!HelperClient::connect(std::string(200, 'x')).ok());
}

BOOST_AUTO_TEST_CASE(without_systemd_there_is_no_inherited_socket) {
  BOOST_TEST(!inherited_socket().ok());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
