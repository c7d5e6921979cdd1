#include "runtime/config/command.hpp"

#include "runtime/config/document.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

void read_command(const Value& value, CommandConfig& out) {
  read_map(value, {{"server", text(out.server, {1, 512})},
                   {"cert", path(out.certificate)},
                   {"key", path(out.key)},
                   {"ca", path(out.authority)}});
}

}  // namespace

Result<CommandConfig> load_command(const std::string& path) {
  auto text = document_text(path);
  if (!text) return text.error();
  CommandConfig config;
  if (auto s = read_document(*text, path, section(config, read_command)); !s) return s.error();
  return config;
}

}  // namespace drydock::config
