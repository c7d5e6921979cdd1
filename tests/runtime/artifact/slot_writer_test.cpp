#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/resource.h>

#include "runtime/artifact/read_back.hpp"
#include "runtime/artifact/slot_writer.hpp"
#include "tests/runtime/artifact/fixture.hpp"

namespace drydock::artifact {
namespace {

struct Install : Images {
  std::string bytes = random_bytes(9 * mebibyte + 17);
  Manifest manifest = manifest_of(bytes);
  files::UniqueFd fd = slot();
  std::vector<std::uint32_t> durable;
  SlotWriter writer = writer_from(0);

  SlotWriter writer_from(std::uint32_t chunk) {
    return {fd.get(), manifest, chunk, [this](std::uint32_t done) { durable.push_back(done); }};
  }
  std::string slot_bytes(std::uint64_t offset, std::size_t length) const {
    auto out = files::read_at(fd.get(), length, offset, "slot");
    BOOST_REQUIRE(out.ok());
    return *out;
  }
  void flip(std::uint64_t offset) {
    std::string byte = slot_bytes(offset, 1);
    byte[0] = static_cast<char>(byte[0] ^ 0x40);
    BOOST_REQUIRE(files::write_at(fd.get(), byte, offset, "slot").ok());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_writer)

BOOST_FIXTURE_TEST_CASE(an_image_in_any_split_lands_whole_and_reports_each_chunk, Install) {
  for (int round = 0; round < 5; ++round) {
    durable.clear();
    fd.reset();
    ::unlink(path("slot").c_str());
    fd = slot();
    SlotWriter fresh = writer_from(0);
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::size_t limit = round == 0 ? rest.size() : (std::size_t{1} << (10 + 3 * round));
      const auto piece = rest.substr(0, 1 + random() % limit);
      BOOST_REQUIRE(fresh.take(piece).ok());
      rest.remove_prefix(piece.size());
      BOOST_REQUIRE(fresh.offset() == bytes.size() - rest.size());
    }
    BOOST_TEST(fresh.finish().ok());
    BOOST_TEST((durable == std::vector<std::uint32_t>{0, 1, 2}));
    BOOST_TEST((slot_bytes(0, bytes.size()) == bytes));
    BOOST_TEST(read_back(fd.get(), manifest).ok());
  }
}

BOOST_FIXTURE_TEST_CASE(a_chunk_with_a_wrong_hash_never_reaches_the_slot, Install) {
  std::string bad = bytes;
  bad[5 * mebibyte] = static_cast<char>(bad[5 * mebibyte] ^ 1);
  const auto s = writer.take(bad);
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST((s.error().kind == ErrorKind::mismatch));
  BOOST_TEST(s.error().text.find("chunk 1") != std::string::npos);
  BOOST_TEST((durable == std::vector<std::uint32_t>{0}));
  BOOST_TEST((slot_bytes(4 * mebibyte, 4 * mebibyte) == std::string(4 * mebibyte, '\0')));
}

BOOST_FIXTURE_TEST_CASE(a_refused_chunk_can_be_offered_again, Install) {
  std::string bad = bytes;
  bad[5 * mebibyte] = static_cast<char>(bad[5 * mebibyte] ^ 1);
  BOOST_REQUIRE(!writer.take(bad).ok());
  BOOST_TEST(writer.offset() == 4 * mebibyte);
  BOOST_TEST(writer.take(std::string_view(bytes).substr(writer.offset())).ok());
  BOOST_TEST(writer.finish().ok());
  BOOST_TEST(read_back(fd.get(), manifest).ok());
}

BOOST_FIXTURE_TEST_CASE(bytes_beyond_the_manifest_are_refused_and_not_written, Install) {
  const auto s = writer.take(bytes + "surplus");
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST((s.error().kind == ErrorKind::mismatch));
  BOOST_TEST(slot_bytes(bytes.size(), 7) == std::string(7, '\0'));
  BOOST_TEST(!writer.take("x").ok());
}

BOOST_FIXTURE_TEST_CASE(an_image_that_ends_early_is_not_finished, Install) {
  BOOST_TEST(!writer.finish().ok());
  BOOST_REQUIRE(writer.take(std::string_view(bytes).substr(0, bytes.size() - 1)).ok());
  const auto s = writer.finish();
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST(s.error().text.find("ends at byte") != std::string::npos);
  BOOST_TEST((durable == std::vector<std::uint32_t>{0, 1}));
}

BOOST_FIXTURE_TEST_CASE(a_new_writer_goes_on_at_the_first_chunk_that_is_missing, Install) {
  BOOST_REQUIRE(writer.take(std::string_view(bytes).substr(0, 6 * mebibyte)).ok());
  BOOST_TEST(writer.chunks_durable() == 1u);
  SlotWriter resumed = writer_from(writer.chunks_durable());
  BOOST_TEST(resumed.offset() == 4 * mebibyte);
  BOOST_REQUIRE(resumed.take(std::string_view(bytes).substr(resumed.offset())).ok());
  BOOST_TEST(resumed.finish().ok());
  BOOST_TEST((durable == std::vector<std::uint32_t>{0, 1, 2}));
  BOOST_TEST(read_back(fd.get(), manifest).ok());
}

BOOST_FIXTURE_TEST_CASE(a_writer_started_behind_the_last_chunk_is_finished, Install) {
  BOOST_TEST(writer_from(3).finish().ok());
  BOOST_TEST(writer_from(3).offset() == bytes.size());
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_cannot_be_written_ends_the_writer, Install) {
  auto full = files::open("/dev/full", O_WRONLY);
  BOOST_REQUIRE(full.ok());
  SlotWriter failing(full->get(), manifest, 0,
                     [this](std::uint32_t done) { durable.push_back(done); });
  const auto s = failing.take(bytes);
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST(durable.empty());
  BOOST_TEST(failing.take(bytes).error().text == s.error().text);
  BOOST_TEST(!failing.finish().ok());
}

BOOST_FIXTURE_TEST_CASE(read_back_finds_any_flipped_byte_and_names_its_chunk, Install) {
  BOOST_REQUIRE(writer.take(bytes).ok());
  for (const std::uint64_t at :
       {std::uint64_t{0}, std::uint64_t{4 * mebibyte}, std::uint64_t{8 * mebibyte - 1},
        std::uint64_t{bytes.size() - 1}}) {
    flip(at);
    const auto s = read_back(fd.get(), manifest);
    BOOST_REQUIRE_MESSAGE(!s.ok(), "byte " << at);
    BOOST_TEST((s.error().kind == ErrorKind::mismatch));
    BOOST_TEST(s.error().text.find("chunk " + std::to_string(at / (4 * mebibyte))) !=
               std::string::npos);
    flip(at);
  }
  BOOST_TEST(read_back(fd.get(), manifest).ok());
}

BOOST_FIXTURE_TEST_CASE(read_back_ignores_what_lies_behind_the_image, Install) {
  BOOST_REQUIRE(writer.take(bytes).ok());
  flip(bytes.size());
  BOOST_TEST(read_back(fd.get(), manifest).ok());
}

BOOST_FIXTURE_TEST_CASE(read_back_of_a_slot_that_is_too_short_is_a_mismatch, Install) {
  BOOST_REQUIRE(writer.take(bytes).ok());
  BOOST_REQUIRE(::ftruncate(fd.get(), 6 * mebibyte) == 0);
  const auto s = read_back(fd.get(), manifest);
  BOOST_REQUIRE(!s.ok());
  BOOST_TEST((s.error().kind == ErrorKind::mismatch));
}

BOOST_FIXTURE_TEST_CASE(read_back_works_where_o_direct_is_not_known, Install) {
  files::UniqueFd memory(::memfd_create("slot", MFD_CLOEXEC));
  SlotWriter into(memory.get(), manifest, 0, [](std::uint32_t) {});
  BOOST_REQUIRE(into.take(bytes).ok());
  BOOST_TEST(read_back(memory.get(), manifest).ok());
}

BOOST_FIXTURE_TEST_CASE(memory_stays_flat_whatever_the_image, Images) {
  // 256 MiB of one repeated chunk through one writer; the peak may grow by two chunks at most.
  const std::string chunk = random_bytes(manifest_chunk_size);
  Manifest manifest = manifest_of(chunk);
  manifest.chunk_sha256.resize(64, manifest.chunk_sha256.front());
  manifest.image_size = 64 * std::uint64_t{manifest_chunk_size};
  files::UniqueFd nowhere = slot(0);
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  SlotWriter writer(nowhere.get(), manifest, 0, [&](std::uint32_t) {
    BOOST_REQUIRE(::ftruncate(nowhere.get(), 0) == 0);  // spare the disk
  });
  for (int n = 0; n < 64; ++n) BOOST_REQUIRE(writer.take(chunk).ok());
  BOOST_TEST(writer.finish().ok());
  ::getrusage(RUSAGE_SELF, &after);
  BOOST_TEST(after.ru_maxrss - before.ru_maxrss <= 8 * 1024);  // KiB
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::artifact
