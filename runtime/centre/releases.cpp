#include "runtime/centre/releases.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "messages/codec.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::centre {
namespace {

ReleaseSummary summary(const ReleaseFolder& folder) {
  const Manifest& manifest = folder.manifest();
  return {folder.hash(),
          manifest.version,
          manifest.hardware,
          manifest.image_size,
          static_cast<std::uint32_t>(manifest.chunk_sha256.size()),
          folder.have(),
          folder.complete(),
          folder.about().published,
          folder.about().by};
}

Error bad_input(const Error& error) { return {ErrorKind::malformed, error.text}; }

Result<Manifest> acceptable(std::string_view payload) {
  auto manifest = artifact::read_manifest(payload);
  if (!manifest) return bad_input(manifest.error());
  if (manifest->chunk_size > Releases::chunk_bytes_max)
    return Error{ErrorKind::malformed,
                 fmt::format("manifest: chunk_size is {}; the centre takes chunks of at most {}",
                             manifest->chunk_size, Releases::chunk_bytes_max)};
  return manifest;
}

}  // namespace

Result<std::unique_ptr<Releases>> Releases::open(std::string root, trust::KeyRing keys,
                                                 std::uint64_t free_bytes_min) {
  if (auto s = files::make_folders(root); !s) return s.error();
  std::unique_ptr<Releases> releases(
      new Releases(std::move(root), std::move(keys), free_bytes_min));
  if (auto s = releases->load(); !s) return s.error();
  return releases;
}

Status Releases::load() {
  std::error_code failed;
  std::filesystem::directory_iterator entries(root_, failed);
  for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    const std::string name = entries->path().filename();
    Hash hash{};
    std::error_code ignored;
    if (ReleaseFolder::half_made(name)) std::filesystem::remove_all(entries->path(), ignored);
    if (!read_hex(name, hash)) continue;
    if (folders_.size() >= releases_max) {
      spdlog::error("{} holds more than {} releases; {} is not served", root_, releases_max, name);
      continue;
    }
    auto folder = ReleaseFolder::open(root_, hash, keys_);
    if (folder)
      folders_.emplace(hash, std::move(*folder));
    else
      spdlog::error("not served: {}", folder.error().text);
  }
  if (failed) return Error{ErrorKind::io, "listing " + root_ + ": " + failed.message()};
  return Done{};
}

Result<Releases::Published> Releases::publish(std::string_view bytes, const ReleaseAbout& about) {
  Envelope envelope;
  if (!decode_from(bytes, envelope))
    return Error{ErrorKind::malformed,
                 "the body is no envelope; send the manifest.env that `drydock release pack` made"};
  const auto payload = keys_.open(envelope, manifest_envelope_type);
  if (!payload) return bad_input(payload.error().in("manifest"));
  const auto manifest = acceptable(*payload);
  if (!manifest) return manifest.error();
  const Hash hash = trust::sha256(*payload);
  const std::lock_guard alone(publishing_);
  auto found = folder(hash);
  if (!found) found = add(hash, *manifest, bytes, about);
  if (!found) return found.error();
  Published published{hash, manifest->version, (*found)->missing()};
  if (published.missing.empty())  // a run that was cut before it had checked the whole
    if (auto s = (*found)->prove(); !s) return s.error();
  return published;
}

Result<Releases::Folder> Releases::add(const Hash& hash, const Manifest& manifest,
                                       std::string_view envelope, const ReleaseAbout& about) {
  for (const ReleaseSummary& known : list())
    if (known.version == manifest.version)
      return Error{ErrorKind::refused,
                   fmt::format("version {} exists with another manifest, {}; give this one a new "
                               "version",
                               name_of(known.version), hex(known.manifest))};
  if (list().size() >= releases_max)
    return Error{ErrorKind::refused,
                 fmt::format("the centre holds {} releases and takes no more; remove an old one's "
                             "folder and restart it",
                             releases_max)};
  auto made = ReleaseFolder::make(root_, hash, manifest, envelope, about, free_bytes_min_);
  if (!made) return made.error();
  auto opened = ReleaseFolder::open(root_, hash, keys_);
  if (!opened) return opened.error();
  Folder folder = std::move(*opened);
  const std::lock_guard lock(mutex_);
  folders_.emplace(hash, folder);
  return folder;
}

Result<Releases::Folder> Releases::folder(const Hash& manifest) const {
  const std::lock_guard lock(mutex_);
  const auto found = folders_.find(manifest);
  if (found == folders_.end())
    return Error{ErrorKind::not_found,
                 "no release has the manifest " + hex(manifest) + "; publish it first"};
  return found->second;
}

Result<std::uint32_t> Releases::put(const Hash& manifest, std::uint32_t chunk,
                                    std::string_view bytes) {
  const auto found = folder(manifest);
  if (!found) return found.error();
  if (auto s = (*found)->put(chunk, bytes); !s) return s.error();
  const auto missing = static_cast<std::uint32_t>((*found)->missing().size());
  if (missing == 0)
    if (auto s = (*found)->prove(); !s) return s.error();
  return missing;
}

std::vector<ReleaseSummary> Releases::list() const {
  std::vector<ReleaseSummary> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [hash, folder] : folders_) all.push_back(summary(*folder));
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.version < b.version; });
  return all;
}

std::optional<ReleaseSummary> Releases::find(Version version) const {
  for (const ReleaseSummary& release : list())
    if (release.version == version) return release;
  return {};
}

Result<Releases::ServedFile> Releases::manifest(const Hash& manifest) const {
  const auto found = folder(manifest);
  if (!found) return found.error();
  return ServedFile{(*found)->manifest_path(), hex(manifest)};
}

Result<Releases::ServedFile> Releases::image(const Hash& manifest) const {
  const auto found = folder(manifest);
  if (!found) return found.error();
  if (!(*found)->complete())
    return Error{ErrorKind::refused, "release " + name_of((*found)->manifest().version) +
                                         " is not complete; its upload goes on"};
  return ServedFile{(*found)->image_path(), hex((*found)->manifest().image_sha256)};
}

}  // namespace drydock::centre
