#include "runtime/files/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>

namespace {

using namespace drydock;

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "drydock-files-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string at(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

// No file of this process may grow beyond `bytes` while this lives: writing fails as on a full
// disk.
struct SmallFiles {
  explicit SmallFiles(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

mode_t mode_of(const std::string& path) {
  struct stat found {};
  BOOST_REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(files_of_a_folder, Folder)

BOOST_AUTO_TEST_CASE(a_replaced_file_holds_the_new_bytes_and_leaves_nothing_beside_it) {
  BOOST_REQUIRE(files::replace_durably(at("a"), "old, and longer").ok());
  BOOST_REQUIRE(files::replace_durably(at("a"), "new").ok());
  BOOST_TEST(files::read(at("a"), 100).value() == "new");
  BOOST_TEST(!std::filesystem::exists(at("a.new")));
}

BOOST_AUTO_TEST_CASE(a_replaced_file_has_the_mode_asked_for_whatever_lay_there) {
  BOOST_REQUIRE(files::replace_durably(at("a.new"), "left over", 0666).ok());
  BOOST_REQUIRE(files::replace_durably(at("a"), "secret", 0600).ok());
  BOOST_TEST(mode_of(at("a")) == 0600U);
}

BOOST_AUTO_TEST_CASE(a_replacement_that_does_not_fit_leaves_the_old_bytes_and_no_temporary) {
  BOOST_REQUIRE(files::replace_durably(at("a"), "old").ok());
  Status status = Done{};
  {
    SmallFiles small(4096);
    status = files::replace_durably(at("a"), std::string(8192, 'x'));
  }
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST((status.error().kind == ErrorKind::no_space));
  BOOST_TEST(files::read(at("a"), 100).value() == "old");
  BOOST_TEST(!std::filesystem::exists(at("a.new")));
}

BOOST_AUTO_TEST_CASE(a_replacement_in_a_folder_that_is_not_there_says_which) {
  const auto status = files::replace_durably(at("none/a"), "x");
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST((status.error().kind == ErrorKind::not_found));
  BOOST_TEST(status.error().text.find("none/a") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_refused) {
  BOOST_REQUIRE(files::replace_durably(at("a"), std::string(100, 'x')).ok());
  BOOST_TEST(files::read(at("a"), 100).value().size() == 100U);
  const auto refused = files::read(at("a"), 99);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.error().kind == ErrorKind::no_space));
}

BOOST_AUTO_TEST_CASE(a_large_file_is_read_whole) {
  std::string bytes;
  for (int n = 0; n < 50'000; ++n) bytes += std::to_string(n);
  BOOST_REQUIRE(files::replace_durably(at("a"), bytes).ok());
  BOOST_TEST((files::read(at("a"), 1 << 20).value() == bytes));
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_not_found) {
  const auto missing = files::read(at("a"), 10);
  BOOST_REQUIRE(!missing.ok());
  BOOST_TEST((missing.error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(reading_a_folder_is_an_error_and_no_empty_file) {
  BOOST_TEST(!files::read(path, 10).ok());
}

BOOST_AUTO_TEST_CASE(bytes_are_written_and_read_at_their_place) {
  auto fd = files::open(at("a"), O_RDWR | O_CREAT);
  BOOST_REQUIRE(fd.ok());
  BOOST_REQUIRE(files::write_at(fd->get(), "drydock", 1000, at("a")).ok());
  BOOST_REQUIRE(files::sync(fd->get(), at("a")).ok());
  BOOST_TEST(files::read_at(fd->get(), 7, 1000, at("a")).value() == "drydock");
  BOOST_TEST(files::read_at(fd->get(), 100, 1003, at("a")).value() == "dock");
  BOOST_TEST(files::read_at(fd->get(), 10, 5000, at("a")).value().empty());
}

BOOST_AUTO_TEST_CASE(an_opened_file_is_not_handed_to_child_processes) {
  auto fd = files::open(at("a"), O_RDWR | O_CREAT);
  BOOST_REQUIRE(fd.ok());
  BOOST_TEST((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(a_moved_descriptor_is_closed_once_by_its_last_owner) {
  int number = -1;
  {
    files::UniqueFd owner;
    {
      auto fd = files::open(at("a"), O_RDWR | O_CREAT);
      BOOST_REQUIRE(fd.ok());
      number = fd->get();
      owner = std::move(*fd);
    }
    BOOST_TEST(owner.get() == number);
    BOOST_TEST(::fcntl(number, F_GETFD) != -1);
  }
  BOOST_TEST(::fcntl(number, F_GETFD) == -1);
}

BOOST_AUTO_TEST_CASE(folders_are_made_one_in_another_and_once_more_is_no_error) {
  BOOST_REQUIRE(files::make_folders(at("x/y/z"), 0750).ok());
  BOOST_REQUIRE(files::make_folders(at("x/y/z"), 0750).ok());
  BOOST_TEST(std::filesystem::is_directory(at("x/y/z")));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way_of_a_folder_is_an_error) {
  BOOST_REQUIRE(files::replace_durably(at("x"), "a file").ok());
  BOOST_TEST(!files::make_folders(at("x/y")).ok());
}

BOOST_AUTO_TEST_CASE(a_file_in_place_of_the_folder_itself_is_an_error) {
  BOOST_REQUIRE(files::replace_durably(at("x"), "a file").ok());
  BOOST_TEST(!files::make_folders(at("x")).ok());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_as_no_space) {
  auto fd = files::open("/dev/full", O_WRONLY);
  if (!fd.ok()) {
    BOOST_TEST_MESSAGE("no /dev/full here");
    return;
  }
  const auto status = files::write_all(fd->get(), "x", "/dev/full");
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST((status.error().kind == ErrorKind::no_space));
}
