#include "runtime/centre/release_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "messages/codec.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::centre {
namespace {

constexpr std::size_t envelope_bytes_max = artifact::manifest_bytes_max + 4096;
constexpr std::size_t about_bytes_max = 4096;
constexpr std::size_t read_block = 1u << 20;
constexpr std::string_view half_made_prefix = ".new-";
constexpr char yes = '1', no = '0';

Status enough_room(const std::string& root, std::uint64_t image, std::uint64_t free_bytes_min) {
  struct statvfs disk {};
  if (::statvfs(root.c_str(), &disk) != 0) return files::last_error("asking for room in", root);
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free > free_bytes_min && free - free_bytes_min >= image) return Done{};
  return Error{ErrorKind::no_space,
               fmt::format("the centre's disk has {} bytes left, of which {} are kept for its "
                           "journal; the image needs {}. Free some room and publish again",
                           free, free_bytes_min, image)};
}

Status write_new(const std::string& path, std::string_view bytes) {
  auto fd = files::open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!fd) return fd.error();
  if (auto s = files::write_all(fd->get(), bytes, path); !s) return s;
  return files::sync(fd->get(), path);
}

// The blocks are taken now, so that a chunk that was let in finds room later.
Status make_image(const std::string& path, std::uint64_t size) {
  auto fd = files::open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!fd) return fd.error();
  if (::fallocate(fd->get(), 0, 0, static_cast<off_t>(size)) != 0) {
    if (errno != EOPNOTSUPP) return files::last_error("taking room for", path);
    if (::ftruncate(fd->get(), static_cast<off_t>(size)) != 0)
      return files::last_error("sizing", path);
  }
  return files::sync(fd->get(), path);
}

Status fill(const std::string& folder, const Manifest& manifest, std::string_view envelope,
            const ReleaseAbout& about) {
  if (auto s = files::make_folders(folder); !s) return s;
  const nlohmann::ordered_json told = {{"published_ms", about.published.value}, {"by", about.by}};
  if (auto s = write_new(folder + "/manifest.env", envelope); !s) return s;
  if (auto s = write_new(folder + "/about.json", told.dump() + "\n"); !s) return s;
  if (auto s = make_image(folder + "/image", manifest.image_size); !s) return s;
  const std::string nothing(manifest.chunk_sha256.size() + 1, no);
  if (auto s = write_new(folder + "/chunks", nothing); !s) return s;
  return files::sync_folder(folder);
}

Result<ReleaseAbout> read_about(const std::string& path) {
  auto text = files::read(path, about_bytes_max);
  if (!text) return text.error();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("published_ms") ||
      !json["published_ms"].is_number_integer() || !json.contains("by") || !json["by"].is_string())
    return Error{ErrorKind::malformed, path + " does not say when and by whom"};
  return ReleaseAbout{{json["published_ms"].get<std::int64_t>()}, json["by"].get<std::string>()};
}

}  // namespace

Status ReleaseFolder::make(const std::string& root, const Hash& hash, const Manifest& manifest,
                           std::string_view envelope, const ReleaseAbout& about,
                           std::uint64_t free_bytes_min) {
  if (auto s = enough_room(root, manifest.image_size, free_bytes_min); !s) return s;
  const std::string fresh = root + "/" + std::string(half_made_prefix) + hex(hash);
  const std::string path = root + "/" + hex(hash);
  std::error_code ignored;
  std::filesystem::remove_all(fresh, ignored);  // of a run that was cut
  auto made = fill(fresh, manifest, envelope, about);
  if (made && std::rename(fresh.c_str(), path.c_str()) != 0)
    made = files::last_error("naming", path);
  if (!made) {
    std::filesystem::remove_all(fresh, ignored);
    return made;
  }
  return files::sync_folder(root);
}

bool ReleaseFolder::half_made(std::string_view name) { return name.starts_with(half_made_prefix); }

Result<std::unique_ptr<ReleaseFolder>> ReleaseFolder::open(const std::string& root,
                                                           const Hash& hash,
                                                           const trust::KeyRing& keys) {
  std::unique_ptr<ReleaseFolder> folder(new ReleaseFolder(root + "/" + hex(hash), hash));
  if (auto s = folder->load(keys); !s) return s.error().in("release " + folder->path_);
  return folder;
}

Status ReleaseFolder::load(const trust::KeyRing& keys) {
  auto bytes = files::read(manifest_path(), envelope_bytes_max);
  if (!bytes) return bytes.error();
  Envelope envelope;
  if (!decode_from(*bytes, envelope))
    return Error{ErrorKind::malformed, "its manifest.env does not parse"};
  auto payload = keys.open(envelope, manifest_envelope_type);
  if (!payload) return payload.error();
  if (trust::sha256(*payload) != hash_)
    return Error{ErrorKind::mismatch, "its manifest has another hash than its folder's name"};
  auto manifest = artifact::read_manifest(*payload);
  if (!manifest) return manifest.error();
  manifest_ = std::move(*manifest);
  auto about = read_about(path_ + "/about.json");
  if (!about) return about.error();
  about_ = std::move(*about);
  auto image = files::open(image_path(), O_RDWR);
  if (!image) return image.error();
  auto chunks = files::open(path_ + "/chunks", O_RDWR);
  if (!chunks) return chunks.error();
  const std::size_t size = manifest_.chunk_sha256.size() + 1;
  auto have = files::read_at(chunks->get(), size + 1, 0, path_ + "/chunks");
  if (!have) return have.error();
  struct stat about_image {};
  if (::fstat(image->get(), &about_image) != 0) return files::last_error("asking about", path_);
  if (have->size() != size ||
      static_cast<std::uint64_t>(about_image.st_size) != manifest_.image_size)
    return Error{ErrorKind::mismatch, "its files have other sizes than its manifest says"};
  have_ = std::move(*have);
  image_ = std::move(*image);
  chunks_ = std::move(*chunks);
  return Done{};
}

bool ReleaseFolder::has(std::uint32_t chunk) const { return have_[chunk] == yes; }

std::vector<std::uint32_t> ReleaseFolder::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> missing;
  for (std::uint32_t n = 0; n + 1 < have_.size(); ++n)
    if (!has(n)) missing.push_back(n);
  return missing;
}

std::uint32_t ReleaseFolder::have() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint32_t>(std::count(have_.begin(), have_.end() - 1, yes));
}

bool ReleaseFolder::complete() const {
  const std::lock_guard lock(mutex_);
  return have_.back() == yes;
}

Status ReleaseFolder::mark(std::uint32_t chunk) {
  const std::lock_guard lock(mutex_);
  if (auto s = files::write_at(chunks_.get(), std::string_view(&yes, 1), chunk, path_); !s)
    return s;
  if (auto s = files::sync(chunks_.get(), path_); !s) return s;
  have_[chunk] = yes;
  return Done{};
}

Status ReleaseFolder::put(std::uint32_t chunk, std::string_view bytes) {
  if (chunk >= manifest_.chunk_sha256.size())
    return Error{ErrorKind::malformed, fmt::format("there is no chunk {}; the release has {}",
                                                   chunk, manifest_.chunk_sha256.size())};
  const std::uint32_t length = artifact::chunk_length(manifest_, chunk);
  if (bytes.size() != length)
    return Error{ErrorKind::mismatch, fmt::format("chunk {} has {} bytes, not {}; send it whole",
                                                  chunk, length, bytes.size())};
  if (trust::sha256(bytes) != manifest_.chunk_sha256[chunk])
    return Error{ErrorKind::mismatch,
                 fmt::format("chunk {} has another hash than the manifest says; send the image the "
                             "manifest was made of",
                             chunk)};
  {
    const std::lock_guard lock(mutex_);
    if (has(chunk)) return Done{};
  }
  const auto offset = artifact::chunk_offset(manifest_, chunk);
  if (auto s = files::write_at(image_.get(), bytes, offset, image_path()); !s) return s;
  if (auto s = files::sync(image_.get(), image_path()); !s) return s;
  return mark(chunk);
}

Status ReleaseFolder::prove() {
  const std::lock_guard alone(proving_);
  if (complete()) return Done{};
  trust::Sha256 hash;
  for (std::uint64_t at = 0; at < manifest_.image_size;) {
    auto bytes = files::read_at(image_.get(), read_block, at, image_path());
    if (!bytes) return bytes.error();
    if (bytes->empty()) return Error{ErrorKind::io, image_path() + " has become shorter"};
    hash.update(*bytes);
    at += bytes->size();
  }
  if (hash.finish() != manifest_.image_sha256)
    return Error{ErrorKind::mismatch,
                 "every chunk fits, and yet the image has another hash than the manifest says; the "
                 "manifest contradicts itself, publish a new one"};
  return mark(static_cast<std::uint32_t>(manifest_.chunk_sha256.size()));
}

}  // namespace drydock::centre
