// drydock stub sign
#include <fmt/format.h>

#include "messages/codec.hpp"
#include "messages/stub.hpp"
#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/files/files.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::command {
namespace {

struct SignOptions {
  std::string stub, key, out;
  std::uint64_t serial = 0;
};

// The first bytes of what firmware starts. Source: PE/COFF, the MS-DOS stub's magic number.
constexpr std::string_view executable_magic = "MZ";

Result<std::string> read_stub(const std::string& path) {
  auto bytes = files::read(path, stub_bytes_max);
  if (!bytes) return bytes.error().in("stub");
  if (!bytes->starts_with(executable_magic))
    return Error{
        ErrorKind::malformed,
        fmt::format("{} is no program for EFI; sign the stub.efi of deploy/image/build", path)};
  return bytes;
}

Exit sign(const SignOptions& options, Session& session) {
  Console& console = session.console;
  const auto key = trust::SigningKey::load(options.key);
  if (!key) return console.failed(key.error());
  const auto stub = read_stub(options.stub);
  if (!stub) return console.failed(stub.error());
  const StubOrder order{options.serial, stub->size(), trust::sha256(*stub)};
  const Envelope envelope = key->sign(stub_envelope_type, encode(order));
  if (auto written = trust::write_new_file(options.out, encode(envelope), trust::public_mode);
      !written)
    return console.failed(written.error());
  const Json document = {{"serial", order.serial},
                         {"bytes", order.size},
                         {"sha256", hex(order.sha256)},
                         {"key_id", envelope.key_id},
                         {"file", options.out}};
  return console.result(
      document, fmt::format("Signed order {} for a boot stub of {}, key {}.\nwritten to {}\n"
                            "Next: put it and the stub into a release, as order and stub.efi in "
                            "/usr/share/drydock/stub\n",
                            order.serial, human_bytes(order.size), envelope.key_id, options.out));
}

}  // namespace

void add_stub_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("stub", "what starts appliances before any release: sign");
  auto o = std::make_shared<SignOptions>();
  CLI::App& verb = verbs.add(group, "sign", "order appliances to replace their boot stub",
                             "drydock stub sign --stub stub.efi --serial 2 --key release.key "
                             "--out order",
                             [o](Session& s) { return sign(*o, s); });
  verb.add_option("--stub", o->stub, "stub.efi, as deploy/image/build makes it")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verb.add_option("--serial", o->serial, "above that of every order signed before")
      ->type_name("N")
      ->required()
      ->check(values::serial);
  verb.add_option("--key", o->key, "release.key of drydock pki init")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verb.add_option("--out", o->out, "order to write")
      ->type_name("FILE")
      ->required()
      ->check(values::new_file);
}

}  // namespace drydock::command
