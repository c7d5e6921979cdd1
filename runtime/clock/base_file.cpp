#include "runtime/clock/base_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <fcntl.h>
#include <fmt/format.h>

#include "runtime/files/files.hpp"

namespace drydock::clock {
namespace {

constexpr std::size_t kRecordSize = 512;
constexpr std::array<const char*, 2> kNames{"base", "base2"};
// A hundred years; a larger number is no time of ours, whatever its check says.
constexpr std::int64_t kLongest = 100 * 366 * hours(24).value;

// FNV-1a, 64 bits. It tells a torn record from a whole one; it is no defence against a forger.
std::uint64_t check_of(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

std::string encode(const Base& base) {
  std::string text = fmt::format("clock 1\nboot_id {}\nahead_ms {}\npromised_ms {}\n", base.boot_id,
                                 base.ahead.value, base.promised.value);
  text += fmt::format("check {:016x}\n", check_of(text));
  ASSERT(text.size() < kRecordSize);
  text.resize(kRecordSize - 1, ' ');
  return text + '\n';
}

// The rest of the first line of `text` when it begins with `key`; the line is taken off.
std::optional<std::string_view> take(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (!text.starts_with(key) || end == std::string_view::npos) return std::nullopt;
  const auto value = text.substr(key.size(), end - key.size());
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::int64_t> number(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  if (n < -kLongest || n > kLongest) return std::nullopt;
  return n;
}

std::optional<Base> decode(std::string_view record) {
  if (record.size() != kRecordSize) return std::nullopt;
  std::string_view rest = record;
  if (take(rest, "clock ") != "1") return std::nullopt;
  const auto boot_id = take(rest, "boot_id ");
  const auto ahead = number(take(rest, "ahead_ms "));
  const auto promised = number(take(rest, "promised_ms "));
  const auto signed_part = record.substr(0, record.size() - rest.size());
  const auto check = take(rest, "check ");
  if (!boot_id || !ahead || !promised || *promised < 0) return std::nullopt;
  if (!is_boot_id(*boot_id) || check != fmt::format("{:016x}", check_of(signed_part)))
    return std::nullopt;
  return Base{std::string(*boot_id), {*ahead}, {*promised}};
}

Status write_copy(const std::string& path, std::string_view record) {
  auto fd = files::open(path, O_WRONLY | O_CREAT);
  if (!fd) return fd.error();
  if (auto s = files::write_at(fd->get(), record, 0, path); !s) return s;
  return files::sync(fd->get(), path);
}

}  // namespace

bool is_boot_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

std::optional<Base> read_base(const std::string& folder) {
  std::optional<Base> best;
  for (const char* name : kNames) {
    const auto bytes = files::read(folder + "/" + name, kRecordSize);
    if (!bytes) continue;  // a copy that cannot be read is as good as none; the other may serve
    auto base = decode(*bytes);
    if (base && (!best || best->promised < base->promised)) best = std::move(base);
  }
  return best;
}

Status write_base(const std::string& folder, const Base& base) {
  const std::string record = encode(base);
  for (const char* name : kNames)
    if (auto s = write_copy(folder + "/" + name, record); !s) return s;
  return Done{};
}

}  // namespace drydock::clock
