#pragma once
// Scheduling of the calling thread. Threads inherit it from the one that starts them.

#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

/// SCHED_FIFO for this thread and those it starts; false where it is not permitted (then nothing has changed).
bool try_realtime(int priority);

/// Back to SCHED_OTHER: for threads that only prepare data and may take a core for long.
void leave_realtime();

/// Of what takes a core for long: before all that is not ours, behind all that is.
inline constexpr int kBackgroundPriority = 1;

/// Where this thread is real-time: kBackgroundPriority, for it and those it starts.
void step_back();

/// Less of a core than others when there is not enough for all: for this thread and those it starts, where real time is
/// not permitted.
void go_background();

/// Of a thread that is woken for little work.
inline constexpr Duration kShortTurn = std::chrono::microseconds(100);

/// How long this thread and those it starts keep a core while others wait for it; zero: as long as the system says. One
/// that asks for shorter turns than what runs is let in at once when it wakes up; its share of the core stays the same.
/// Real-time threads are left alone. False when nothing has changed: a real-time thread, or Linux before 6.12.
bool take_turns(Duration longest);

}  // namespace ocelli
