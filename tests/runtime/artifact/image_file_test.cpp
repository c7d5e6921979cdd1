#include "runtime/artifact/image_file.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/artifact/iso_fixture.hpp"

namespace drydock::artifact {

BOOST_AUTO_TEST_SUITE(image_file)

BOOST_FIXTURE_TEST_CASE(an_iso_and_its_raw_slot_image_make_the_same_manifest, Isos) {
  const std::string bytes = random_bytes(5 * mebibyte + 777);
  put("slot.img", bytes);
  put("aaa.txt", "first in the folder");
  put("zzz.txt", "last in the folder");
  std::filesystem::create_directory(tree + "/boot");
  put("boot/slot.img", "another file of that name");
  const Manifest raw = manifest_of(bytes);
  for (const std::string& maker : makers) {
    const auto image = ImageFile::open(make_iso(maker));
    BOOST_REQUIRE_MESSAGE(image.ok(), (image ? "" : image.error().text));
    BOOST_TEST(image->on_iso());
    BOOST_TEST(image->name() == "/slot.img of " + path("x.iso"));
    BOOST_TEST(image->size() == bytes.size());
    const auto manifest = build_manifest(*image, make_version(1, 2, 3), "t640");
    BOOST_REQUIRE(manifest.ok());
    BOOST_TEST((*manifest == raw), maker);
  }
}

BOOST_FIXTURE_TEST_CASE(an_image_in_two_parts_is_read_as_one, Isos) {
  const std::string bytes = random_bytes(3 * iso_sector + 5);
  put("slot.img", bytes.substr(0, iso_sector));
  put("slot.imh", bytes.substr(iso_sector));
  // As a maker does with a file beyond 4 GiB: the same name twice, and "goes on" at the first.
  std::string iso = bytes_of(make_iso(makers[1]));
  const std::size_t first = iso.find("SLOT.IMG;1"), second = iso.find("SLOT.IMH;1");
  BOOST_REQUIRE((first != std::string::npos && second != std::string::npos));
  iso[first - 33 + 25] = static_cast<char>(0x80);
  iso[second + 7] = 'G';
  const auto image = ImageFile::open(make_image(iso, "two.iso"));
  BOOST_REQUIRE_MESSAGE(image.ok(), (image ? "" : image.error().text));
  BOOST_TEST(image->extents().size() == 2u);
  BOOST_TEST(image->size() == bytes.size());
  for (const std::size_t at : {0u, 1u, iso_sector - 1, iso_sector, iso_sector + 1})
    for (const std::size_t length : {1u, 2u, iso_sector, 4 * iso_sector})
      BOOST_TEST((*image->read(length, at) == bytes.substr(at, length)), at << " " << length);
  BOOST_TEST(image->read(1, bytes.size())->empty());

  iso[second + 7] = 'H';
  BOOST_TEST(says(refusal(make_image(iso, "x.iso")), "/slot.img goes on nowhere"));
  iso[second + 7] = 'G';
  iso[second - 33 + 25] = static_cast<char>(0x80);
  BOOST_TEST(says(refusal(make_image(iso, "x.iso")), "ends inside a sector"));
  iso[first - 33 + 25] = iso[second - 33 + 25] = 0;
  BOOST_TEST(says(refusal(make_image(iso, "x.iso")), "two /slot.img"));
}

BOOST_FIXTURE_TEST_CASE(an_iso_without_a_slot_image_is_refused_and_says_what_it_holds, Isos) {
  BOOST_TEST(says(refusal(make_iso()), "its top folder holds no file"));
  std::filesystem::create_directory(tree + "/slot.img");
  put("slot.img/slot.img", "in a folder");
  put("store.sfs", "hsqs");
  for (const std::string& maker : makers)
    BOOST_TEST(says(refusal(make_iso(maker)),
                    "holds no /slot.img, which is what goes into a slot; "
                    "its top folder holds store.sfs"));
}

BOOST_FIXTURE_TEST_CASE(an_iso_cut_off_anywhere_is_refused, Isos) {
  put("slot.img", random_bytes(200'000));
  const std::string whole = bytes_of(make_iso());
  for (std::size_t length = 0; length < whole.size(); length += 997)
    refusal(make_image(whole.substr(0, length), "cut.iso"));
  refusal(make_image(whole.substr(0, whole.size() - 1), "cut.iso"));
  BOOST_TEST(says(refusal(make_image(whole.substr(0, 100'000), "cut.iso")), "is cut off, with"));
}

BOOST_FIXTURE_TEST_CASE(one_changed_byte_of_an_iso_is_an_error_or_changes_nothing, Isos) {
  put("slot.img", random_bytes(10'000));
  put("other.img", random_bytes(5'000));
  const std::string iso = bytes_of(make_iso());
  const auto before = ImageFile::open(path("x.iso"))->extents();
  const auto fd = files::open(path("x.iso"), O_WRONLY);
  std::size_t errors = 0;
  for (std::size_t at = iso_begin; at < before[0].offset; ++at) {
    const char changed = static_cast<char>(iso[at] ^ static_cast<char>(1 + random() % 255));
    BOOST_REQUIRE(files::write_at(fd->get(), {&changed, 1}, at, "x.iso").ok());
    const auto image = ImageFile::open(path("x.iso"));
    if (image) BOOST_TEST((image->extents() == before), "byte " << at);
    errors += image ? 0 : 1;
    BOOST_REQUIRE(files::write_at(fd->get(), {&iso[at], 1}, at, "x.iso").ok());
  }
  BOOST_TEST(errors > 40u);
}

BOOST_FIXTURE_TEST_CASE(what_is_called_an_iso_and_is_none_is_refused, Isos) {
  for (const std::string& bytes : {std::string(), std::string("text"), random_bytes(200'000)})
    for (const char* name : {"foreign.iso", "FOREIGN.ISO"})
      BOOST_TEST(says(refusal(make_image(bytes, name)), "has no ISO 9660 volume"));
  BOOST_TEST(says(refusal(path("nothing.iso")), "No such file"));
}

BOOST_FIXTURE_TEST_CASE(an_image_is_known_by_its_content_and_no_slot_is_refused, Isos) {
  const auto content = [](const std::string& file) {
    const auto image = ImageFile::open(file);
    return image ? image->content() : image.error().text;
  };
  command("mke2fs -q -F -t ext4 " + path("ext4") + " 1M");
  BOOST_TEST(content(path("ext4")) == "ext4");
  put("file", "a file");
  for (const char* packer : {"gzip", "xz"}) {
    command(std::string("mksquashfs ") + tree + " " + path(packer) + " -comp " + packer);
    BOOST_TEST(content(path(packer)) == std::string("squashfs (") + packer + ")");
  }
  BOOST_TEST(content(make_image("raw bytes of a firmware of its own")) == "unknown");

  command("mksquashfs " + tree + " " + path("zstd") + " -comp zstd");
  BOOST_TEST(says(refusal(path("zstd")), "packed with zstd, which GRUB cannot read"));
  put("slot.img", bytes_of(path("zstd")));
  BOOST_TEST(says(refusal(make_iso()), "/slot.img of"));
  command("gzip -k " + path("ext4"));
  BOOST_TEST(says(refusal(path("ext4.gz")), "unpack it first"));
  command("truncate -s 4M " + path("disk") + " && echo label:gpt | sfdisk -q " + path("disk"));
  BOOST_TEST(says(refusal(path("disk")), "a whole disk"));
  put("slot.img", "");
  BOOST_TEST(says(refusal(make_iso()), "is empty"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::artifact
