#pragma once
// A small reader over yaml-cpp. A document is described by tables of keys; each key names where its
// value goes and what it may be. Everything wrong with a file is told at once, one line each:
//
//   agent.yaml:7: healer.rules[0].disk.used_max: found "lots", accepted: a share ...
//
// A key nobody described, a key given twice, a missing required key and a second document are
// errors. No exception leaves `read_document`. Included by the .cpp files of this folder, and by
// simulations/scenarios.
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "runtime/config/log_level.hpp"
#include "runtime/config/units.hpp"
#include "runtime/result.hpp"

namespace drydock::config {

// Text from outside, quoted and fit to be shown: cut at 60 bytes, control characters replaced.
std::string shown(std::string_view text);

// What is wrong with one file. Bounded: after kProblemsMax the rest is only counted.
class Problems {
 public:
  static constexpr std::size_t kProblemsMax = 16;
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void add(int line, std::string_view key, std::string_view what);  // line 0: none to name
  std::size_t count() const { return count_; }
  Status status() const;  // malformed, with one line a problem

 private:
  std::string file_;
  std::string text_;
  std::size_t count_ = 0;
};

// One value of a document and where it stands.
class Value {
 public:
  Value(YAML::Node node, std::string key, int line, Problems& problems)
      : node_(std::move(node)), key_(std::move(key)), line_(line), problems_(&problems) {}
  const YAML::Node& node() const { return node_; }
  const std::string& key() const { return key_; }
  // The scalar's text; none, and a problem, for a list, a map or nothing.
  const std::string* scalar(std::string_view accepted) const;
  void refuse(std::string_view accepted) const;  // found this, accepted that
  void problem(std::string_view what) const { problems_->add(line_, key_, what); }
  std::size_t problems() const { return problems_->count(); }  // of the whole file so far
  Value item(std::size_t index) const;
  Value child(const YAML::Node& key, const YAML::Node& node) const;

 private:
  YAML::Node node_;
  std::string key_;  // "healer.rules[0].name"
  int line_;         // from 1
  Problems* problems_;
};

using Read = std::function<void(const Value&)>;
enum class Presence { optional, required };
struct Key {
  const char* name;
  Read read;
  Presence presence = Presence::optional;
};

// A map with these keys and no others.
void read_map(const Value& value, std::initializer_list<Key> keys);

// Parses one document and reads its root; `read` fills what it captured. An empty file is an empty
// map. `file` is for messages only.
Status read_document(std::string_view text, const std::string& file, const Read& read);

// --- what a key's value may be; each keeps `out` as it is when the value is refused
// ---------------
struct Length {
  std::size_t min = 1;
  std::size_t max = 128;
};
Read text(std::string& out, Length length = {});  // printable, no line ends
Read name(std::string& out);                      // 1 to 64 of letters, digits and "-_."
Read path(std::string& out);                      // absolute, at most 4095 bytes
Read flag(bool& out);                             // true or false
Read duration(Duration& out, Duration min, Duration max);
Read bytes(Bytes& out, Bytes min, Bytes max);
Read share(Permille& out, Permille min, Permille max);
Read factor(Permille& out, Permille min, Permille max);
Read endpoint(Endpoint& out);
Read log_level(LogLevel& out);
Read whole_number(std::function<void(std::uint64_t)> put, std::uint64_t min, std::uint64_t max);

template <class Int>
Read number(Int& out, Int min, Int max) {
  return whole_number([&out](std::uint64_t n) { out = static_cast<Int>(n); }, min, max);
}

// One of the words of a table of {word, value}. The table must outlive the reading.
template <class Enum>
struct Word {
  std::string_view word;
  Enum value;
};
template <class Enum>
Read choice(Enum& out, std::span<const Word<Enum>> words) {
  return [&out, words](const Value& value) {
    std::string accepted;
    for (const auto& w : words) accepted += (accepted.empty() ? "" : ", ") + std::string(w.word);
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    for (const auto& w : words) {
      if (w.word != *found) continue;
      out = w.value;
      return;
    }
    value.refuse(accepted);
  };
}

struct Count {
  std::size_t min = 0;
  std::size_t max = 0;
};
// A list; each item is read by what `item` gives for its place. The old content of `out` goes.
template <class T>
Read list(std::vector<T>& out, Count count, std::function<Read(T&)> item) {
  return [&out, count, item](const Value& value) {
    const std::size_t size = value.node().IsSequence() ? value.node().size() : 0;
    if (!value.node().IsSequence() || size < count.min || size > count.max) {
      value.refuse(fmt::format("a list of {} to {} items", count.min, count.max));
      return;
    }
    out.assign(size, T{});
    for (std::size_t i = 0; i < size; ++i) item(out[i])(value.item(i));
  };
}

// A map of its own, read by a function of this shape.
template <class T>
Read section(T& out, void (*read)(const Value&, T&)) {
  return [&out, read](const Value& value) { read(value, out); };
}

}  // namespace drydock::config
