#include "runtime/centre/json_input.hpp"

#include <fmt/format.h>

#include "runtime/trust/names.hpp"

namespace drydock::centre {

JsonInput JsonInput::of(std::string_view body) {
  if (body.empty()) return {nlohmann::json::object(), ""};
  auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object()) return {json, ""};
  JsonInput bad(nlohmann::json::object(), "");
  bad.problem("the body is no JSON object");
  return bad;
}

JsonInput::JsonInput(const nlohmann::json& object, std::string where)
    : object_(object), where_(std::move(where)) {}

void JsonInput::problem(const std::string& text) {
  if (!problem_) problem_ = where_.empty() ? text : where_ + ": " + text;
}

const nlohmann::json* JsonInput::find(const std::string& key) {
  asked_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> JsonInput::optional_text(const std::string& key, std::size_t max) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    problem(fmt::format("\"{}\" must be a text", key));
    return {};
  }
  auto text = value->get<std::string>();
  if (text.size() <= max) return text;
  problem(fmt::format("\"{}\" has {} bytes, at most {} are kept", key, text.size(), max));
  return {};
}

std::string JsonInput::text(const std::string& key, std::size_t max) {
  const auto value = optional_text(key, max);
  if (!value || value->empty()) problem(fmt::format("\"{}\" is missing", key));
  return value.value_or("");
}

std::vector<std::string> JsonInput::texts(const std::string& key, std::size_t bytes_max,
                                          std::size_t count_max) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  std::vector<std::string> all;
  bool fits = value->is_array() && value->size() <= count_max;
  for (std::size_t n = 0; fits && n < value->size(); ++n) {
    const auto& item = (*value)[n];
    fits = item.is_string() && !item.get_ref<const std::string&>().empty() &&
           item.get_ref<const std::string&>().size() <= bytes_max;
    if (fits) all.push_back(item.get<std::string>());
  }
  if (fits) return all;
  problem(fmt::format("\"{}\" must be a list of at most {} texts of 1 to {} bytes", key, count_max,
                      bytes_max));
  return {};
}

std::int64_t JsonInput::number(const std::string& key, std::int64_t absent, std::int64_t min,
                               std::int64_t max) {
  const auto* value = find(key);
  if (value == nullptr) return absent;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() ||
                     value->get<std::uint64_t>() <= static_cast<std::uint64_t>(max));
  const std::int64_t number = fits ? value->get<std::int64_t>() : 0;
  if (fits && number >= min && number <= max) return number;
  problem(fmt::format("\"{}\" must be a whole number from {} to {}", key, min, max));
  return absent;
}

bool JsonInput::flag(const std::string& key) {
  const auto* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) problem(fmt::format("\"{}\" must be true or false", key));
  return value->is_boolean() && value->get<bool>();
}

JsonInput JsonInput::object(const std::string& key) {
  const auto* value = find(key);
  if (value != nullptr && !value->is_object())
    problem(fmt::format("\"{}\" must be an object", key));
  if (value == nullptr || !value->is_object()) return {nlohmann::json::object(), key};
  return {*value, key};
}

std::vector<JsonInput> JsonInput::objects(const std::string& key, std::size_t count_max) {
  const auto* value = find(key);
  std::vector<JsonInput> all;
  if (value == nullptr) return all;
  bool fits = value->is_array() && value->size() <= count_max;
  for (std::size_t n = 0; fits && n < value->size(); ++n) {
    fits = (*value)[n].is_object();
    if (fits) all.push_back({(*value)[n], fmt::format("{}[{}]", key, n)});
  }
  if (!fits) problem(fmt::format("\"{}\" must be a list of at most {} objects", key, count_max));
  return fits ? all : std::vector<JsonInput>{};
}

void JsonInput::adopt(const JsonInput& nested) {
  if (nested.problem_ && !problem_) problem_ = nested.problem_;
}

Status JsonInput::done() {
  for (const auto& [key, value] : object_.items())
    if (!asked_.contains(key)) problem("unknown key \"" + trust::printable(key) + "\"");
  if (!problem_) return Done{};
  return Error{ErrorKind::malformed, *problem_};
}

}  // namespace drydock::centre
