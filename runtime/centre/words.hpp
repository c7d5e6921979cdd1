#pragma once
// The interface's words for what the machines know by number.
#include <optional>
#include <string>
#include <string_view>

#include "actors/registry/machine.hpp"
#include "messages/check_in.hpp"
#include "runtime/journal/chain.hpp"

namespace drydock::centre {

std::string_view wait_word(WaitReason reason);  // "site_busy"; "none" when nothing is in the way
std::string wait_text(const Wait& wait);        // a sentence for a person
std::optional<Lifecycle> lifecycle_of(std::string_view word);
std::string incarnation_text(const journal::Incarnation& incarnation);

}  // namespace drydock::centre
