#include "runtime/config/reader.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <set>

namespace drydock::config {
namespace {

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }  // yaml-cpp counts from 0

std::string found(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar: return shown(node.Scalar());
    case YAML::NodeType::Sequence: return fmt::format("a list of {}", node.size());
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined: break;
  }
  return "nothing";
}

std::string names_of(std::initializer_list<Key> keys) {
  std::string names;
  for (const Key& key : keys) names += (names.empty() ? "" : ", ") + std::string(key.name);
  return names;
}

void read_keys(const Value& value, std::initializer_list<Key> keys, std::set<std::string>& seen) {
  for (const auto& entry : value.node()) {
    if (!entry.first.IsScalar()) {
      value.child(entry.first, entry.second)
          .problem(
              fmt::format("found {} as a key, accepted: {}", found(entry.first), names_of(keys)));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    const Value child = value.child(entry.first, entry.second);
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return name == k.name; });
    if (key == keys.end())
      child.problem(fmt::format("unknown key, accepted: {}", names_of(keys)));
    else if (!seen.insert(name).second)
      child.problem("given twice; keep one of them");
    else
      key->read(child);
  }
}

void read_root(std::string_view text, Problems& problems, const Read& read) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
  if (documents.size() > 1) {
    problems.add(line_of(documents[1]), "", "a second document begins here; keep one");
    return;
  }
  const bool empty = documents.empty() || documents[0].IsNull();
  const YAML::Node root = empty ? YAML::Node(YAML::NodeType::Map) : documents[0];
  read(Value(root, "", empty ? 1 : line_of(root), problems));
}

// Reads a scalar with one of the parsers of units.hpp and checks its bounds.
template <class T, class Parse, class Text>
Read bounded(T& out, T min, T max, Parse parse, Text text_of_bound, std::string_view form) {
  return [=, &out](const Value& value) {
    const std::string accepted =
        fmt::format("{}, from {} to {}", form, text_of_bound(min), text_of_bound(max));
    const std::string* scalar = value.scalar(accepted);
    if (scalar == nullptr) return;
    const auto parsed = parse(*scalar);
    if (!parsed || *parsed < min || *parsed > max)
      value.refuse(accepted);
    else
      out = *parsed;
  };
}

Read matching(std::string& out, std::string_view accepted, bool (*fits)(const std::string&)) {
  return [&out, accepted, fits](const Value& value) {
    const std::string* scalar = value.scalar(accepted);
    if (scalar == nullptr) return;
    if (fits(*scalar))
      out = *scalar;
    else
      value.refuse(accepted);
  };
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  std::string out(text.substr(0, shown_max));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return "\"" + out + (text.size() > shown_max ? "\"..." : "\"");
}

void Problems::add(int line, std::string_view key, std::string_view what) {
  if (++count_ > kProblemsMax) return;
  if (!text_.empty()) text_ += '\n';
  text_ += file_;
  if (line > 0) text_ += fmt::format(":{}", line);
  text_ += ": ";
  if (!key.empty()) text_ += fmt::format("{}: ", key);
  text_ += what;
}

Status Problems::status() const {
  if (count_ == 0) return Done{};
  std::string text = text_;
  if (count_ > kProblemsMax) text += fmt::format("\nand {} more", count_ - kProblemsMax);
  return Error{ErrorKind::malformed, std::move(text)};
}

const std::string* Value::scalar(std::string_view accepted) const {
  if (node_.IsScalar()) return &node_.Scalar();
  refuse(accepted);
  return nullptr;
}

void Value::refuse(std::string_view accepted) const {
  problem(fmt::format("found {}, accepted: {}", found(node_), accepted));
}

Value Value::item(std::size_t index) const {
  const YAML::Node node = node_[index];
  return {node, fmt::format("{}[{}]", key_, index), line_of(node), *problems_};
}

Value Value::child(const YAML::Node& key, const YAML::Node& node) const {
  std::string name = key.IsScalar() ? key.Scalar() : "?";
  if (!is_printable(name) || name.size() > 64) name = shown(name);
  return {node, key_.empty() ? name : key_ + "." + name, line_of(key), *problems_};
}

void read_map(const Value& value, std::initializer_list<Key> keys) {
  if (!value.node().IsMap()) {
    value.refuse("a map with the keys " + names_of(keys));
    return;
  }
  std::set<std::string> seen;
  read_keys(value, keys, seen);
  for (const Key& key : keys)
    if (key.presence == Presence::required && !seen.contains(key.name))
      value.problem(fmt::format("the key \"{}\" is missing", key.name));
}

Status read_document(std::string_view text, const std::string& file, const Read& read) {
  Problems problems(file);
  try {
    read_root(text, problems, read);
  } catch (const YAML::Exception& e) {
    problems.add(e.mark.is_null() ? 0 : e.mark.line + 1, "", "not YAML: " + e.msg);
  } catch (const std::exception& e) {
    problems.add(0, "", fmt::format("cannot be read: {}", e.what()));
  }
  return problems.status();
}

Read text(std::string& out, Length length) {
  return [&out, length](const Value& value) {
    const auto accepted = fmt::format("text of {} to {} bytes on one line", length.min, length.max);
    const std::string* scalar = value.scalar(accepted);
    if (scalar == nullptr) return;
    if (scalar->size() < length.min || scalar->size() > length.max || !is_printable(*scalar))
      value.refuse(accepted);
    else
      out = *scalar;
  };
}

Read name(std::string& out) {
  return matching(out, kNameForm, [](const std::string& s) { return is_name(s); });
}

Read path(std::string& out) {
  return matching(out, "an absolute path of at most 4095 bytes", [](const std::string& s) {
    return s.starts_with('/') && s.size() <= 4095 && is_printable(s);
  });
}

Read flag(bool& out) {
  return [&out](const Value& value) {
    const std::string* scalar = value.scalar("true, false");
    if (scalar == nullptr) return;
    if (*scalar == "true" || *scalar == "false")
      out = *scalar == "true";
    else
      value.refuse("true, false");
  };
}

Read duration(Duration& out, Duration min, Duration max) {
  return bounded(
      out, min, max, parse_duration, [](Duration d) { return text_of(d); }, kDurationForm);
}

Read bytes(Bytes& out, Bytes min, Bytes max) {
  return bounded(
      out, min, max, parse_bytes, [](Bytes b) { return text_of(b); }, kBytesForm);
}

Read share(Permille& out, Permille min, Permille max) {
  return bounded(
      out, min, max, parse_share,
      [](Permille p) { return fmt::format("{}.{}%", p.value / 10, p.value % 10); }, kShareForm);
}

Read factor(Permille& out, Permille min, Permille max) {
  return bounded(
      out, min, max, parse_factor,
      [](Permille p) { return fmt::format("{}.{:03}", p.value / 1000, p.value % 1000); },
      kFactorForm);
}

Read endpoint(Endpoint& out) {
  return [&out](const Value& value) {
    const std::string* scalar = value.scalar(kEndpointForm);
    if (scalar == nullptr) return;
    if (auto parsed = parse_endpoint(*scalar))
      out = std::move(*parsed);
    else
      value.refuse(kEndpointForm);
  };
}

Read log_level(LogLevel& out) {
  static constexpr std::array<Word<LogLevel>, 4> words{{{"debug", LogLevel::debug},
                                                        {"info", LogLevel::info},
                                                        {"warning", LogLevel::warning},
                                                        {"error", LogLevel::error}}};
  return choice<LogLevel>(out, words);
}

Read whole_number(std::function<void(std::uint64_t)> put, std::uint64_t min, std::uint64_t max) {
  return [put = std::move(put), min, max](const Value& value) {
    const auto accepted = fmt::format("a whole number from {} to {}", min, max);
    const std::string* scalar = value.scalar(accepted);
    if (scalar == nullptr) return;
    const auto n = parse_whole(*scalar);
    if (!n || *n < min || *n > max)
      value.refuse(accepted);
    else
      put(*n);
  };
}

}  // namespace drydock::config
