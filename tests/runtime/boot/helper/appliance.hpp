#pragma once
// An appliance of plain files: two slots, an ESP, a data folder, slot A running and good; keys of
// its own, a release signed with them, and a helper that serves it. The wall clock is a variable.
#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "messages/codec.hpp"
#include "messages/returns.hpp"
#include "runtime/artifact/build_manifest.hpp"
#include "runtime/artifact/slot_writer.hpp"
#include "runtime/boot/gate_log.hpp"
#include "runtime/boot/helper/helper.hpp"
#include "runtime/boot/helper_wire/packet.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {

constexpr std::size_t mebibyte = 1u << 20;
constexpr BootId this_boot{0x0123456789abcdef};
constexpr UpdateId this_update{0x77};

struct Appliance {
  TemporaryFolder folder;
  ApplianceId me{0xa11a};
  WallTime now{1'700'000'000'000};
  trust::SigningKey release_key = trust::SigningKey::generate();
  trust::SigningKey order_key = trust::SigningKey::generate();
  std::string ledger_folder = folder / "data/helper";
  HelperConfig config = make_config();
  Helper helper = make_helper();
  std::string image = std::string(mebibyte, 'i') + "the end of the image";
  Manifest manifest = make_manifest(image);
  Envelope signed_manifest = sign_manifest(manifest);

  HelperConfig make_config() {
    HelperConfig out;
    out.layout.slot_a = folder / "a.img";
    out.layout.slot_b = folder / "b.img";
    out.layout.esp_folder = folder / "esp";
    out.layout.esp_is_mount = false;
    out.layout.data_folder = folder / "data";
    out.layout.command_line = folder / "cmdline";
    out.layout.mounts = folder / "mountinfo";
    out.layout.boot_id = folder / "boot_id";
    out.reboot = {"touch", folder / "rebooted"};
    out.restart = {"mkdir", "-p", "--"};
    out.units = {folder / "clinic.service"};
    BOOST_REQUIRE(files::make_folders(out.layout.esp_folder).ok());
    BOOST_REQUIRE(files::make_folders(out.layout.update_folder(), 0755).ok());
    put(out.layout.slot_a, std::string(2 * mebibyte, 'A'));
    put(out.layout.slot_b, std::string(2 * mebibyte, 'B'));
    put(out.layout.boot_id, "01234567-89ab-cdef-0123-456789abcdef\n");
    put(out.layout.command_line, "ab.partition=A ab.tries_left=0 ab.fallback=0\n");
    BOOST_REQUIRE(BootStateStore(out.layout.esp_folder).store({1, Slot::a, Slot::none, {}}).ok());
    return out;
  }

  Helper make_helper() {  // as after a restart of the program
    auto ledger = Ledger::open(ledger_folder);
    BOOST_REQUIRE(ledger.ok());
    return Helper(config, Orders(release_key.public_key(), order_key.public_key(), me),
                  std::move(*ledger), [this] { return now; });
  }

  void put(const std::string& path, std::string_view bytes) {
    auto fd = files::open(path, O_WRONLY | O_CREAT | O_TRUNC);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(files::write_all(fd->get(), bytes, path).ok());
  }

  Manifest make_manifest(const std::string& bytes) {
    put(folder / "image", bytes);
    auto out = artifact::build_manifest(*artifact::ImageFile::open(folder / "image"),
                                        make_version(1, 1, 0), "*");
    BOOST_REQUIRE(out.ok());
    return *out;
  }
  Envelope sign_manifest(const Manifest& what) {
    return release_key.sign(manifest_envelope_type, encode(what));
  }

  // A grant that would be accepted now; tests change one thing of it.
  Grant grant(GrantKind kind, std::uint64_t order) const {
    Grant out;
    out.kind = kind;
    out.order = {order};
    out.epoch = {1};
    out.appliance = me;
    out.rollout = {1};
    out.update = this_update;
    out.version = make_version(1, 1, 0);
    out.manifest = trust::sha256(signed_manifest.payload);
    out.issued = now;
    out.expires = now + hours(1);
    return out;
  }
  Envelope sign(const Grant& what) const {
    return order_key.sign(grant_envelope_type, encode(what));
  }

  Helper::Reply ask(const HelperRequest& request, const Envelope* document = nullptr) {
    files::UniqueFd file;
    if (document != nullptr) {
      auto made = make_memory_file(encode(*document));
      BOOST_REQUIRE(made.ok());
      file = std::move(*made);
    }
    return helper.serve(encode(request), file.get());
  }
  Helper::Reply open_standby(const Grant& what) {
    return ask(OpenStandby{sign(what)}, &signed_manifest);
  }
  Helper::Reply arm(const Grant& what) { return ask(ArmTrial{sign(what)}); }

  void install(std::uint64_t order) {  // opened, written, read back
    auto reply = open_standby(grant(GrantKind::install, order));
    BOOST_REQUIRE_MESSAGE(reply.descriptor, reply.answer.text);
    artifact::SlotWriter writer(reply.descriptor.get(), manifest, 0, [](std::uint32_t) {});
    BOOST_REQUIRE(writer.take(image).ok());
    BOOST_REQUIRE(writer.finish().ok());
    const auto verified = ask(VerifyStandby{}, &signed_manifest);
    BOOST_REQUIRE_MESSAGE(verified.answer.failure == HelperFailure::none, verified.answer.text);
  }
  void boot_into(Slot slot) {
    put(config.layout.command_line, "ab.partition=" + std::string(name_of(slot)));
  }
  void gate_says(GateKind kind, BootId boot = this_boot, UpdateId update = this_update) {
    GateRecord record;
    record.boot = boot;
    record.update = update;
    record.kind = kind;
    record.slot = Slot::b;
    BOOST_REQUIRE(GateLog(config.layout.update_folder()).append(record).ok());
  }
  BootState boot_state() const {
    const auto state = BootStateStore(config.layout.esp_folder).load().state;
    BOOST_REQUIRE(state.has_value());
    return *state;
  }
  std::string slot_bytes(Slot slot) const {
    auto bytes = files::read(config.layout.slot_path(slot), 16 * mebibyte);
    BOOST_REQUIRE(bytes.ok());
    return *bytes;
  }
};

inline void check_refused(const Helper::Reply& reply, Reason reason) {
  BOOST_TEST((reply.answer.failure != HelperFailure::none));
  BOOST_TEST(name_of(reply.answer.reason) == name_of(reason), reply.answer.text);
  BOOST_TEST(!reply.answer.text.empty());
  BOOST_TEST(!reply.descriptor);
}
inline void check_done(const Helper::Reply& reply) {
  BOOST_TEST((reply.answer.failure == HelperFailure::none), reply.answer.text);
}

}  // namespace drydock::boot
