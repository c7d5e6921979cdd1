#pragma once
// What can be repaired: a fixed table. A remedy never acts by itself; it asks a port that the
// program wires, here root-helper, which has an allow-list of its own.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::remedies {

// The numbers are journaled; one is never given to another remedy. 0 is none.
enum class Kind : std::uint8_t { none = 0, restart_unit = 1 };

struct Entry {
  Kind kind;
  std::string_view name;    // as configuration and evidence write it
  std::string_view target;  // what the target names, for a message to a person
};

// Every remedy there is.
std::span<const Entry> table();
std::optional<Kind> by_name(std::string_view name);

struct Ports {  // each may block and is called on the caller's thread
  std::function<Status(std::string unit)> restart_unit;  // root-helper
};

struct Remedy {
  Kind kind = Kind::none;
  std::string target;  // the unit to restart
};

// A unit name as the service manager writes one: 1 to 255 of letters, digits and ":-_.\@", with one
// of its suffixes (.service, .socket, .timer, .target, .mount, .path).
bool is_unit_name(std::string_view text);

// Asks the port. Success says that the port did what it was asked, not that the trouble is over:
// only the next check tells. Refused: Kind::none, a target that is no unit name. Blocks as the port
// does.
Status apply(const Remedy& remedy, const Ports& ports);

}  // namespace drydock::remedies
