#include "runtime/config/document.hpp"

#include "runtime/files/files.hpp"

namespace drydock::config {

Result<std::string> document_text(const std::string& path, Bytes limit) {
  auto text = files::read(path, limit.value);
  if (!text) return text.error().in("reading configuration");
  return text;
}

}  // namespace drydock::config
