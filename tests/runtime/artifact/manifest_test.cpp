#include <boost/test/unit_test.hpp>

#include "messages/codec.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/artifact/fixture.hpp"

namespace drydock::artifact {
namespace {

Manifest small_manifest() {
  Manifest manifest;
  manifest.kind = "slot-image";
  manifest.version = make_version(1, 0, 0);
  manifest.hardware = "*";
  manifest.image_size = 5 * mebibyte;
  manifest.chunk_size = manifest_chunk_size;
  manifest.chunk_sha256.resize(2);
  return manifest;
}

template <class Change>
void refused(Change change, std::string_view field) {
  Manifest manifest = small_manifest();
  change(manifest);
  const auto s = check_manifest(manifest);
  BOOST_REQUIRE_MESSAGE(!s.ok(), field);
  BOOST_TEST((s.error().kind == ErrorKind::malformed));
  BOOST_TEST(s.error().text.find(field) != std::string::npos, s.error().text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(manifest)

BOOST_FIXTURE_TEST_CASE(a_manifest_hashes_the_image_whole_and_by_chunks, Images) {
  const std::string bytes = random_bytes(9 * mebibyte + 17);
  const Manifest manifest = manifest_of(bytes);
  BOOST_TEST(manifest.image_size == bytes.size());
  BOOST_TEST((manifest.image_sha256 == trust::sha256(bytes)));
  BOOST_REQUIRE(manifest.chunk_sha256.size() == 3u);
  const std::string_view view = bytes;
  BOOST_TEST((manifest.chunk_sha256[0] == trust::sha256(view.substr(0, 4 * mebibyte))));
  BOOST_TEST((manifest.chunk_sha256[2] == trust::sha256(view.substr(8 * mebibyte))));
  BOOST_TEST(chunk_length(manifest, 2) == mebibyte + 17);
  BOOST_TEST(chunk_offset(manifest, 2) == 8 * mebibyte);
}

BOOST_FIXTURE_TEST_CASE(an_image_of_whole_chunks_has_no_empty_last_one, Images) {
  BOOST_TEST(manifest_of(random_bytes(8 * mebibyte)).chunk_sha256.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_empty_or_missing_image_makes_no_manifest, Images) {
  BOOST_TEST(!ImageFile::open(make_image("")).ok());
  BOOST_TEST(!ImageFile::open(path("nothing")).ok());
}

BOOST_FIXTURE_TEST_CASE(a_manifest_survives_its_envelopes_payload, Images) {
  const Manifest manifest = manifest_of(random_bytes(5 * mebibyte));
  const auto back = read_manifest(encode(manifest));
  BOOST_REQUIRE(back.ok());
  BOOST_TEST((*back == manifest));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_manifest_are_malformed) {
  BOOST_TEST(!read_manifest("").ok());
  BOOST_TEST(!read_manifest("garbage").ok());
  BOOST_TEST(!read_manifest(std::string(manifest_bytes_max + 1, 'x')).ok());
}

BOOST_AUTO_TEST_CASE(each_field_out_of_range_is_refused_by_name) {
  BOOST_TEST(check_manifest(small_manifest()).ok());
  refused([](Manifest& m) { m.kind = "delta"; }, "kind");
  refused([](Manifest& m) { m.version = {}; }, "version");
  refused([](Manifest& m) { m.hardware.clear(); }, "hardware");
  refused([](Manifest& m) { m.hardware = std::string(65, 'x'); }, "hardware");
  refused([](Manifest& m) { m.image_size = 0; }, "image_size");
  refused([](Manifest& m) { m.image_size = image_size_max + 1; }, "image_size");
  refused([](Manifest& m) { m.image_size = ~std::uint64_t{0}; }, "image_size");
  refused([](Manifest& m) { m.chunk_size = 0; }, "chunk_size");
  refused([](Manifest& m) { m.chunk_size = 3u << 20; }, "chunk_size");
  refused([](Manifest& m) { m.chunk_size = 1u << 30; }, "chunk_size");
  refused([](Manifest& m) { m.chunk_sha256.pop_back(); }, "chunk hashes");
  refused([](Manifest& m) { m.chunk_sha256.emplace_back(); }, "chunk hashes");
}

BOOST_AUTO_TEST_CASE(the_chunk_limit_holds_at_its_boundary) {
  Manifest manifest = small_manifest();
  manifest.image_size = std::uint64_t{chunks_max} * manifest_chunk_size;  // 256 GiB
  manifest.chunk_sha256.resize(chunks_max);
  BOOST_TEST(check_manifest(manifest).ok());
  ++manifest.image_size;
  manifest.chunk_sha256.resize(chunks_max + 1);
  BOOST_TEST(!check_manifest(manifest).ok());
}

BOOST_AUTO_TEST_CASE(sizes_beyond_32_bits_keep_their_offsets) {
  Manifest manifest = small_manifest();
  for (const std::uint64_t size : {(std::uint64_t{1} << 31) + 1, (std::uint64_t{1} << 32) + 5}) {
    manifest.image_size = size;
    manifest.chunk_sha256.resize(size / manifest_chunk_size + 1);
    BOOST_REQUIRE(check_manifest(manifest).ok());
    const auto last = static_cast<std::uint32_t>(manifest.chunk_sha256.size() - 1);
    BOOST_TEST(chunk_offset(manifest, last) + chunk_length(manifest, last) == size);
  }
}

BOOST_AUTO_TEST_CASE(an_image_larger_than_the_slot_does_not_fit) {
  const Manifest manifest = small_manifest();
  BOOST_TEST(check_fits(manifest, manifest.image_size, Slot::b).ok());
  const auto s = check_fits(manifest, manifest.image_size - 1, Slot::b);
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST((s.error().kind == ErrorKind::no_space));
  BOOST_TEST(s.error().text.find("slot B") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::artifact
