// Large arrays on large pages, for the whole program: a fleet of a million is read all over a
// gigabyte, and with pages of 4 KB nearly each look at it has to find its page first. The
// allocation functions that C++ lets a program replace ([new.delete]); the forms that are not here
// lead to these. Where the kernel has no large pages to give, only the alignment is left.
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t page = std::size_t{2} << 20;
constexpr std::size_t large = 2 * page;  // from here on an array gets pages of its own

void* allocated(std::size_t size, std::size_t alignment) {
  if (size > PTRDIFF_MAX) throw std::bad_alloc();
  const bool on_large_pages = size >= large;
  if (on_large_pages) alignment = std::max(alignment, page);
  const std::size_t whole =
      std::max((size + alignment - 1) / alignment, std::size_t{1}) * alignment;
  void* at = std::aligned_alloc(alignment, whole);
  if (at == nullptr) throw std::bad_alloc();
  if (on_large_pages) madvise(at, whole, MADV_HUGEPAGE);  // a wish: refused, nothing is lost
  return at;
}

}  // namespace

void* operator new(std::size_t size) { return allocated(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocated(size, static_cast<std::size_t>(alignment));
}
// A sanitizer's own would not know that `delete` below frees what it gave.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(size);
  } catch (const std::bad_alloc&) { return nullptr; }
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }
