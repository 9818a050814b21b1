#include "ocelli/safety/monitor/observation_queue.hpp"

#include <gtest/gtest.h>

namespace ocelli::safety {
namespace {

Observation numbered(std::uint64_t sequence) {
  Observation observation;
  observation.sequence = sequence;
  return observation;
}

TEST(ObservationQueue, HandsOverEverythingInOrderHoweverFullItIs) {
  RecordProperty("verifies", "REQ-MON-051");
  ObservationQueue queue(8);
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  Observation out;
  for (std::uint64_t round = 0; round < 100; ++round) {
    for (std::uint64_t i = 0; i < 1 + round % 8; ++i) ASSERT_TRUE(queue.push(numbered(++pushed)));
    for (std::uint64_t i = 0; i < 1 + round % 8; ++i) {
      ASSERT_TRUE(queue.pop(out));
      ASSERT_EQ(out.sequence, ++popped);
    }
  }
  EXPECT_FALSE(queue.pop(out));
  EXPECT_EQ(queue.take_overflows(), 0U);
}

TEST(ObservationQueue, DropsAndCountsWhenItIsFull) {
  RecordProperty("verifies", "REQ-MON-051");
  ObservationQueue queue(2);
  EXPECT_EQ(queue.capacity(), 2U);
  EXPECT_TRUE(queue.push(numbered(1)));
  EXPECT_TRUE(queue.push(numbered(2)));
  EXPECT_FALSE(queue.push(numbered(3)));
  queue.count_lost(4);
  EXPECT_EQ(queue.take_overflows(), 5U);
  EXPECT_EQ(queue.take_overflows(), 0U);
  Observation out;
  EXPECT_TRUE(queue.pop(out));
  EXPECT_EQ(out.sequence, 1U);
  EXPECT_TRUE(queue.push(numbered(4)));
  EXPECT_TRUE(queue.pop(out) && queue.pop(out));
  EXPECT_EQ(out.sequence, 4U);
  EXPECT_FALSE(queue.pop(out));
  EXPECT_DEATH(ObservationQueue(3), "contract broken");
}

}  // namespace
}  // namespace ocelli::safety
