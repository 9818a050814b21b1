// The tick takes no memory: malloc, calloc, realloc and operator new of this program are counted, and a big vehicle
// with late and lost messages, a clock that goes back and faults that come and go is run through them.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>

#include "ocelli/tests/safety/monitor/big_vehicle.hpp"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
thread_local bool is_counting = false;
thread_local std::size_t allocations = 0;
void note() {
  if (is_counting) ++allocations;
}
}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* malloc(std::size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  note();
  return __libc_realloc(memory, size);
}
}

namespace ocelli::safety {
namespace {

using namespace test;

TEST(Allocation, TheHookSeesAllocations) {
  is_counting = true;
  auto* volatile number = new int(3);
  is_counting = false;
  delete number;
  EXPECT_GE(allocations, 1U) << "a hook that counts nothing proves nothing";
  allocations = 0;
}

TEST(Allocation, TheTickTakesNoMemory) {
  RecordProperty("verifies", "REQ-MON-050");
  auto monitor = Monitor::create(BigVehicle::config());
  ASSERT_TRUE(monitor) << monitor.error().message;
  BigVehicle vehicle;
  ASSERT_EQ(vehicle.observations(kStart).size(), BigVehicle::kObservations);
  Time now = kStart;
  std::size_t events = 0;
  std::size_t mode_changes = 0;
  allocations = 0;
  for (int tick = 0; tick < 600; ++tick) {
    now += tick == 300 ? -50ms : BigVehicle::kTick;
    const bool is_gap = tick > 400 && tick < 440;  // everything is silent for a while
    const auto& observations = vehicle.observations(now);
    is_counting = true;
    if (!is_gap)
      for (const Observation& observation : observations) (*monitor)->observe(observation);
    if (tick == 200) (*monitor)->count_lost(5);
    if (tick % 100 == 50) (*monitor)->begin_operation_cycle();
    if (tick == 500) (*monitor)->restart(entity_id("node3"));
    (*monitor)->tick(now);
    events += (*monitor)->events().size();
    mode_changes += (*monitor)->mode_change() ? 1 : 0;
    is_counting = false;
  }
  EXPECT_EQ(allocations, 0U);
  EXPECT_GT(events, 1000U);
  EXPECT_GT(mode_changes, 0U);
  EXPECT_EQ((*monitor)->counters().unknown, 0U);
  EXPECT_EQ((*monitor)->counters().clock_steps_back, 5U) << "until time is where it was";
}

}  // namespace
}  // namespace ocelli::safety

#endif
