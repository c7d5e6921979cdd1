#include "runtime/command/json.hpp"

#include "runtime/command/human.hpp"

namespace drydock::command {
namespace {

const Json* find(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &*at;
}

}  // namespace

std::string json_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse_object(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (document.is_object()) return document;
  return Error{ErrorKind::malformed, "not a JSON object: " + clean(text.substr(0, 80))};
}

std::optional<std::uint64_t> number_in(const Json& object, const char* name) {
  const Json* value = find(object, name);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  return value->get<std::uint64_t>();
}

std::optional<std::string> text_in(const Json& object, const char* name) {
  const Json* value = find(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<WallTime> time_in(const Json& object, const char* name) {
  const auto number = number_in(object, name);
  if (!number || *number > INT64_MAX) return std::nullopt;
  return WallTime{static_cast<std::int64_t>(*number)};
}

bool flag_in(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

const Json* list_in(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

const Json& object_in(const Json& object, const char* name) {
  static const Json empty = Json::object();
  const Json* value = find(object, name);
  return value != nullptr && value->is_object() ? *value : empty;
}

std::string cell(const Json& object, const char* name) {
  if (const auto text = text_in(object, name); text && !text->empty()) return clean(*text);
  if (const auto number = number_in(object, name)) return std::to_string(*number);
  return "-";
}

}  // namespace drydock::command
