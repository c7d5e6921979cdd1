// The names behind the numbers, in a real journal.
#include <boost/test/unit_test.hpp>

#include "runtime/centre/names.hpp"
#include "runtime/shell/turn_record.hpp"
#include "tests/runtime/centre/installation.hpp"

namespace drydock::centre::test {
namespace {

// Two texts with one FNV-1a hash of 64 bits, and so with one number.
const std::string twin = "8yn0iYCKYHlIj4-BwPqk", other_twin = "GReLUrM4wMqfg9yzV3KQ";

struct Book {
  TemporaryFolder folder;
  std::unique_ptr<journal::Journal> journal = open_journal();
  std::unique_ptr<Names> names = open();

  std::unique_ptr<journal::Journal> open_journal() const {
    auto opened = journal::Journal::open(folder / "journal", journal::agent_options());
    BOOST_REQUIRE(opened.ok());
    return std::move(*opened);
  }
  std::unique_ptr<Names> open() const {
    auto opened = Names::open(*journal);
    BOOST_REQUIRE(opened.ok());
    return std::move(*opened);
  }
  bool keep(NameKind kind, const std::string& name) { return names->keep(kind, name, {}).ok(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(second_name_with_the_same_number_is_refused) {
  Book book;
  BOOST_REQUIRE(name_number(twin) == name_number(other_twin));
  BOOST_TEST(book.keep(NameKind::client, twin));
  const auto refused = book.names->keep(NameKind::client, other_twin, {});
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.error().kind == ErrorKind::refused));
  BOOST_TEST(book.names->name(NameKind::client, name_number(twin)) == twin);
  BOOST_TEST(!book.names->knows(NameKind::client, other_twin));
  BOOST_TEST(book.keep(NameKind::site, other_twin));  // another kind is another book
}

BOOST_AUTO_TEST_CASE(names_are_there_after_the_journal_was_closed) {
  Book book;
  BOOST_TEST(book.keep(NameKind::client, "acme"));
  BOOST_TEST(book.keep(NameKind::client, "acme"));
  BOOST_TEST(book.keep(NameKind::site, site_key("acme", "north")));
  BOOST_TEST(book.journal->flush().ok());
  BOOST_TEST(book.journal->head().seq == 2u);  // said twice, kept once
  book.names.reset();
  book.journal.reset();
  book.journal = book.open_journal();
  book.names = book.open();
  BOOST_TEST(book.names->knows(NameKind::client, "acme"));
  const auto key = book.names->name(NameKind::site, name_number("acme/north"));
  BOOST_TEST(site_of_key(key) == "north");
}

BOOST_AUTO_TEST_CASE(number_without_a_name_is_shown_as_hex) {
  Book book;
  BOOST_TEST(book.names->name(NameKind::hardware, 0x2a) == "000000000000002a");
}

BOOST_AUTO_TEST_CASE(row_that_does_not_fit_its_number_is_an_error) {
  Book book;
  journal::Record record;
  record.machine = Names::record_id;
  record.rows.push_back({shell::table_of(Names::record_id, 1), shell::key_bytes(7), "acme", false});
  book.journal->append(std::move(record), [](std::uint64_t) {});
  BOOST_REQUIRE(book.journal->flush().ok());
  BOOST_TEST(!Names::open(*book.journal).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
