#pragma once
// One release on the disk, in a folder named by its manifest's hash:
//   manifest.env  the signed envelope as it was published
//   about.json    {"published_ms": n, "by": "who"}
//   image         the slot image, of its full size from the start
//   chunks        one byte a chunk and one more for the whole image: '1' once it is there, checked
//                 and durable, '0' before; written in place
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "messages/manifest.hpp"
#include "runtime/files/files.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::centre {

struct ReleaseAbout {
  WallTime published;
  std::string by;
};

class ReleaseFolder {  // any thread
 public:
  // Makes the folder `root`/<hash>, whole or not at all. no_space when the disk cannot hold the
  // image and leave `free_bytes_min` free.
  static Status make(const std::string& root, const Hash& hash, const Manifest& manifest,
                     std::string_view envelope, const ReleaseAbout& about,
                     std::uint64_t free_bytes_min);
  // Is this the name of what a make() that was cut left behind?
  static bool half_made(std::string_view name);
  // Believes nothing that the release key did not sign. Errors: those of the files and the key
  // ring; mismatch when the folder's name, manifest and files do not belong together.
  static Result<std::unique_ptr<ReleaseFolder>> open(const std::string& root, const Hash& hash,
                                                     const trust::KeyRing& keys);

  const Hash& hash() const { return hash_; }
  const Manifest& manifest() const { return manifest_; }
  const ReleaseAbout& about() const { return about_; }
  std::string manifest_path() const { return path_ + "/manifest.env"; }
  std::string image_path() const { return path_ + "/image"; }

  std::vector<std::uint32_t> missing() const;
  std::uint32_t have() const;
  bool complete() const;  // every chunk, and the whole image's hash

  // Errors: malformed (no such chunk), mismatch (other bytes than the manifest says), those of the
  // disk. Durable when it returns; the same chunk again changes nothing.
  Status put(std::uint32_t chunk, std::string_view bytes);
  // Once every chunk is there: reads the image and compares its hash. Blocks while it reads.
  Status prove();

 private:
  ReleaseFolder(std::string path, const Hash& hash) : path_(std::move(path)), hash_(hash) {}
  Status load(const trust::KeyRing& keys);
  bool has(std::uint32_t chunk) const;  // under mutex_
  Status mark(std::uint32_t chunk);

  const std::string path_;
  const Hash hash_;
  Manifest manifest_;
  ReleaseAbout about_;
  files::UniqueFd image_, chunks_;
  std::mutex proving_;        // one reads the whole image at a time
  mutable std::mutex mutex_;  // guards have_
  std::string have_;          // as in the file
};

}  // namespace drydock::centre
