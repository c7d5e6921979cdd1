#pragma once
// A folder that appears whole or not at all: it is filled under the name <path>.new and then
// renamed. On a journaling filesystem; never on FAT.
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.hpp"

namespace drydock::trust {

// Used by one thread. Unless published, what was written is removed again when this goes.
class NewFolder {
 public:
  // Refused when <path>.new is left over from a run that was cut off.
  static Result<NewFolder> begin(std::string path);
  NewFolder(NewFolder&& other) noexcept;
  NewFolder& operator=(NewFolder&&) = delete;
  ~NewFolder();

  Status add(const std::string& name, std::string_view bytes, unsigned mode);
  // Durable when it returns. Refused when path is there and is not an empty folder.
  Status publish();

 private:
  explicit NewFolder(std::string path) : path_(std::move(path)), building_(path_ + ".new") {}
  std::string path_;
  std::string building_;  // empty once published
  std::vector<std::string> written_;
};

}  // namespace drydock::trust
