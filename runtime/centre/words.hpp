#pragma once
// The interface's words for what the machines know by number.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/planner/rows.hpp"
#include "actors/registry/machine.hpp"
#include "messages/check_in.hpp"
#include "runtime/centre/names.hpp"
#include "runtime/journal/chain.hpp"

namespace drydock::centre {

std::string_view wait_word(WaitReason reason);  // "site_busy"; "none" when nothing is in the way
std::string wait_text(const Wait& wait);        // a sentence for a person
// How many came how far, by the interface's word for it.
std::array<std::pair<const char*, std::uint32_t>, 10> tally_words(const planner::Tally& tally);
std::vector<std::string> label_names(const Names& names, const Labels& labels);
std::optional<Lifecycle> lifecycle_of(std::string_view word);
std::string incarnation_text(const journal::Incarnation& incarnation);

}  // namespace drydock::centre
