#include "runtime/trust/new_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "runtime/files/files.hpp"
#include "runtime/trust/openssl_ptr.hpp"
#include "runtime/trust/pem.hpp"

namespace drydock::trust {

namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Error occupied(const std::string& path) {
  return {ErrorKind::refused,
          fmt::format("{} exists and is not an empty folder; nothing in it is overwritten: choose "
                      "another folder or move it away",
                      path)};
}

}  // namespace

Result<NewFolder> NewFolder::begin(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.empty() || path == "/")
    return Error{ErrorKind::malformed, fmt::format("'{}' cannot be made: name a folder", path)};
  if (auto s = files::make_folders(parent_of(path)); !s) return s.error();
  NewFolder folder(std::move(path));
  if (::mkdir(folder.building_.c_str(), 0700) != 0) {
    const Error error =
        errno == EEXIST
            ? Error{ErrorKind::refused,
                    fmt::format("{} is left over from a run that was cut off, or another run is "
                                "under way: if none is, remove it and try again",
                                folder.building_)}
            : files::last_error("making", folder.building_);
    folder.building_.clear();  // not ours to remove
    return error;
  }
  return folder;
}

NewFolder::NewFolder(NewFolder&& other) noexcept
    : path_(std::move(other.path_)),
      building_(std::exchange(other.building_, {})),
      written_(std::exchange(other.written_, {})) {}

NewFolder::~NewFolder() {
  if (building_.empty()) return;
  for (const std::string& name : written_) ::unlink((building_ + "/" + name).c_str());
  ::rmdir(building_.c_str());
}

Status NewFolder::add(const std::string& name, std::string_view bytes, unsigned mode) {
  written_.push_back(name);
  return write_new_file(building_ + "/" + name, bytes, mode);
}

Status NewFolder::publish() {
  if (auto s = files::sync_folder(building_); !s) return s;
  // rename(2) replaces an empty folder and refuses any other: looking first would prove nothing.
  if (::rename(building_.c_str(), path_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return occupied(path_);
    return files::last_error("renaming", building_);
  }
  building_.clear();
  return files::sync_folder(parent_of(path_));
}

}  // namespace drydock::trust
