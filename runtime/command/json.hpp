#pragma once
// JSON as the operators' interface speaks it: documents in the order they were written, and fields
// that are read with their type or not at all.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::command {

using Json = nlohmann::ordered_json;

// One line without a line end. Bytes that are no UTF-8 are replaced, never thrown at the caller.
std::string json_text(const Json& document);

// Malformed when the text is not exactly one JSON object.
Result<Json> parse_object(std::string_view text);

// Empty when the field is missing, null or of another type.
std::optional<std::uint64_t> number_in(const Json& object, const char* name);
std::optional<std::string> text_in(const Json& object, const char* name);
std::optional<WallTime> time_in(const Json& object, const char* name);
bool flag_in(const Json& object, const char* name);           // false unless it is true
const Json* list_in(const Json& object, const char* name);    // nullptr unless it is a list
const Json& object_in(const Json& object, const char* name);  // empty unless it is an object

// For tables: text clean of control characters, whole numbers as digits, "-" for the rest.
std::string cell(const Json& object, const char* name);

}  // namespace drydock::command
