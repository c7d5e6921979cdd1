#include "runtime/journal/opening.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "runtime/journal/set_aside.hpp"

namespace drydock::journal {

namespace {
Result<files::UniqueFd> take_lock(const std::string& path) {
  const std::string name = path + "/lock";
  auto fd = files::open(name, O_RDWR | O_CREAT);
  if (fd && ::flock(fd->get(), LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorKind::refused,
                 fmt::format("{} is held: another process has this journal open", name)};
  return fd;
}

// The database is made under another name, so that <path>/db is complete or absent.
Status create_fresh(const std::string& path, Profile profile) {
  const std::string unfinished = path + "/db.new";
  std::error_code code;
  std::filesystem::remove_all(unfinished, code);
  Incarnation incarnation{};
  if (RAND_bytes(incarnation.data(), static_cast<int>(incarnation.size())) != 1)
    return Error{ErrorKind::io, "no random bytes for the journal's identity"};
  Heads heads;
  First first;
  heads.link = heads.evidence_link = heads.decision_link = first.link_before =
      chain_start(incarnation);
  rocksdb::WriteBatch rows;
  rows.Put(key::meta("format"), fmt::format("{} {}", format_name, format_version));
  rows.Put(key::meta("incarnation"), std::string(incarnation.begin(), incarnation.end()));
  rows.Put(key::meta("head"), encode_heads(heads));
  rows.Put(key::meta("first"), encode_first(first));
  if (const auto why = newest_loss(path)) rows.Put(key::meta("lost"), *why);
  if (auto made = Store::create(unfinished, profile, rows); !made) return made;
  const std::string name = path + "/db";
  if (std::rename(unfinished.c_str(), name.c_str()) != 0) return files::last_error("naming", name);
  return files::sync_folder(path);
}

Status create_with_reserve(const std::string& path, Profile profile, Reserve& reserve) {
  auto made = create_fresh(path, profile);
  if (!made && made.error().kind == ErrorKind::no_space && reserve.release())
    made = create_fresh(path, profile);
  if (!made) return made.error().in(path);
  return made;
}

Status check_format(const Store& store) {
  const auto text = store.get(key::meta("format"));
  if (!text && text.error().kind != ErrorKind::not_found) return text.error();
  const std::string prefix = std::string(format_name) + " ";
  if (!text || text->compare(0, prefix.size(), prefix) != 0)
    return Error{ErrorKind::mismatch, "foreign: the database is not a Drydock journal"};
  std::uint32_t version = 0;
  std::from_chars(text->data() + prefix.size(), text->data() + text->size(), version);
  if (version == 0 || version > format_version)
    return Error{ErrorKind::mismatch,
                 fmt::format("newer: the journal has format {}, this program reads up to {}",
                             text->substr(prefix.size()), format_version)};
  return Done{};
}

// The head and the record it names are written together; apart, something was lost or changed.
Status check_head(const Store& store, const Heads& heads) {
  if (heads.seq == 0) return Done{};
  const auto value = store.get(key::record(heads.seq));
  const auto stored = value ? decode_stored(*value) : Result<StoredRecord>(value.error());
  if (!stored || stored->link != heads.link)
    return Error{ErrorKind::malformed,
                 fmt::format("corrupt: record {} is not the one the head names", heads.seq)};
  return Done{};
}

Result<Opened> load(const std::string& path, const JournalOptions& options, Room room) {
  auto store = Store::open(path + "/db", options.profile, room);
  if (!store) return store.error();
  Opened opened;
  opened.store = std::move(*store);
  auto identity = read_identity(*opened.store);
  if (!identity) return identity.error();
  opened.incarnation = identity->incarnation;
  opened.heads = identity->heads;
  opened.first = identity->first;
  if (options.expected_incarnation && *options.expected_incarnation != opened.incarnation)
    return Error{ErrorKind::mismatch, "foreign: the journal has another incarnation"};
  if (auto checked = check_head(*opened.store, opened.heads); !checked) return checked.error();
  // An appliance must not meet a bad block later, as one failed write after each restart.
  if (options.mode == OpenMode::set_aside) {
    if (auto checked = opened.store->verify_checksums(); !checked) return checked.error();
  }
  if (auto lost = opened.store->get(key::meta("lost"))) opened.lost = *lost;
  if (opened.store->get(key::meta("clean"))) {
    opened.clean = true;
    rocksdb::WriteBatch open_now;
    open_now.Delete(key::meta("clean"));
    if (auto s = opened.store->write(open_now, Durability::synced); !s) return s.error();
  }
  return opened;
}

bool cannot_be_trusted(const Error& error) {
  return error.kind == ErrorKind::malformed || error.kind == ErrorKind::mismatch ||
         (error.kind == ErrorKind::io && error.text.find(std::strerror(EIO)) != std::string::npos);
}

// A full disk needs only a little room to open; the reserve has it.
Result<Opened> load_with_reserve(const std::string& path, const JournalOptions& options,
                                 Reserve& reserve) {
  auto opened = load(path, options, Room::plenty);
  if (opened || opened.error().kind != ErrorKind::no_space) return opened;
  spdlog::warn("journal {}: {}; giving back the reserve", path, opened.error().text);
  reserve.release();
  auto again = load(path, options, Room::scarce);
  if (again) again->disk_full = true;
  return again;
}
}  // namespace

Result<Identity> read_identity(const Store& store) {
  if (auto format = check_format(store); !format) return format.error();
  Identity identity;
  const auto incarnation = store.get(key::meta("incarnation"));
  if (!incarnation || incarnation->size() != identity.incarnation.size())
    return Error{ErrorKind::malformed, "corrupt: the journal has no identity"};
  std::copy(incarnation->begin(), incarnation->end(), identity.incarnation.begin());
  const auto head = store.get(key::meta("head"));
  const auto heads = decode_heads(head ? *head : std::string());
  if (!heads) return heads.error();
  const auto mark = store.get(key::meta("first"));
  const auto first = decode_first(mark ? *mark : std::string());
  if (!first) return first.error();
  identity.heads = *heads;
  identity.first = *first;
  return identity;
}

Result<Opened> open_folder(const std::string& path, const JournalOptions& options,
                           Reserve& reserve) {
  if (auto made = files::make_folders(path); !made) return made.error();
  auto lock = take_lock(path);
  if (!lock) return lock.error();
  std::error_code code;
  if (!std::filesystem::exists(path + "/db", code)) {
    if (options.expected_incarnation && options.mode == OpenMode::strict)
      return Error{ErrorKind::not_found,
                   fmt::format("{}/db is missing, and a known journal was asked for; restore it "
                               "from a backup",
                               path)};
    if (auto made = create_with_reserve(path, options.profile, reserve); !made) return made.error();
  }
  // A fresh journal cannot be the expected one; after a loss its own identity is taken.
  auto opened = load_with_reserve(path, options, reserve);
  if (!opened && options.mode == OpenMode::set_aside && cannot_be_trusted(opened.error())) {
    spdlog::error("journal {}: {}; it is set aside", path, opened.error().text);
    if (auto moved = set_aside(path, opened.error().text); !moved) return moved.error();
    if (auto made = create_with_reserve(path, options.profile, reserve); !made) return made.error();
    JournalOptions afresh = options;
    afresh.expected_incarnation.reset();
    opened = load_with_reserve(path, afresh, reserve);
  }
  if (!opened) return opened.error().in(path);
  opened->lock = std::move(*lock);
  return opened;
}

}  // namespace drydock::journal
