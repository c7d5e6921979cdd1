#pragma once
// Real ISOs of Debian's makers, in a folder of their own.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/artifact/image_file.hpp"
#include "tests/runtime/artifact/fixture.hpp"

namespace drydock::artifact {

// As nixpkgs calls it, and an older maker with names in capitals alone.
inline const std::vector<std::string> makers = {
    "xorriso -as mkisofs -iso-level 3 -volid OSIRISCARE -full-iso9660-filenames -joliet -R -quiet",
    "genisoimage -quiet -iso-level 1"};

struct Isos : Images {
  std::string tree = path("tree");

  Isos() { std::filesystem::create_directory(tree); }

  void put(const std::string& name, const std::string& bytes) { make_image(bytes, "tree/" + name); }
  static void command(const std::string& line) {
    BOOST_REQUIRE_MESSAGE(std::system((line + " >/dev/null 2>&1").c_str()) == 0, line);
  }
  std::string make_iso(const std::string& maker = makers[0], const std::string& name = "x.iso") {
    std::filesystem::remove(path(name));
    command(maker + " -o " + path(name) + " " + tree);
    return path(name);
  }
  static std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Why it is not opened.
  static std::string refusal(const std::string& file) {
    const auto image = ImageFile::open(file);
    BOOST_REQUIRE_MESSAGE(!image.ok(), file << " was opened");
    BOOST_TEST(image.error().text.find(file) != std::string::npos, image.error().text);
    return image.error().text;
  }
};

inline bool says(const std::string& text, std::string_view part) {
  BOOST_TEST_MESSAGE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace drydock::artifact
