#include "runtime/appliance/envelope_files.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "messages/codec.hpp"
#include "runtime/files/files.hpp"

namespace drydock::appliance {

namespace fs = std::filesystem;

Status EnvelopeFiles::keep(const std::string& name, const Envelope& envelope) {
  if (auto made = files::make_folders(folder_); !made) return made;
  auto status = files::replace_durably(folder_ + "/" + name, encode(envelope));
  if (status) prune(name);
  return status;
}

Result<Envelope> EnvelopeFiles::load(const std::string& name) const {
  const std::string path = folder_ + "/" + name;
  auto bytes = files::read(path, bytes_max);
  if (!bytes) return bytes.error();
  Envelope envelope;
  if (!decode_from(*bytes, envelope))
    return Error{ErrorKind::malformed, path + " is no signed document; it will be fetched again"};
  return envelope;
}

// By age, but never the one just written: the clock may say 1970.
void EnvelopeFiles::prune(const std::string& kept) const {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().filename() != kept)
      found.emplace_back(entry.last_write_time(ignored), entry.path());
  std::sort(found.begin(), found.end());
  for (std::size_t i = 0; i + kept_max <= found.size(); ++i) fs::remove(found[i].second, ignored);
}

}  // namespace drydock::appliance
