#pragma once
// A JSON object from outside, read key by key. Every problem is one sentence with its key; keys
// nobody asked for are problems, so that a misspelt one is not silently ignored.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/result.hpp"

namespace drydock::centre {

class JsonInput {
 public:
  // An empty body is an empty object. `where` begins the sentences: "policy".
  static JsonInput of(std::string_view body);
  JsonInput(const nlohmann::json& object, std::string where);

  // Each remembers the first problem and then answers nothing or the default.
  std::string text(const std::string& key, std::size_t bytes_max);  // must be there, not empty
  std::optional<std::string> optional_text(const std::string& key, std::size_t bytes_max);
  // Absent: none.
  std::vector<std::string> texts(const std::string& key, std::size_t bytes_max,
                                 std::size_t count_max);
  std::int64_t number(const std::string& key, std::int64_t absent, std::int64_t min,
                      std::int64_t max);
  bool flag(const std::string& key);  // absent: false
  JsonInput object(const std::string& key);
  // Absent: none.
  std::vector<JsonInput> objects(const std::string& key, std::size_t count_max);
  bool has(const std::string& key) { return find(key) != nullptr; }
  // Takes over the problem of a nested object.
  void adopt(const JsonInput& nested);

  void problem(const std::string& text);
  // Malformed with the first problem, unknown keys included. Ask last.
  Status done();

 private:
  const nlohmann::json* find(const std::string& key);

  nlohmann::json object_;
  std::string where_;
  std::set<std::string> asked_;
  std::optional<std::string> problem_;
};

}  // namespace drydock::centre
