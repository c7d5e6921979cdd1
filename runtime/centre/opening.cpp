#include "runtime/centre/opening.hpp"

#include <random>

#include "runtime/shell/recovery.hpp"
#include "runtime/trust/pki_folder.hpp"
#include "runtime/trust/tls_context.hpp"

namespace drydock::centre {
namespace {

constexpr const char* boot_id_file = "/proc/sys/kernel/random/boot_id";
constexpr const char* seed_note = "dice-seed";
constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;

}  // namespace

Result<std::unique_ptr<journal::Journal>> open_journal(const config::CoordinatorConfig& config) {
  auto options = journal::centre_options();
  options.mode = journal::OpenMode::strict;
  options.records_bytes_max = config.journal.size.value;
  options.days_max = static_cast<std::uint32_t>(config.journal.age.value / day_ms);
  auto journal = journal::Journal::open(config.data + "/journal", std::move(options));
  if (!journal) return journal.error().in("journal");
  return journal;
}

Result<clock::BootClock> open_clock(const std::string& data, const journal::Journal& journal) {
  auto boot_id = clock::read_boot_id(boot_id_file);
  if (!boot_id) return boot_id.error();
  clock::Options options;
  options.folder = data + "/clock";
  options.boot_id = *boot_id;
  if (const auto head = journal.head(); head.seq != 0) {
    const auto newest = journal.record(head.seq);
    if (!newest) return newest.error().in("the journal's newest record");
    options.floor = {newest->up_ms};
  }
  return clock::BootClock::open(std::move(options), clock::host_clock());
}

Result<std::uint64_t> dice_seed(journal::Journal& journal) {
  std::uint64_t seed = 0;
  const auto note = journal.note(seed_note);
  if (note) {
    if (read_hex(*note, seed)) return seed;
    return Error{ErrorKind::malformed, "the journal's dice seed does not parse; restore a backup"};
  }
  if (note.error().kind != ErrorKind::not_found) return note.error();
  std::random_device random;
  seed = std::uint64_t{random()} << 32 | random();
  journal.put_note(seed_note, hex(seed), {});
  if (auto s = journal.flush(); !s) return s.error();
  return seed;
}

Result<Recovered> recover_machines(const journal::Journal& journal, std::uint64_t seed) {
  Recovered recovered{Stepper<Gateway>(seed, 0), Stepper<Registry>(seed, 0),
                      Stepper<Planner>(seed, 0)};
  if (auto s = shell::recover(journal, recovered.registry); !s) return s.error();
  if (auto s = shell::recover(journal, recovered.planner); !s) return s.error();
  return recovered;
}

Result<Keys> load_keys(const std::string& pki) {
  const auto path = [&](std::string_view file) { return trust::pki_path(pki, file); };
  const auto told = [](const Error& error) {
    return error.in(
        "keys and certificates (`drydock pki init` makes them, --pki names the folder)");
  };
  namespace file = trust::pki_file;
  auto order = trust::SigningKey::load(path(file::order_key));
  if (!order) return told(order.error());
  const auto release = trust::PublicKey::load(path(file::release_public));
  if (!release) return told(release.error());
  auto edge = trust::edge_server_context(
      {path(file::edge_certificate), path(file::edge_key), path(file::appliance_ca_certificate)});
  if (!edge) return told(edge.error());
  auto operators =
      trust::operator_server_context({path(file::operator_certificate), path(file::operator_key),
                                      path(file::operator_ca_certificate)});
  if (!operators) return told(operators.error());
  trust::KeyRing ring;
  ring.add(*release, std::string(manifest_envelope_type));
  return Keys{std::move(*order), std::move(ring), http::TlsContext(std::move(*edge)),
              http::TlsContext(std::move(*operators))};
}

}  // namespace drydock::centre
