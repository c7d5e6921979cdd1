#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "runtime/boot/disks/boot_state_store.hpp"
#include "runtime/boot/disks/sector_file.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {
namespace {

const BootState first_state{1, Slot::a, Slot::none, {}};
const BootState second_state{2, Slot::a, Slot::b, {77}};

std::string bytes_of(const std::string& path) {
  auto bytes = files::read(path, 4096);
  BOOST_REQUIRE(bytes.ok());
  return *bytes;
}

void put(const std::string& path, std::string_view bytes) {
  auto fd = files::open(path, O_WRONLY | O_CREAT | O_TRUNC);
  BOOST_REQUIRE(fd.ok());
  BOOST_REQUIRE(files::write_all(fd->get(), bytes, path).ok());
}

ino_t inode(const std::string& path) {
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_ino;
}

// Puts a file in place of path that reads as `bytes` and refuses every write, even to root.
files::UniqueFd make_unwritable(const std::string& path, std::string_view bytes) {
  files::UniqueFd sealed(::memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  BOOST_REQUIRE(files::write_all(sealed.get(), bytes, path).ok());
  BOOST_REQUIRE(::fcntl(sealed.get(), F_ADD_SEALS, F_SEAL_WRITE) == 0);
  ::unlink(path.c_str());
  const std::string target = "/proc/self/fd/" + std::to_string(sealed.get());
  BOOST_REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
  return sealed;
}

struct Esp {
  TemporaryFolder folder;
  BootStateStore store{folder.path()};
  std::string one = folder / "ab_state";
  std::string two = folder / "ab_state2";
};

struct EspWithState : Esp {
  EspWithState() {
    auto stored = store.store(first_state);
    BOOST_REQUIRE(stored.ok());
    BOOST_REQUIRE(!stored->second_copy);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(boot_state_store)

BOOST_FIXTURE_TEST_CASE(an_empty_esp_has_no_state_and_says_what_is_wrong_with_each_copy, Esp) {
  const auto loaded = store.load();
  BOOST_TEST(!loaded.state.has_value());
  BOOST_REQUIRE(loaded.damage[0] && loaded.damage[1]);
  BOOST_TEST((loaded.damage[0]->kind == ErrorKind::not_found));
  BOOST_TEST(loaded.damage[1]->text.find("ab_state2") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(store_writes_both_copies_with_512_bytes_each, EspWithState) {
  BOOST_TEST(bytes_of(one) == format(first_state));
  BOOST_TEST(bytes_of(two) == format(first_state));
  BOOST_TEST((store.load().state == first_state));
}

BOOST_FIXTURE_TEST_CASE(store_overwrites_in_place_and_never_replaces_the_files, EspWithState) {
  const ino_t before[] = {inode(one), inode(two)};
  BOOST_REQUIRE(store.store(second_state).ok());
  BOOST_TEST(inode(one) == before[0]);
  BOOST_TEST(inode(two) == before[1]);
}

BOOST_FIXTURE_TEST_CASE(a_short_long_or_missing_copy_is_made_anew, EspWithState) {
  for (const std::string bad : {"", "set active_partition=\"A\"\n"}) {
    put(one, bad);
    const auto now = store.load();
    BOOST_REQUIRE(now.state.has_value());
    BOOST_REQUIRE(store.store(*disarm(*now.state)).ok());
    BOOST_TEST(bytes_of(one) == bytes_of(two));
  }
  put(two, std::string(1024, 'x'));
  BOOST_REQUIRE(store.store(*disarm(*store.load().state)).ok());
  BOOST_TEST(bytes_of(two).size() == 512u);
  BOOST_REQUIRE(::unlink(two.c_str()) == 0);
  BOOST_REQUIRE(store.store(*disarm(*store.load().state)).ok());
  BOOST_TEST(bytes_of(one) == bytes_of(two));
}

BOOST_FIXTURE_TEST_CASE(any_flipped_bit_in_one_copy_is_survived, EspWithState) {
  const std::string good = format(first_state);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const std::string& path = bit % 2 == 0 ? one : two;
    put(path, flipped);
    BOOST_REQUIRE_MESSAGE(store.load().state == first_state, "bit " << bit);
    put(path, good);
  }
}

BOOST_FIXTURE_TEST_CASE(the_damaged_copy_is_written_before_the_healthy_one, EspWithState) {
  put(one, "torn");
  const auto unwritable = make_unwritable(two, format(first_state));
  const auto stored = store.store(second_state);
  BOOST_REQUIRE(stored.ok());
  BOOST_TEST(stored->second_copy.has_value());
  BOOST_TEST(bytes_of(one) == format(second_state));
}

BOOST_FIXTURE_TEST_CASE(the_older_copy_is_written_before_the_newer_one, EspWithState) {
  const auto unwritable = make_unwritable(one, format(second_state));  // copy two is the older one
  const BootState third{3, Slot::a, Slot::none, {}};
  const auto stored = store.store(third);
  BOOST_REQUIRE(stored.ok());
  BOOST_TEST(stored->second_copy.has_value());
  BOOST_TEST(bytes_of(two) == format(third));
  BOOST_TEST((store.load().state == third));  // in effect, though one copy is stale
}

BOOST_FIXTURE_TEST_CASE(when_the_first_write_fails_the_other_copy_is_not_touched, EspWithState) {
  const auto unwritable = make_unwritable(one, format(first_state));
  put(two, format(second_state));
  BOOST_TEST(!store.store(*disarm(second_state)).ok());
  BOOST_TEST(bytes_of(two) == format(second_state));
}

BOOST_FIXTURE_TEST_CASE(a_cut_between_the_two_writes_leaves_the_new_state_in_effect, EspWithState) {
  BOOST_REQUIRE(write_sector(two, format(second_state)).ok());
  BOOST_TEST((store.load().state == second_state));
  BOOST_REQUIRE(store.store(*disarm(second_state)).ok());
  BOOST_TEST(bytes_of(one) == bytes_of(two));
}

BOOST_FIXTURE_TEST_CASE(a_state_that_does_not_follow_the_stored_one_is_refused, EspWithState) {
  BOOST_TEST(!store.store({1, Slot::a, Slot::none, {}}).ok());
  BOOST_TEST(!store.store({9, Slot::a, Slot::none, {}}).ok());
  BOOST_TEST((store.load().state == first_state));
}

BOOST_AUTO_TEST_CASE(an_unmounted_esp_is_never_written) {
  TemporaryFolder folder;
  put(folder / "device", "");  // stands for any mount
  BootStateStore store(EspPlace{folder.path(), true, folder / "device", folder / "slot"});
  const auto stored = store.store(first_state);
  BOOST_REQUIRE(!stored.ok());
  BOOST_TEST((stored.error().kind == ErrorKind::refused));
  BOOST_TEST(stored.error().text.find("mount the ESP") != std::string::npos);
  BOOST_TEST(::access((folder / "ab_state").c_str(), F_OK) != 0);
}

BOOST_FIXTURE_TEST_CASE(a_missing_or_damaged_attempt_counter_is_made_and_a_good_one_kept, Esp) {
  BOOST_REQUIRE(store.ensure_tries().ok());
  BOOST_TEST((*store.load_tries() == BootTries{}));
  put(folder / "ab_tries", format(BootTries{UpdateId{77}, 1}));
  BOOST_REQUIRE(store.ensure_tries().ok());
  BOOST_TEST((*store.load_tries() == BootTries{UpdateId{77}, 1}));
  put(folder / "ab_tries", "torn");
  BOOST_REQUIRE(store.ensure_tries().ok());
  BOOST_TEST((*store.load_tries() == BootTries{}));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
