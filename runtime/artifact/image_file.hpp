#pragma once
// What a release is made of: a raw slot image, or an ISO that carries one as /slot.img. Exactly the
// bytes of that image are signed, sent and written into a slot; the rest of an ISO never leaves the
// desk. Any thread; blocks while reading.
#include <string>
#include <vector>

#include "runtime/artifact/iso9660.hpp"
#include "runtime/files/files.hpp"

namespace drydock::artifact {

inline constexpr std::string_view slot_image_on_iso = "slot.img";

class ImageFile {
 public:
  // Says what the file is by its content, not by its name; but what is called *.iso must be one.
  static Result<ImageFile> open(const std::string& path);

  std::uint64_t size() const { return size_; }  // of the slot's image
  // At most length bytes of the slot's image; shorter only at its end.
  Result<std::string> read(std::size_t length, std::uint64_t offset) const;

  // "/slot.img of x.iso", or the path of a raw image.
  std::string name() const;
  const std::string& content() const { return content_; }  // of slot_content.hpp
  bool on_iso() const { return on_iso_; }
  const std::vector<Extent>& extents() const { return extents_; }  // where it lies in the file

 private:
  Status locate(std::uint64_t file_size);
  std::string path_, content_;
  files::UniqueFd fd_;
  std::vector<Extent> extents_;
  std::uint64_t size_ = 0;
  bool on_iso_ = false;
};

}  // namespace drydock::artifact
