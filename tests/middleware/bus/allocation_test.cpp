// Once warm, publishing and receiving take nothing from the heap: every operator new of this program is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"

namespace {
std::atomic<std::size_t> allocations = 0;

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  if (void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)) return memory;
  std::abort();
}
}  // namespace

__attribute__((noinline)) void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
__attribute__((noinline)) void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace ocelli {
namespace {

constexpr int kWarmUp = 600;  // more than any ring has slots: every block was taken once
constexpr int kMessages = 500;

/// Allocations of `step` once it is warm.
template <class Step>
std::size_t allocations_of(const Step& step) {
  for (int i = 0; i < kWarmUp; ++i) step();
  const std::size_t before = allocations;
  for (int i = 0; i < kMessages; ++i) step();
  return allocations - before;
}

TEST(HotPath, OfSmallMessagesBetweenProcessesAllocatesNothing) {
  RecordProperty("verifies", "REQ-BUS-009");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "ego", pair.waiter);
  ASSERT_TRUE(publisher && subscription);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  int received = 0;
  const auto step = [&] {
    (*publisher)->publish(ocelli::msg::EgoMotion{}, {});
    pair.waiter->wait_for(0s);
    while ((*subscription)->take()) ++received;
  };
  EXPECT_EQ(allocations_of(step), 0U);
  EXPECT_EQ(received, kWarmUp + kMessages);
}

TEST(HotPath, OfBulkMessagesBetweenProcessesAllocatesNothing) {
  RecordProperty("verifies", "REQ-BUS-009");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::CameraImage>("camera");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::CameraImage>(), "camera", pair.waiter);
  ASSERT_TRUE(publisher && subscription);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  int received = 0;
  const topics::ImageShape shape{.stamp = {}, .frame_id = "c", .height = 200, .width = 300, .encoding = "bgr8"};
  const auto step = [&] {
    auto draft = topics::draft_image(shape, (*publisher)->raw().pool());
    (*publisher)->publish_cdr(std::move(draft->cdr), {});
    pair.waiter->wait_for(0s);
    while (const auto message = (*subscription)->take()) received += message->sample->intact() ? 1 : 0;
  };
  EXPECT_EQ(allocations_of(step), 0U);
  EXPECT_EQ(received, kWarmUp + kMessages);
}

TEST(HotPath, WithinAProcessAllocatesNothingAlsoWhenQueuesOverflow) {
  RecordProperty("verifies", "REQ-BUS-009");
  RingPair pair;
  auto publisher = pair.sender.publish<topics::EgoMotion>("ego");
  auto idle = pair.sender.subscribe<topics::EgoMotion>("ego");
  auto subscription = pair.sender.subscribe<topics::EgoMotion>("ego");
  ASSERT_TRUE(publisher && subscription && idle);
  pair.sender_wire.ring_readers = 0;
  int received = 0;
  const auto step = [&] {
    (*publisher)->publish(ocelli::msg::EgoMotion{}, {});
    while ((*subscription)->take()) ++received;
  };
  EXPECT_EQ(allocations_of(step), 0U);
  EXPECT_EQ(received, kWarmUp + kMessages);
}

TEST(HotPath, ACountedAllocationIsSeen) {
  std::unique_ptr<int> kept;
  const auto step = [&] { kept = std::make_unique<int>(1); };
  EXPECT_EQ(allocations_of(step), static_cast<std::size_t>(kMessages));
}

}  // namespace
}  // namespace ocelli
