#include "ocelli/middleware/core/buffer.hpp"

#include <gtest/gtest.h>

namespace ocelli {
namespace {

TEST(BufferPool, GivesAlignedBuffersOfAtLeastTheAskedSize) {
  const auto pool = make_heap_pool();
  for (const std::size_t size : {0U, 1U, 64U, 65U, 1000U, 1048577U}) {
    const BufferPtr buffer = pool->take(size);
    ASSERT_NE(buffer, nullptr);
    EXPECT_GE(buffer->capacity(), size);
    EXPECT_TRUE(buffer->bytes().empty());
    buffer->resize(0, size);
    EXPECT_EQ(buffer->bytes().size(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->bytes().data()) % 64, 0U);
  }
}

TEST(BufferPool, GivesBackWhatWasReturnedAndNeverWhatIsInUse) {
  const auto pool = make_heap_pool();
  BufferPtr first = pool->take(1000);
  first->resize(0, 1);
  const std::byte* block = first->bytes().data();
  const BufferPtr second = pool->take(1000);
  second->resize(0, 1);
  EXPECT_NE(second->bytes().data(), block);
  first.reset();
  const BufferPtr third = pool->take(900);  // the same size class
  third->resize(0, 1);
  EXPECT_EQ(third->bytes().data(), block);
}

TEST(BufferPool, BuffersOutliveIt) {
  auto pool = make_heap_pool();
  const BufferPtr buffer = pool->take(100);
  pool.reset();
  buffer->resize(10, 90);
  buffer->bytes()[89] = std::byte{7};
  EXPECT_EQ(buffer->bytes()[89], std::byte{7});
}

TEST(Buffer, OffsetAndTruncateMoveTheView) {
  const BufferPtr buffer = make_heap_pool()->take(128);
  buffer->resize(0, 128);
  buffer->bytes()[20] = std::byte{9};
  buffer->resize(20, 50);
  EXPECT_EQ(buffer->bytes()[0], std::byte{9});
  buffer->truncate(5);
  EXPECT_EQ(buffer->bytes().size(), 5U);
  EXPECT_EQ(buffer->bytes()[0], std::byte{9});
}

TEST(BufferDeathTest, GoingBeyondTheCapacityIsABrokenContract) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const BufferPtr buffer = make_heap_pool()->take(64);
  EXPECT_DEATH(buffer->resize(buffer->capacity() - 4, 5), "contract broken");
  EXPECT_DEATH(buffer->resize(static_cast<std::size_t>(-1), 2), "contract broken");
}

}  // namespace
}  // namespace ocelli
