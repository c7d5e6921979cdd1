#pragma once
// Numbers, times and strangers' text as a person at a terminal reads them. Pure, any thread.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/time.hpp"

namespace drydock::command {

std::string human_bytes(std::uint64_t bytes);        // "4.0 MiB"; three digits are enough
std::string human_span(Duration span);               // "45s", "3m 20s", "5h 07m", "12d 3h"
std::string human_time(WallTime wall);               // "2026-11-22 23:11:34Z"; "-" for 0
std::string human_age(WallTime then, WallTime now);  // "20s ago"

// Control characters, which could move a terminal's cursor, become '?'.
std::string clean(std::string_view text);

// The text's words in lines of at most `width` columns; a longer word has a line of its own.
std::string wrapped(std::string_view text, std::size_t width);

// "[####....]"; `width` characters between the brackets.
std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width);

using Row = std::vector<std::string>;
// Columns padded to their widest cell, two blanks between them, a line end after each row.
std::string table(const Row& head, const std::vector<Row>& rows);
// One "name  value" line a pair.
std::string facts(const std::vector<Row>& pairs);

}  // namespace drydock::command
