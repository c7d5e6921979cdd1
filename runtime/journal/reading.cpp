#include "runtime/journal/reading.hpp"

#include <fmt/format.h>

#include "runtime/journal/batch.hpp"
#include "runtime/journal/opening.hpp"

namespace drydock::journal {

Reading::Reading(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Reading::~Reading() = default;
Reading::Reading(Reading&&) noexcept = default;
Reading& Reading::operator=(Reading&&) noexcept = default;

Result<Reading> Reading::open(const std::string& path, Profile profile) {
  auto store = Store::open_to_read(path + "/db", profile);
  if (!store) return std::move(store).error().in(path);
  if (auto identity = read_identity(**store); !identity)
    return std::move(identity).error().in(path);
  return Reading(std::move(*store));
}

Status Reading::for_each_row(
    std::uint32_t table,
    const std::function<void(std::string_view, std::string_view)>& visit) const {
  const std::string prefix = key::row(table, "");
  return store_->scan(prefix, key::after(prefix),
                      [&](std::string_view key, std::string_view value) {
                        visit(key.substr(prefix.size()), value);
                        return Walk::on;
                      });
}

Status Reading::for_each_decision(const std::function<void(const Decision&)>& visit) const {
  std::uint64_t bad = 0;
  const auto walked = store_->scan("l/", "l0", [&](std::string_view key, std::string_view value) {
    const auto stored = decode_decision(value);
    const std::uint64_t position = key::number_in(key);
    if (!stored) {
      bad = position;
      return Walk::stop;
    }
    visit({position, stored->epoch, std::string(stored->bytes)});
    return Walk::on;
  });
  if (walked && bad != 0)
    return Error{ErrorKind::malformed,
                 fmt::format("decision {} does not parse; drydock journal verify says more", bad)};
  return walked;
}

}  // namespace drydock::journal
