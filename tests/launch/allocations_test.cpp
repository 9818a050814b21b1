// The count of `ocelli track kitti` sees every way to the heap: a count that sees nothing would prove nothing.
#include "ocelli/launch/allocations.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace ocelli::launch {
namespace {

TEST(Allocations, EveryWayToTheHeapIsCounted) {
  if (!allocations_of_thread()) GTEST_SKIP() << "skipped: a sanitizer brings its own heap";
  const std::uint64_t before = *allocations_of_thread();
  void* volatile memory = ::operator new(24);
  ::operator delete(memory);
  EXPECT_EQ(*allocations_of_thread(), before + 1);
  memory = ::operator new (24, std::align_val_t{64});
  ::operator delete (memory, std::align_val_t{64});
  EXPECT_EQ(*allocations_of_thread(), before + 2);
  memory = std::malloc(24);
  memory = std::realloc(memory, 4096);
  std::free(memory);
  EXPECT_EQ(*allocations_of_thread(), before + 4);
  memory = std::calloc(3, 8);
  std::free(memory);
  memory = std::aligned_alloc(64, 128);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0U);
  std::free(memory);
  EXPECT_EQ(*allocations_of_thread(), before + 6);
}

}  // namespace
}  // namespace ocelli::launch
