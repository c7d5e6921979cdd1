#pragma once
// The releases the centre holds and serves. Nothing is served that the release key did not sign, no
// image before its whole hash was checked.
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/centre/release_folder.hpp"

namespace drydock::centre {

struct ReleaseSummary {
  Hash manifest{};
  Version version;
  std::string hardware;
  std::uint64_t image_size = 0;
  std::uint32_t chunks = 0, have = 0;
  bool complete = false;
  WallTime published;
  std::string by;
};

class Releases {  // any thread; publish and put block on the disk
 public:
  static constexpr std::size_t releases_max = 256;
  static constexpr std::uint32_t chunk_bytes_max = manifest_chunk_size;
  static constexpr std::uint64_t free_bytes_min_default = 256u << 20;  // kept for the journal

  // Folders that are no sound release are left alone and told in the log, so that one of them does
  // not take the centre down. Errors: those of the folder itself.
  static Result<std::unique_ptr<Releases>> open(
      std::string root, trust::KeyRing keys, std::uint64_t free_bytes_min = free_bytes_min_default);

  struct Published {
    Hash manifest{};
    Version version;
    std::vector<std::uint32_t> missing;
  };
  // The same envelope again gives the same answer. Errors: malformed (no envelope, not signed by
  // the release key, no acceptable manifest), refused (the version has another manifest, or there
  // are too many), no_space, those of the disk.
  Result<Published> publish(std::string_view envelope, const ReleaseAbout& about);
  // Answers how many chunks are missing still; with the last one the whole image is checked.
  // Errors: not_found, and those of ReleaseFolder::put and prove.
  Result<std::uint32_t> put(const Hash& manifest, std::uint32_t chunk, std::string_view bytes);

  std::vector<ReleaseSummary> list() const;  // by version
  std::optional<ReleaseSummary> find(Version version) const;

  struct ServedFile {
    std::string path;
    std::string etag;
  };
  // For appliances. Errors: not_found; image: refused until the release is complete.
  Result<ServedFile> manifest(const Hash& manifest) const;
  Result<ServedFile> image(const Hash& manifest) const;

 private:
  Releases(std::string root, trust::KeyRing keys, std::uint64_t free_bytes_min)
      : root_(std::move(root)), keys_(std::move(keys)), free_bytes_min_(free_bytes_min) {}
  using Folder = std::shared_ptr<ReleaseFolder>;
  Status load();
  Result<Folder> add(const Hash& hash, const Manifest& manifest, std::string_view envelope,
                     const ReleaseAbout& about);
  Result<Folder> folder(const Hash& manifest) const;

  const std::string root_;
  const trust::KeyRing keys_;
  const std::uint64_t free_bytes_min_;
  std::mutex publishing_;     // one release is made at a time; taken before mutex_
  mutable std::mutex mutex_;  // guards folders_
  std::map<Hash, Folder> folders_;
};

}  // namespace drydock::centre
