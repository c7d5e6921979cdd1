#include "runtime/command/human.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace drydock::command {
namespace {

// Columns that a UTF-8 text takes, near enough: its code points.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void widen(std::vector<std::size_t>& widths, const Row& row) {
  widths.resize(std::max(widths.size(), row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
}

void append_row(std::string& out, const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    line.append(widths[i] - columns_of(row[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return value < 100 ? fmt::format("{:.1f} {}", value, units[unit])
                     : fmt::format("{:.0f} {}", value, units[unit]);
}

std::string human_span(Duration span) {
  const std::int64_t s = std::max<std::int64_t>(span.value, 0) / 1000;
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h {:02}m", s / 3600, s % 3600 / 60);
  return fmt::format("{}d {}h", s / 86400, s % 86400 / 3600);
}

std::string human_time(WallTime wall) {
  const std::time_t seconds = wall.value / 1000;
  std::tm utc{};
  if (wall.value <= 0 || ::gmtime_r(&seconds, &utc) == nullptr) return "-";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string human_age(WallTime then, WallTime now) { return human_span(now - then) + " ago"; }

std::string clean(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return out;
}

std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t wide = columns_of(word);
    if (column > 0) {
      const bool fits = column + 1 + wide <= width;
      out += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    out += word;
    column += wide;
  }
  return out;
}

std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width) {
  const auto share =
      all == 0 ? 0.0 : static_cast<double>(std::min(done, all)) / static_cast<double>(all);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

std::string table(const Row& head, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  widen(widths, head);
  for (const Row& row : rows) widen(widths, row);
  std::string out;
  append_row(out, head, widths);
  for (const Row& row : rows) append_row(out, row, widths);
  return out;
}

std::string facts(const std::vector<Row>& pairs) {
  std::vector<std::size_t> widths;
  for (const Row& row : pairs) widen(widths, row);
  std::string out;
  for (const Row& row : pairs) append_row(out, row, widths);
  return out;
}

}  // namespace drydock::command
