#include "runtime/config/coordinator.hpp"

#include "runtime/config/document.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

void read_listeners(const Value& value, CoordinatorConfig& out) {
  read_map(value, {{"edge", endpoint(out.edge)},
                   {"operator", endpoint(out.operators)},
                   {"http", endpoint(out.http)}});
}

void read_journal(const Value& value, JournalLimits& out) {
  read_map(value, {{"size_max", bytes(out.size, mebibytes(64), gibibytes(16 * 1024))},
                   {"age_max", duration(out.age, hours(24), hours(24 * 3650))}});
}

void read_workers(const Value& value, CoordinatorConfig& out) {
  read_map(value, {{"edge", number<std::uint32_t>(out.edge_workers, 1, 256)},
                   {"download", number<std::uint32_t>(out.download_workers, 1, 256)}});
}

void read_coordinator(const Value& value, CoordinatorConfig& out) {
  read_map(value,
           {{"data", path(out.data)},
            {"pki", path(out.pki)},
            {"listen", section(out, read_listeners)},
            {"download_rate", bytes(out.download_rate, kibibytes(1), gibibytes(1024))},
            {"check_ins_per_minute", number<std::uint32_t>(out.check_ins_per_minute, 1, 100'000)},
            {"journal", section(out.journal, read_journal)},
            {"workers", section(out, read_workers)},
            {"log_level", log_level(out.log_level)}});
}

}  // namespace

Result<CoordinatorConfig> parse_coordinator(std::string_view text, const std::string& file) {
  CoordinatorConfig config;
  if (auto s = read_document(text, file, section(config, read_coordinator)); !s) return s.error();
  return config;
}

Result<CoordinatorConfig> load_coordinator(const std::optional<std::string>& path) {
  const std::string file = path.value_or(kCoordinatorFile);
  auto text = document_text(file);
  if (!text && !path && text.error().kind == ErrorKind::not_found) return CoordinatorConfig{};
  if (!text) return text.error();
  return parse_coordinator(*text, file);
}

}  // namespace drydock::config
