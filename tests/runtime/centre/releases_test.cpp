// The releases store by itself.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "messages/codec.hpp"
#include "runtime/centre/releases.hpp"
#include "runtime/files/files.hpp"
#include "runtime/trust/pki_folder.hpp"
#include "runtime/trust/sha256.hpp"
#include "tests/runtime/centre/installation.hpp"

namespace drydock::centre::test {
namespace {

const ReleaseAbout about{{1'800'000'000'000}, "ada"};

trust::KeyRing release_keys(const Installation& from = installation()) {
  trust::KeyRing ring;
  ring.add(*trust::PublicKey::load(trust::pki_path(from.pki(), trust::pki_file::release_public)),
           std::string(manifest_envelope_type));
  return ring;
}

struct Store {
  TemporaryFolder folder;
  std::unique_ptr<Releases> releases = open();
  TestRelease release = installation().release(make_version(1, 1, 0));

  std::unique_ptr<Releases> open(std::uint64_t free_bytes_min = 0) const {
    auto opened = Releases::open(folder / "releases", release_keys(), free_bytes_min);
    BOOST_REQUIRE(opened.ok());
    return std::move(*opened);
  }
  ErrorKind refusal_of(const TestRelease& other) {
    const auto published = releases->publish(other.envelope, about);
    BOOST_REQUIRE(!published.ok());
    return published.error().kind;
  }
  void must_publish() { BOOST_REQUIRE(releases->publish(release.envelope, about).ok()); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(releases)

BOOST_AUTO_TEST_CASE(same_release_published_again_gives_the_same_answer) {
  Store store;
  const auto first = store.releases->publish(store.release.envelope, about);
  const auto second = store.releases->publish(store.release.envelope, about);
  BOOST_REQUIRE(first.ok());
  BOOST_REQUIRE(second.ok());
  BOOST_TEST((first->manifest == store.release.hash));
  BOOST_TEST((first->missing == std::vector<std::uint32_t>{0, 1, 2}));
  BOOST_TEST((second->missing == first->missing));
  BOOST_TEST(store.releases->list().size() == 1u);
}

BOOST_AUTO_TEST_CASE(version_with_another_manifest_is_refused) {
  Store store;
  store.must_publish();
  const auto other = installation().release(make_version(1, 1, 0), "t650");
  BOOST_TEST((store.refusal_of(other) == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(manifest_of_a_foreign_release_key_is_refused) {
  Store store;
  const auto foreign = foreign_installation().release(make_version(1, 1, 0));
  BOOST_TEST((store.refusal_of(foreign) == ErrorKind::malformed));
  BOOST_TEST(store.releases->list().empty());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_envelope_are_refused) {
  Store store;
  store.release.envelope = "\xFF not an envelope";
  BOOST_TEST((store.refusal_of(store.release) == ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(signed_manifest_that_makes_no_sense_is_refused) {
  Store store;
  Manifest manifest = store.release.manifest;
  manifest.chunk_sha256.pop_back();
  store.release.envelope = encode(installation().sign(manifest));
  BOOST_TEST((store.refusal_of(store.release) == ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(chunks_larger_than_four_mebibytes_are_refused) {
  Store store;
  Manifest manifest = store.release.manifest;
  manifest.chunk_size = 8u << 20;
  manifest.chunk_sha256.resize(1);
  store.release.envelope = encode(installation().sign(manifest));
  BOOST_TEST((store.refusal_of(store.release) == ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(wrong_chunk_is_refused_and_stays_missing) {
  Store store;
  store.must_publish();
  std::string wrong = store.release.chunks[0];
  wrong[100] = static_cast<char>(wrong[100] + 1);
  for (const auto& bytes : {wrong, wrong.substr(1), std::string(), store.release.chunks[1]}) {
    const auto put = store.releases->put(store.release.hash, 0, bytes);
    BOOST_REQUIRE(!put.ok());
    BOOST_TEST((put.error().kind == ErrorKind::mismatch));
  }
  BOOST_TEST(store.releases->list()[0].have == 0u);
}

BOOST_AUTO_TEST_CASE(chunk_that_does_not_exist_is_refused) {
  Store store;
  store.must_publish();
  BOOST_TEST(!store.releases->put(store.release.hash, 3, "x").ok());
  BOOST_TEST(!store.releases->put(Hash{}, 0, store.release.chunks[0]).ok());
}

BOOST_AUTO_TEST_CASE(release_is_complete_with_its_last_chunk_and_stays_so) {
  Store store;
  store.must_publish();
  for (const std::uint32_t n : {2u, 0u, 0u, 1u}) {
    BOOST_TEST(!store.releases->image(store.release.hash).ok());
    BOOST_REQUIRE(store.releases->put(store.release.hash, n, store.release.chunks[n]).ok());
  }
  const auto again = store.open();
  BOOST_TEST(again->find(make_version(1, 1, 0))->complete);
  const auto image = again->image(store.release.hash);
  BOOST_REQUIRE(image.ok());
  const auto bytes = files::read(image->path, 1u << 20);
  BOOST_REQUIRE(bytes.ok());
  BOOST_TEST((trust::sha256(*bytes) == store.release.manifest.image_sha256));
  BOOST_TEST(image->etag == hex(store.release.manifest.image_sha256));
}

BOOST_AUTO_TEST_CASE(image_whose_hash_is_not_the_manifests_is_never_complete) {
  Store store;
  Manifest manifest = store.release.manifest;
  manifest.image_sha256[0] ^= 1;
  const Envelope envelope = installation().sign(manifest);
  store.release.envelope = encode(envelope);
  store.release.hash = trust::sha256(envelope.payload);
  store.must_publish();
  BOOST_TEST(store.releases->put(store.release.hash, 0, store.release.chunks[0]).ok());
  BOOST_TEST(store.releases->put(store.release.hash, 1, store.release.chunks[1]).ok());
  BOOST_TEST(!store.releases->put(store.release.hash, 2, store.release.chunks[2]).ok());
  BOOST_TEST(!store.releases->list()[0].complete);
  BOOST_TEST(!store.releases->image(store.release.hash).ok());
}

BOOST_AUTO_TEST_CASE(full_disk_refuses_a_release_before_anything_is_written) {
  Store store;
  store.releases = store.open(std::uint64_t{1} << 62);
  BOOST_TEST((store.refusal_of(store.release) == ErrorKind::no_space));
  BOOST_TEST(std::filesystem::is_empty(store.folder / "releases"));
}

BOOST_AUTO_TEST_CASE(half_made_and_damaged_folders_are_not_served) {
  Store store;
  store.must_publish();
  const std::string folder = store.folder / "releases/" + hex(store.release.hash);
  std::filesystem::create_directories(store.folder / "releases/.new-" + std::string(64, 'a'));
  std::filesystem::create_directories(store.folder / "releases/" + std::string(64, 'b'));
  std::filesystem::create_directories(store.folder / "releases/notes");
  BOOST_TEST(store.open()->list().size() == 1u);
  BOOST_TEST(!std::filesystem::exists(store.folder / "releases/.new-" + std::string(64, 'a')));
  BOOST_TEST(std::filesystem::exists(store.folder / "releases/notes"));
  std::filesystem::resize_file(folder + "/chunks", 1);
  BOOST_TEST(store.open()->list().empty());
}

BOOST_AUTO_TEST_CASE(release_of_another_key_on_the_disk_is_not_served) {
  Store store;
  store.must_publish();
  const auto opened =
      Releases::open(store.folder / "releases", release_keys(foreign_installation()), 0);
  BOOST_REQUIRE(opened.ok());
  BOOST_TEST((*opened)->list().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
