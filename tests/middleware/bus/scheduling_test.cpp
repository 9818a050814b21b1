#include "ocelli/middleware/bus/scheduling.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>

#include "ocelli/middleware/bus/ring_waiter.hpp"

namespace ocelli {
namespace {

/// Of the calling thread, as the system tells: the fourth 64-bit word of what sched_getattr gives.
std::int64_t turn_ns() {
  std::array<std::uint64_t, 6> words{};
  if (::syscall(SYS_sched_getattr, 0, words.data(), sizeof(words), 0) != 0) return -1;
  return static_cast<std::int64_t>(words[3]);
}

bool knows_turns() {
  bool is_known = false;
  std::thread([&] { is_known = take_turns(kShortTurn); }).join();
  return is_known;
}

TEST(TakingTurns, SaysWhetherTheSystemHasTakenIt) {
  std::thread([] {
    const bool has_changed = take_turns(kShortTurn);
    EXPECT_EQ(has_changed, turn_ns() == kShortTurn.count());
  }).join();
}

TEST(TakingTurns, LeavesPolicyAndNicenessAsTheyAre) {
  std::thread([] {
    go_background();
    const int nice = ::getpriority(PRIO_PROCESS, 0);
    take_turns(kShortTurn);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice);
  }).join();
}

TEST(TakingTurns, CanBeUndone) {
  if (!knows_turns()) GTEST_SKIP() << "this kernel has one length of turns for all (before Linux 6.12)";
  std::thread([] {
    const std::int64_t usual = turn_ns();
    take_turns(kShortTurn);
    take_turns({});
    EXPECT_EQ(turn_ns(), usual);
  }).join();
}

TEST(TakingTurns, IsDoneByTheThreadThatWaitsForRingsAndNoOther) {
  if (!knows_turns()) GTEST_SKIP() << "this kernel has one length of turns for all (before Linux 6.12)";
  const std::int64_t usual = turn_ns();
  RingWaiter waiter;
  std::thread([&] {
    waiter.wait_for(Duration::zero());
    EXPECT_EQ(turn_ns(), kShortTurn.count());
  }).join();
  EXPECT_EQ(turn_ns(), usual);
}

}  // namespace
}  // namespace ocelli
