#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "runtime/boot/gate_log.hpp"
#include "runtime/files/files.hpp"
#include "tests/runtime/boot/temporary_folder.hpp"

namespace drydock::boot {
namespace {

GateRecord some_record(GateKind kind = GateKind::failed) {
  GateRecord record;
  record.boot = {0x1122334455667788};
  record.update = {77};
  record.attempt = 2;
  record.tries_left = 1;
  record.slot = Slot::b;
  record.kind = kind;
  record.wall = {1'700'000'000'123};
  record.up = {45'678};
  record.check = "clinic-service";
  record.reason = "exit code 1";
  return record;
}

struct Log {
  TemporaryFolder folder;
  std::string path = folder / "gate.log";
  GateLog log{folder.path()};

  std::uint64_t append(GateKind kind = GateKind::failed) {
    auto sequence = log.append(some_record(kind));
    BOOST_REQUIRE_MESSAGE(sequence.ok(), (sequence ? "" : sequence.error().text));
    return *sequence;
  }
  GateLogRead read(std::uint64_t from = 1) {
    auto out = log.read(from);
    BOOST_REQUIRE(out.ok());
    return *out;
  }
  void flip(std::uint64_t offset) {
    auto fd = files::open(path, O_RDWR);
    BOOST_REQUIRE(fd.ok());
    auto byte = files::read_at(fd->get(), 1, offset, path);
    BOOST_REQUIRE(byte.ok());
    byte->front() = static_cast<char>(byte->front() ^ 1);
    BOOST_REQUIRE(files::write_at(fd->get(), *byte, offset, path).ok());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gate_log)

BOOST_AUTO_TEST_CASE(a_record_is_512_bytes_and_comes_back_whole) {
  GateRecord record = some_record();
  record.sequence = 9;
  record.previous[3] = 7;
  const std::string bytes = encode_gate_record(record);
  BOOST_TEST(bytes.size() == 512u);
  const auto back = decode_gate_record(bytes);
  BOOST_REQUIRE(back.ok());
  BOOST_TEST((*back == record));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_record_is_noticed) {
  const std::string bytes = encode_gate_record(some_record());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    BOOST_REQUIRE_MESSAGE(!decode_gate_record(flipped).ok(), "bit " << bit);
  }
}

BOOST_AUTO_TEST_CASE(overlong_texts_are_cut_not_refused) {
  GateRecord record = some_record();
  record.check = std::string(100, 'c');
  record.reason = std::string(1000, 'r');
  const auto back = decode_gate_record(encode_gate_record(record));
  BOOST_REQUIRE(back.ok());
  BOOST_TEST(back->check == std::string(gate_check_max, 'c'));
  BOOST_TEST(back->reason == std::string(gate_reason_max, 'r'));
}

BOOST_FIXTURE_TEST_CASE(a_missing_log_is_empty, Log) {
  BOOST_TEST(read().records.empty());
  BOOST_TEST(!read().damage.has_value());
}

BOOST_FIXTURE_TEST_CASE(records_come_back_in_order_from_the_sequence_asked_for, Log) {
  for (std::uint64_t n = 1; n <= 5; ++n) BOOST_TEST(append() == n);
  BOOST_TEST(read().records.size() == 5u);
  const auto tail = read(4).records;
  BOOST_REQUIRE(tail.size() == 2u);
  BOOST_TEST(tail.front().sequence == 4u);
  BOOST_TEST(tail.front().check == "clinic-service");
  BOOST_TEST(read(6).records.empty());
}

BOOST_FIXTURE_TEST_CASE(a_record_cut_at_any_byte_is_written_over_by_the_next_append, Log) {
  append();
  const std::string whole = encode_gate_record(some_record());
  for (std::size_t cut = 1; cut < gate_record_size; cut += 37) {
    const auto before = read().records.size();
    auto fd = files::open(path, O_WRONLY | O_APPEND);
    BOOST_REQUIRE(files::write_all(fd->get(), whole.substr(0, cut), path).ok());
    BOOST_TEST(read().damage.has_value());
    BOOST_TEST(read().records.size() == before);
    append();
    BOOST_TEST(!read().damage.has_value());
    BOOST_TEST(read().records.size() == before + 1);
  }
}

BOOST_FIXTURE_TEST_CASE(reading_stops_at_a_damaged_record_and_says_where, Log) {
  for (int n = 0; n < 4; ++n) append();
  flip(2 * gate_record_size + 70);
  const auto out = read();
  BOOST_TEST(out.records.size() == 2u);
  BOOST_REQUIRE(out.damage.has_value());
  BOOST_TEST(out.damage->text.find("record 3") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_record_exchanged_for_an_older_one_breaks_the_chain, Log) {
  for (int n = 0; n < 4; ++n) append();
  auto bytes = files::read(path, 1 << 16);
  BOOST_REQUIRE(bytes.ok());
  auto fd = files::open(path, O_WRONLY);
  const auto first = bytes->substr(0, gate_record_size);
  BOOST_REQUIRE(files::write_at(fd->get(), first, 2 * gate_record_size, path).ok());
  BOOST_TEST(read().records.size() == 2u);
  BOOST_TEST(read().damage->text.find("does not follow") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_log_damaged_in_the_middle_is_set_aside_and_numbers_are_not_reused, Log) {
  for (int n = 0; n < 4; ++n) append();
  flip(gate_record_size + 70);
  BOOST_TEST(append() > 4u);
  BOOST_TEST(std::filesystem::exists(path + ".damaged"));
  BOOST_TEST(read().records.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_number_of_a_damaged_last_record_is_not_used_again, Log) {
  for (int n = 0; n < 3; ++n) append();  // an importer may have seen number 3
  flip(2 * gate_record_size + 70);
  BOOST_TEST(append() == 4u);
  BOOST_TEST(read().records.size() == 3u);
  BOOST_TEST(!read().damage.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_full_file_is_kept_and_the_chain_goes_on_in_a_new_one, Log) {
  GateLog small(folder.path(), 3);
  for (std::uint64_t n = 1; n <= 8; ++n) {
    auto sequence = small.append(some_record());
    BOOST_REQUIRE(sequence.ok());
    BOOST_TEST(*sequence == n);
  }
  const auto out = small.read();
  BOOST_REQUIRE(out.ok());
  BOOST_TEST(!out->damage.has_value());
  BOOST_REQUIRE(out->records.size() == 5u);  // 4..6 in the older file, 7 and 8 in the newer
  BOOST_TEST(out->records.front().sequence == 4u);
  BOOST_TEST(out->records.back().sequence == 8u);
}

BOOST_FIXTURE_TEST_CASE(a_cut_right_after_the_file_was_moved_away_loses_nothing, Log) {
  for (int n = 0; n < 3; ++n) append();
  std::filesystem::rename(path, path + ".1");
  BOOST_TEST(read().records.size() == 3u);
  BOOST_TEST(append() == 4u);
  BOOST_TEST(read().records.size() == 4u);
  BOOST_TEST(!read().damage.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_gap_between_the_two_files_is_reported, Log) {
  for (int n = 0; n < 3; ++n) append();
  std::filesystem::rename(path, path + ".1");
  TemporaryFolder elsewhere;
  GateLog foreign(elsewhere.path());
  for (int n = 0; n < 6; ++n) BOOST_REQUIRE(foreign.append(some_record()).ok());
  std::filesystem::copy_file(elsewhere / "gate.log", path);
  BOOST_TEST(read().damage.has_value());
}

BOOST_FIXTURE_TEST_CASE(room_for_the_whole_log_is_reserved_by_the_first_append, Log) {
  append();
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  BOOST_TEST(about.st_size == 512);
  BOOST_TEST(about.st_blocks * 512 >= static_cast<blkcnt_t>(gate_log_records * gate_record_size));
}

BOOST_AUTO_TEST_CASE(an_append_without_its_folder_is_an_error) {
  TemporaryFolder folder;
  GateLog log(folder / "missing");
  BOOST_TEST(!log.append(some_record()).ok());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
