// SIGKILL to root-helper at each of its syncs, through a whole update, a new boot stub and a
// return. Whoever asked asks again of the next process, as the agent does, and everything comes out
// as if nothing was.
#include "messages/codec.hpp"
#include "messages/grant.hpp"
#include "messages/returns.hpp"
#include "messages/stub.hpp"
#include "runtime/artifact/build_manifest.hpp"
#include "runtime/artifact/slot_writer.hpp"
#include "runtime/boot/gate_log.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/bin/root_helper/program.hpp"

namespace drydock::boot {
namespace {

constexpr UpdateId this_update{0x77};
constexpr BootId this_boot{0x0123456789abcdef};
constexpr std::size_t image_size = 3000;

struct Box : Program {
  trust::SigningKey release_key = load(trust::pki_file::release_key);
  trust::SigningKey order_key = load(trust::pki_file::order_key);
  std::string image = std::string(image_size, 'i');
  std::string new_stub = "MZ a new stub";
  Manifest manifest = make_manifest();
  Envelope signed_manifest = release_key.sign(manifest_envelope_type, encode(manifest));
  bool killed = false;  // at the planned sync, which is behind us

  trust::SigningKey load(std::string_view file) {
    auto key = trust::SigningKey::load(trust::pki_path(folder / "pki", file));
    BOOST_REQUIRE(key.ok());
    return std::move(*key);
  }
  Manifest make_manifest() {
    put("image", image);
    auto made = artifact::build_manifest(*artifact::ImageFile::open(folder / "image"),
                                         make_version(1, 1, 0), "*");
    BOOST_REQUIRE(made.ok());
    return *made;
  }
  Envelope grant(GrantKind kind, std::uint64_t order) const {
    Grant g;
    g.kind = kind;
    g.order = {order};
    g.epoch = {1};
    g.appliance = {0xa1};
    g.rollout = {1};
    g.update = this_update;
    g.version = make_version(1, 1, 0);
    g.manifest = trust::sha256(signed_manifest.payload);
    g.issued = {now_s * 1000};
    g.expires = {now_s * 1000 + hours(24 * 365 * 100).value};
    return order_key.sign(grant_envelope_type, encode(g));
  }

  // What GRUB chooses from one of the two states.
  Slot chosen(const char* prefix) {
    const BootStateStore store(EspPlace{folder / "esp"}, prefix);
    const auto loaded = store.load();
    BOOST_REQUIRE(loaded.state.has_value());
    FirmwareView view;
    view.copies = loaded.copies;
    if (auto tries = store.load_tries()) view.tries = *tries;
    return firmware_choice(view).slot;
  }
  // The stub and the slot that boot by GRUB's rules are whole.
  void check_bootable() {
    const Slot stub = chosen(stubs_prefix), slot = chosen(slots_prefix);
    const auto started = files::read(stub_path(stub), stub_bytes_max);
    BOOST_REQUIRE(started.ok());
    BOOST_TEST((*started == padded(stub == Slot::a ? "MZ the first stub" : new_stub)));
    const auto bytes = files::read(folder / (slot == Slot::a ? "a.img" : "b.img"), 1 << 20);
    BOOST_REQUIRE(bytes.ok());
    BOOST_TEST((slot == Slot::a ? *bytes == std::string(4096, 'x') : bytes->starts_with(image)));
  }

  std::string stub_path(Slot place) const {
    return folder / ("esp/EFI/drydock/" + std::string(name_of(place)) + "/stub.efi");
  }
  static std::string padded(std::string stub) {
    stub.resize(stub_bytes_max);
    return stub;
  }
  void place_stubs() {
    for (const char* place : {"A", "B"}) {
      const std::string folder_of_it = std::string("esp/EFI/drydock/") + place;
      BOOST_REQUIRE(files::make_folders(folder / folder_of_it).ok());
      put(folder_of_it + "/stub.efi", padded("MZ the first stub"));
    }
    BootStateStore stubs(EspPlace{folder / "esp"}, stubs_prefix);
    BOOST_REQUIRE(stubs.store({1, Slot::a, Slot::none, {}}).ok());
    BOOST_REQUIRE(files::make_folders(folder / "stub").ok());
    const StubOrder order{7, new_stub.size(), trust::sha256(new_stub)};
    put("stub/order", encode(release_key.sign(stub_envelope_type, encode(order))));
    put("stub/stub.efi", new_stub);
  }

  // Asks until there is an answer: a second time only when the first process was killed at it.
  template <class Ask>
  HelperReply ask(const char* what, Ask&& request) {
    for (int times = 0; times < 2; ++times) {
      auto client = HelperClient::connect(socket_path);
      BOOST_REQUIRE(client.ok());
      auto reply = request(*client);
      if (reply) {
        BOOST_TEST_INFO_SCOPE(what);
        BOOST_REQUIRE_MESSAGE(reply->ok(), reply->answer.text);
        return std::move(*reply);
      }
      BOOST_REQUIRE_MESSAGE(!killed, what << ": " << reply.error().text);
      killed = true;
      BOOST_TEST(exit_code() == -1);
      check_bootable();
      start(with_stub(), true);
    }
    BOOST_REQUIRE_MESSAGE(false, what << ": no answer");
    return {};
  }
  std::vector<std::string> with_stub() const { return {"--stub", folder / "stub"}; }
  void install() {
    auto reply = ask("open", [&](auto& h) {
      return h.open_standby(grant(GrantKind::install, 1), signed_manifest);
    });
    artifact::SlotWriter writer(reply.slot.get(), manifest, 0, [](std::uint32_t) {});
    BOOST_REQUIRE(writer.take(image).ok());
    BOOST_REQUIRE(writer.finish().ok());
    ask("verify", [&](auto& h) { return h.verify(signed_manifest); });
  }
  void passes_gate(UpdateId update) {
    GateRecord record;
    record.boot = this_boot;
    record.update = update;
    record.kind = GateKind::passed;
    BOOST_REQUIRE(GateLog(folder / "data/update").append(record).ok());
  }
  // An update from A to B, the stub that it brings along, and the return from B to A.
  void live() {
    install();
    ask("arm", [&](auto& h) { return h.arm(grant(GrantKind::reboot, 2)); });
    put("cmdline", "ab.partition=B ab.stub=A\n");
    passes_gate(this_update);
    ask("commit", [&](auto& h) { return h.commit(this_boot, this_update); });
    ask("a new stub", [](auto& h) { return h.settle_stub(); });
    put("cmdline", "ab.partition=B ab.stub=B\n");
    ask("keep the stub", [](auto& h) { return h.settle_stub(); });
    ask("arm_return", [&](auto& h) { return h.arm_return(this_update); });
    put("cmdline", "ab.partition=A ab.stub=B\n");
    passes_gate(return_of(this_update));
    ask("commit the return", [&](auto& h) { return h.commit(this_boot, return_of(this_update)); });
    const auto state = BootStateStore(folder / "esp").load().state;
    BOOST_REQUIRE(state.has_value());
    BOOST_TEST((*state == BootState{5, Slot::a, Slot::none, {}}));
    const auto stubs = BootStateStore(EspPlace{folder / "esp"}, stubs_prefix).load().state;
    BOOST_REQUIRE(stubs.has_value());
    BOOST_TEST((*stubs == BootState{3, Slot::b, Slot::none, {}}));
  }
};

constexpr int syncs_min = 20, syncs_max = 200;  // of one such life

// Answers how many syncs there are.
int kill_at_each(const std::string& when) {
  for (int n = 1; n <= syncs_max; ++n) {
    BOOST_TEST_CONTEXT(when << " sync " << n) {
      Box box;
      BOOST_REQUIRE(files::make_folders(box.folder / "data/update", 0755).ok());
      box.place_stubs();
      box.start(box.with_stub(), true, std::to_string(n) + ":" + when);
      box.live();
      if (!box.killed) return n - 1;
    }
  }
  return syncs_max;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(root_helper_kills)

BOOST_AUTO_TEST_CASE(killed_before_any_of_its_syncs_the_next_one_ends_its_work) {
  const int syncs = kill_at_each("before");
  BOOST_TEST_MESSAGE("kills: " << syncs);
  BOOST_TEST((syncs >= syncs_min && syncs < syncs_max));
}

BOOST_AUTO_TEST_CASE(killed_after_any_of_its_syncs_the_next_one_ends_its_work) {
  const int syncs = kill_at_each("after");
  BOOST_TEST_MESSAGE("kills: " << syncs);
  BOOST_TEST((syncs >= syncs_min && syncs < syncs_max));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
