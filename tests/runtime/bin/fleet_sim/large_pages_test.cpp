// The allocation functions of fleet-sim.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace {

constexpr std::size_t page = std::size_t{2} << 20;

struct alignas(64) Line {
  char bytes[64];
};
struct alignas(4096) Wide {
  char bytes[4096];
};

template <class T>
bool begins_at_a_large_page(const std::vector<T>& array) {
  return reinterpret_cast<std::uintptr_t>(array.data()) % page == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_large_array_begins_at_a_large_page) {
  // Several of each, so that none is there by chance.
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(begins_at_a_large_page(std::vector<char>(2 * page + 1)));
    BOOST_TEST(begins_at_a_large_page(std::vector<Line>(3 * page / sizeof(Line) + 1)));
  }
}

BOOST_AUTO_TEST_CASE(a_small_array_keeps_the_alignment_of_its_type) {
  std::vector<std::vector<Wide>> arrays;
  for (std::size_t n = 1; n < 20; ++n) {
    arrays.emplace_back(n);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(arrays.back().data()) % alignof(Wide) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(what_no_memory_could_hold_is_refused) {
  // Not a constant: a compiler may leave out an allocation that nobody uses, or warn of it.
  volatile std::size_t size = std::numeric_limits<std::size_t>::max() - 1;
  BOOST_CHECK_THROW(static_cast<void>(::operator new(size)), std::bad_alloc);
  BOOST_CHECK_THROW(static_cast<void>(::operator new (size, std::align_val_t{64})), std::bad_alloc);
  BOOST_TEST(::operator new(size, std::nothrow) == nullptr);
  BOOST_CHECK_NO_THROW(::operator delete(::operator new(0)));
  BOOST_CHECK_NO_THROW(::operator delete(::operator new(1, std::nothrow)));
}
