#include "runtime/centre/names.hpp"

#include <fmt/format.h>

#include "messages/ids.hpp"
#include "runtime/shell/turn_record.hpp"

namespace drydock::centre {
namespace {

std::uint32_t table(NameKind kind) {
  return shell::table_of(Names::record_id, static_cast<std::uint32_t>(kind));
}

}  // namespace

Result<std::unique_ptr<Names>> Names::open(journal::Journal& journal) {
  std::unique_ptr<Names> names(new Names(journal));
  bool ok = true;
  for (const NameKind kind : name_kinds) {
    const auto read =
        journal.for_each_row(table(kind), [&](std::string_view key, std::string_view value) {
          std::uint64_t number = 0;
          ok = ok && shell::read_key(key, number) && name_number(value) == number;
          if (ok) names->names_.emplace(Key{kind, number}, value);
        });
    if (!read) return read.error().in("reading the names");
  }
  if (!ok)
    return Error{ErrorKind::malformed,
                 "a name in the journal does not fit its number; restore a backup"};
  return names;
}

Status Names::keep(NameKind kind, const std::string& name, const shell::Moment& at) {
  const std::uint64_t number = name_number(name);
  const std::lock_guard lock(mutex_);
  if (const auto known = names_.find({kind, number}); known != names_.end()) {
    if (known->second == name) return Done{};
    return Error{ErrorKind::refused,
                 fmt::format("\"{}\" has the same number as \"{}\", which is known already; choose "
                             "another name",
                             name, known->second)};
  }
  if (names_.size() >= names_max)
    return Error{ErrorKind::refused,
                 fmt::format("{} names are known, and more are not kept", names_max)};
  journal::Record record;
  record.machine = record_id;
  record.up_ms = at.up.value;
  record.wall_ms = at.wall.value;
  record.wall_trust = static_cast<std::uint8_t>(at.trust);
  record.rows.push_back({table(kind), shell::key_bytes(number), name, false});
  journal_.append(std::move(record), [](std::uint64_t) {});
  names_.emplace(Key{kind, number}, name);
  return Done{};
}

std::string Names::name(NameKind kind, std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find({kind, number});
  return found == names_.end() ? hex(number) : found->second;
}

bool Names::knows(NameKind kind, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find({kind, name_number(name)});
  return found != names_.end() && found->second == name;
}

std::string site_key(const std::string& client, const std::string& site) {
  return client + "/" + site;
}

std::string site_of_key(const std::string& key) {
  const auto slash = key.find('/');
  return slash == key.npos ? key : key.substr(slash + 1);
}

}  // namespace drydock::centre
