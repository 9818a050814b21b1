#include "ocelli/tests/perception/allocation_counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

namespace {
std::atomic<std::uint64_t> allocation_count{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++allocation_count;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(size == 0 ? 1 : size)
                                                        : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace

// Not inlined: the compiler would see malloc meet delete.
__attribute__((noinline)) void* operator new(std::size_t size) { return counted(size, 1); }
__attribute__((noinline)) void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace ocelli::perception {

std::uint64_t allocations() { return allocation_count; }

namespace {

TEST(AllocationCounter, SeesAnAllocation) {
  const std::uint64_t before = allocations();
  auto number = std::make_unique<int>(1);
  EXPECT_EQ(*number, 1);
  EXPECT_EQ(allocations(), before + 1);
}

}  // namespace
}  // namespace ocelli::perception
