#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include "runtime/boot/projections.hpp"
#include "runtime/files/files.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {
namespace {

struct Data {
  TemporaryFolder folder;
  const std::string& root = folder.path();
  Data() { BOOST_REQUIRE(files::make_folders(folder / "update").ok()); }
  void put(const std::string& name, std::string_view bytes) {
    auto fd = files::open(folder / name, O_WRONLY | O_CREAT | O_TRUNC);
    BOOST_REQUIRE(fd.ok());
    BOOST_REQUIRE(files::write_all(fd->get(), bytes, name).ok());
  }
};

const UpdateState state{
    {0x0123456789abcdef}, {7}, make_version(1, 1, 0), Slot::b, {1'700'000'000'006}};

}  // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_FIXTURE_TEST_CASE(update_state_is_the_seeds_file_in_plain_json, Data) {
  BOOST_REQUIRE(write_update_state(root, state).ok());
  BOOST_TEST(*files::read(folder / "update/update_state.json", 4096) ==
             "{\"update_id\":\"0123456789abcdef\",\"rollout_id\":7,\"version\":\"1.1.0\","
             "\"target_partition\":\"B\",\"started_at\":\"2023-11-14T22:13:20.006Z\"}\n");
  const auto back = read_update_state(root);
  BOOST_REQUIRE(back.ok());
  BOOST_TEST((*back == state));
}

BOOST_FIXTURE_TEST_CASE(no_file_means_no_update_under_way, Data) {
  BOOST_TEST(!(*read_update_state(root)).has_value());
  BOOST_TEST(*read_boot_count(root) == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_cleared_update_state_is_gone_and_clearing_again_is_fine, Data) {
  BOOST_REQUIRE(write_update_state(root, state).ok());
  BOOST_REQUIRE(clear_update_state(root).ok());
  BOOST_REQUIRE(clear_update_state(root).ok());
  BOOST_TEST(!(*read_update_state(root)).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_damaged_update_state_is_malformed_and_never_guessed, Data) {
  for (const std::string_view bad :
       {"", "{", "[]", "{\"update_id\":7}",
        "{\"update_id\":\"0123456789abcdef\",\"rollout_id\":7,\"version\":\"1.1.0\","
        "\"target_partition\":\"C\",\"started_at\":\"2023-11-14T22:13:20.006Z\"}"}) {
    put("update/update_state.json", bad);
    const auto back = read_update_state(root);
    BOOST_REQUIRE(!back.ok());
    BOOST_TEST((back.error().kind == ErrorKind::malformed));
  }
}

BOOST_FIXTURE_TEST_CASE(boot_count_is_decimal_text, Data) {
  BOOST_REQUIRE(write_boot_count(root, 3).ok());
  BOOST_TEST(*files::read(folder / "update/boot_count", 64) == "3\n");
  BOOST_TEST(*read_boot_count(root) == 3u);
  put("update/boot_count", "2");
  BOOST_TEST(*read_boot_count(root) == 2u);
  for (const std::string_view bad : {"", "x", "-1", "3 4", "99999999999"}) {
    put("update/boot_count", bad);
    BOOST_TEST(!read_boot_count(root).ok());
  }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
