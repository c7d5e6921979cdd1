#pragma once
// Images of random bytes in a folder of their own; the seed is fixed and printed.
#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <random>
#include <string>

#include "runtime/artifact/build_manifest.hpp"
#include "runtime/files/files.hpp"

namespace drydock::artifact {

constexpr std::size_t mebibyte = 1u << 20;

struct Images {
  std::string folder;
  std::mt19937_64 random{20'240'611};

  Images() {
    char name[] = "/tmp/drydock-test-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(name) != nullptr);
    folder = name;
    BOOST_TEST_MESSAGE("seed 20240611");
  }
  ~Images() { std::filesystem::remove_all(folder); }
  Images(const Images&) = delete;
  Images& operator=(const Images&) = delete;

  std::string path(const std::string& name) const { return folder + "/" + name; }

  std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  std::string make_image(const std::string& bytes, const std::string& name = "image") {
    auto fd = files::open(path(name), O_WRONLY | O_CREAT | O_TRUNC);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(files::write_all(fd->get(), bytes, name).ok());
    return path(name);
  }

  Manifest manifest_of(const std::string& bytes) {
    auto manifest =
        build_manifest(*ImageFile::open(make_image(bytes)), make_version(1, 2, 3), "t640");
    BOOST_REQUIRE(manifest.ok());
    return *manifest;
  }

  files::UniqueFd slot(std::size_t size = 32 * mebibyte) {
    auto fd = files::open(path("slot"), O_RDWR | O_CREAT);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(::ftruncate(fd->get(), static_cast<off_t>(size)) == 0);
    return std::move(*fd);
  }
};

}  // namespace drydock::artifact
