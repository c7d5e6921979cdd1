#include "tests/runtime/journal/support.hpp"

#include <fstream>
#include <iterator>

namespace drydock::journal {

TempFolder::TempFolder(On where) {
  const bool memory = where == On::memory && std::filesystem::is_directory("/dev/shm");
  const std::filesystem::path base = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string name = (base / "drydock-journal-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(name.data()));
  root_ = name;
}

TempFolder::~TempFolder() {
  std::error_code code;
  std::filesystem::remove_all(root_, code);
}

JournalOptions strict_options() {
  JournalOptions options;
  options.on_fatal = [](const std::string& why) { BOOST_ERROR("the journal ended: " + why); };
  return options;
}

std::unique_ptr<Journal> open(const std::string& path, JournalOptions options) {
  auto journal = Journal::open(path, std::move(options));
  BOOST_REQUIRE_MESSAGE(journal, (journal ? "" : journal.error().text));
  return std::move(*journal);
}

Record numbered_record(std::uint64_t n) {
  Record record;
  record.machine = 1;
  record.logic_version = 2;
  record.up_ms = static_cast<std::int64_t>(n * 10);
  record.wall_ms = static_cast<std::int64_t>(n * 1000);
  record.wall_trust = wall_synchronised;
  record.turn_no = n;
  record.event = "event " + std::to_string(n);
  record.digest = n * 7919;
  record.rows.push_back({4, "last", std::to_string(n), false});
  return record;
}

void fill(Journal& journal, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t n = from; n <= to; ++n) journal.append(numbered_record(n), {});
  BOOST_REQUIRE(journal.flush());
}

std::map<std::string, std::string> rows(const Journal& journal, std::uint32_t table) {
  std::map<std::string, std::string> found;
  BOOST_REQUIRE(journal.for_each_row(
      table, [&](std::string_view key, std::string_view value) { found.emplace(key, value); }));
  return found;
}

std::vector<std::uint64_t> sequences(const Journal& journal) {
  std::vector<std::uint64_t> found;
  BOOST_REQUIRE(journal.for_each_record(
      0, ~std::uint64_t{0}, [&](std::uint64_t seq, const Record&) { found.push_back(seq); }));
  return found;
}

VerifyReport checked(const std::string& path) {
  auto report = verify(path);
  BOOST_REQUIRE_MESSAGE(report, (report ? "" : report.error().text));
  return *report;
}

void tamper(const std::string& path,
            const std::function<void(Store&, rocksdb::WriteBatch&)>& change) {
  auto store = Store::open(path + "/db", Profile::agent, Room::plenty);
  BOOST_REQUIRE(store);
  rocksdb::WriteBatch batch;
  change(**store, batch);
  BOOST_REQUIRE((*store)->write(batch, Durability::synced));
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string file_ending(const std::string& folder, const std::string& ending) {
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path();
    const bool fits = name.size() > ending.size() &&
                      name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    if (fits && name > newest) newest = name;
  }
  BOOST_REQUIRE(!newest.empty());
  return newest;
}

}  // namespace drydock::journal
