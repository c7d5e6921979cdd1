#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "messages/codec.hpp"
#include "runtime/appliance/centre_link.hpp"
#include "runtime/appliance/envelope_files.hpp"
#include "runtime/appliance/gate_import.hpp"
#include "runtime/appliance/host_facts.hpp"
#include "runtime/appliance/worker.hpp"
#include "runtime/trust/sha256.hpp"

using namespace drydock;

namespace {

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/drydock-appliance-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string put(const std::string& file, const std::string& text) {
    std::ofstream(path + "/" + file, std::ios::binary) << text;
    return path + "/" + file;
  }
};

Envelope some_envelope(const std::string& payload) {
  return {"grant", "0123456789abcdef", payload, "sig"};
}

std::string manifest_bytes() {
  Manifest manifest;
  manifest.kind = "slot-image";
  manifest.version = make_version(1, 2, 3);
  manifest.hardware = "*";
  manifest.image_size = 10;
  manifest.chunk_size = manifest_chunk_size;
  manifest.chunk_sha256.push_back(trust::sha256("0123456789"));
  manifest.image_sha256 = trust::sha256("0123456789");
  return encode(manifest);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_order_that_was_kept_is_read_back_whole) {
  Folder folder;
  appliance::EnvelopeFiles files(folder.path + "/orders");
  const Envelope envelope = some_envelope("payload");
  BOOST_REQUIRE(files.keep("00ab", envelope).ok());
  const auto loaded = files.load("00ab");
  BOOST_REQUIRE(loaded.ok());
  BOOST_TEST((*loaded == envelope));
  BOOST_TEST((files.load("00ac").error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(a_torn_order_is_malformed_and_says_so) {
  Folder folder;
  appliance::EnvelopeFiles files(folder.path);
  folder.put("00ab", "\x0a\xff");
  BOOST_TEST((files.load("00ab").error().kind == ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(kept_orders_are_bounded_and_the_one_just_written_stays) {
  Folder folder;
  appliance::EnvelopeFiles files(folder.path);
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(1000 + i);
    BOOST_REQUIRE(files.keep(name, some_envelope(name)).ok());
    BOOST_TEST(files.load(name).ok());
    // As if written in the future: a clock that fell back to 1970 must not cost the newest order.
    std::filesystem::last_write_time(
        folder.path + "/" + name, std::filesystem::file_time_type{} + std::chrono::hours(1000 - i));
  }
  const std::filesystem::directory_iterator all(folder.path);
  BOOST_TEST(std::distance(begin(all), end(all)) == 8);
}

BOOST_AUTO_TEST_CASE(a_worker_does_its_pieces_in_order) {
  std::vector<int> done;
  std::mutex mutex;
  std::condition_variable finished;
  appliance::Worker worker("test");
  for (int i = 0; i < 32; ++i)
    worker.give([&, i] {
      std::lock_guard lock(mutex);
      done.push_back(i);
      finished.notify_one();
    });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done.size() == 32; });
  BOOST_TEST(std::is_sorted(done.begin(), done.end()));
}

BOOST_AUTO_TEST_CASE(the_running_version_comes_from_os_release) {
  Folder folder;
  const auto version =
      appliance::running_version(folder.put("a", "ID=nixos\nVERSION_ID=\"1.20.3\"\nX=1"));
  BOOST_REQUIRE(version.ok());
  BOOST_TEST(name_of(*version) == "1.20.3");
  BOOST_TEST(
      (appliance::running_version(folder.put("b", "ID=x\n")).error().kind == ErrorKind::not_found));
  BOOST_TEST((appliance::running_version(folder.put("c", "VERSION_ID=12\n")).error().kind ==
              ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(unreadable_health_checks_count_as_one_required_unknown) {
  Folder folder;
  const auto checks = appliance::health_checks(folder.path + "/missing");
  BOOST_TEST(checks.list.size() == 1u);
  BOOST_TEST(checks.required == 1u);
  BOOST_TEST(checks.list[0].command.empty());
}

BOOST_AUTO_TEST_CASE(a_missing_root_helper_is_an_error_that_names_the_socket) {
  Folder folder;
  const auto state = appliance::wait_for_helper(folder.path + "/none.sock", 0);
  BOOST_REQUIRE(!state.ok());
  BOOST_TEST(state.error().text.find("none.sock") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(loopback_has_a_route_and_nonsense_has_none) {
  BOOST_TEST(appliance::has_route("https://127.0.0.1:8443"));
  BOOST_TEST(!appliance::has_route("not a url"));
}

BOOST_AUTO_TEST_CASE(a_gate_record_keeps_verdict_reason_and_check) {
  boot::GateRecord record;
  record.sequence = 9;
  record.boot = {7};
  record.update = {8};
  record.kind = boot::GateKind::fell_back;
  record.attempt = 3;
  record.check = "till";
  record.reason = "check_failed: exit code 1";
  const auto event = appliance::imported(record);
  BOOST_TEST(event.seq == 9u);
  BOOST_TEST((event.verdict == GateVerdict::fell_back));
  BOOST_TEST((event.reason == Reason::check_failed));
  BOOST_TEST(event.detail.view() == "till");
  BOOST_TEST(event.attempt == 3);
}

BOOST_AUTO_TEST_CASE(a_record_of_a_newer_gate_is_no_verdict) {
  boot::GateRecord record;
  record.kind = static_cast<boot::GateKind>(77);
  BOOST_TEST((appliance::imported(record).verdict == GateVerdict::unknown));
}

BOOST_AUTO_TEST_CASE(a_manifest_counts_only_with_the_release_keys_signature_and_the_granted_hash) {
  const auto key = trust::SigningKey::generate();
  const auto stranger = trust::SigningKey::generate();
  trust::KeyRing keys;
  keys.add(key.public_key(), std::string(manifest_envelope_type));
  const std::string bytes = manifest_bytes();
  const Hash hash = trust::sha256(bytes);
  BOOST_TEST(appliance::open_manifest(keys, key.sign(manifest_envelope_type, bytes), hash).ok());
  const auto foreign =
      appliance::open_manifest(keys, stranger.sign(manifest_envelope_type, bytes), hash);
  BOOST_TEST((foreign.error().kind == ErrorKind::refused));
  const auto other =
      appliance::open_manifest(keys, key.sign(manifest_envelope_type, bytes), trust::sha256("x"));
  BOOST_TEST((other.error().kind == ErrorKind::mismatch));
  const auto as_grant = appliance::open_manifest(keys, key.sign(grant_envelope_type, bytes), hash);
  BOOST_TEST((as_grant.error().kind == ErrorKind::refused));
}
