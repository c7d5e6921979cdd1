#pragma once
// The names behind the numbers of clients, sites and hardware models. The machines know numbers
// only; here the names stay, as rows of the journal.
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "runtime/journal/journal.hpp"
#include "runtime/shell/turns.hpp"

namespace drydock::centre {

enum class NameKind : std::uint32_t {
  client = 1,
  site = 2,
  hardware = 3,
  site_class = 4,
  label = 5,
};
inline constexpr std::array<NameKind, 5> name_kinds = {
    NameKind::client, NameKind::site, NameKind::hardware, NameKind::site_class, NameKind::label};

class Names {  // any thread
 public:
  static constexpr std::size_t names_max = 2'000'000;
  // The rows' place in the journal: beside the machines' ids, and no machine's.
  static constexpr std::uint32_t record_id = 30;

  // Errors: those of the journal; malformed when a row does not fit. The journal outlives this.
  static Result<std::unique_ptr<Names>> open(journal::Journal& journal);

  // Durable before anything that is appended to the journal afterwards. Refused when another name
  // has the same number, or too many are known.
  Status keep(NameKind kind, const std::string& name, const shell::Moment& at);
  // 16 hex digits when nobody has given the number a name.
  std::string name(NameKind kind, std::uint64_t number) const;
  // Is this the name its number stands for?
  bool knows(NameKind kind, const std::string& name) const;

 private:
  explicit Names(journal::Journal& journal) : journal_(journal) {}
  using Key = std::pair<NameKind, std::uint64_t>;
  journal::Journal& journal_;
  mutable std::mutex mutex_;  // held while appending, to keep the order
  std::map<Key, std::string> names_;
};

// A site's name as its number is made of it; clients may use the same word for different sites.
std::string site_key(const std::string& client, const std::string& site);
// And back, for a person.
std::string site_of_key(const std::string& key);

}  // namespace drydock::centre
