#include "runtime/boot/helper/ledger.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <tuple>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/files/files.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t record_max = 4096;
constexpr std::size_t digest_size = 32;

// A record on disk: its SHA-256, then its bytes.
template <HasFields T>
std::string sealed(const T& record) {
  const std::string bytes = encode(record);
  const auto digest = trust::sha256(bytes);
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size()) + bytes;
}

template <HasFields T>
Result<T> read_record(const std::string& path) {
  auto bytes = files::read(path, record_max);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return T{};
  if (!bytes) return bytes.error();
  T record;
  if (bytes->size() < digest_size ||
      !decode_from(std::string_view(*bytes).substr(digest_size), record) ||
      sealed(record) != *bytes)
    return Error{ErrorKind::malformed, fmt::format("{} is damaged", path)};
  return record;
}

template <HasFields T>
Result<T> read_or_nothing(const std::string& path) {
  auto record = read_record<T>(path);
  if (!record && record.error().kind == ErrorKind::malformed) return T{};
  return record;
}

}  // namespace

Result<Ledger> Ledger::open(const std::string& folder) {
  if (auto s = files::make_folders(folder); !s) return s.error();
  struct stat about {};
  if (::lstat(folder.c_str(), &about) != 0) return files::last_error("finding", folder);
  if (!S_ISDIR(about.st_mode) || about.st_uid != ::geteuid() || (about.st_mode & 077) != 0)
    return Error{ErrorKind::refused,
                 fmt::format("{} must be a folder of uid {} with mode 0700; nobody else may change "
                             "what the helper remembers",
                             folder, ::geteuid())};
  return Ledger(folder);
}

Result<UsedOrders> Ledger::used_orders() const {
  auto one = read_record<UsedOrders>(folder_ + "/used_orders");
  auto two = read_record<UsedOrders>(folder_ + "/used_orders2");
  if (!one) return two ? two : one;
  if (!two) return one;
  // A cut between the two writes leaves the second one behind; every field only ever grows.
  return std::tie(one->epoch, one->install, one->reboot, one->reboot_armed) <
                 std::tie(two->epoch, two->install, two->reboot, two->reboot_armed)
             ? two
             : one;
}

Result<VerifiedSlot> Ledger::verified() const {
  return read_or_nothing<VerifiedSlot>(folder_ + "/verified");
}

Result<ReturnRight> Ledger::return_right() const {
  return read_or_nothing<ReturnRight>(folder_ + "/return_right");
}

Result<StubFloor> Ledger::stub_floor() const {
  auto one = read_record<StubFloor>(folder_ + "/stub_floor");
  auto two = read_record<StubFloor>(folder_ + "/stub_floor2");
  if (!one) return two ? two : one;
  return two && two->serial > one->serial ? two : one;
}

Status Ledger::store(const UsedOrders& used) {
  const std::string bytes = sealed(used);
  if (auto s = files::replace_durably(folder_ + "/used_orders", bytes); !s) return s;
  return files::replace_durably(folder_ + "/used_orders2", bytes);
}

Status Ledger::store(const VerifiedSlot& verified) {
  return files::replace_durably(folder_ + "/verified", sealed(verified));
}

Status Ledger::store(const ReturnRight& right) {
  return files::replace_durably(folder_ + "/return_right", sealed(right));
}

Status Ledger::store(const StubFloor& floor) {
  const std::string bytes = sealed(floor);
  if (auto s = files::replace_durably(folder_ + "/stub_floor", bytes); !s) return s;
  return files::replace_durably(folder_ + "/stub_floor2", bytes);
}

}  // namespace drydock::boot
