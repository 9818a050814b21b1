#include "ocelli/middleware/bus/scheduling.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace ocelli {
namespace {

constexpr int kBackgroundNice = 5;  // a third of the share of an ordinary thread

/// What the system calls sched_setattr and sched_getattr take (first version); Debian 12's glibc has no wrapper.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

}  // namespace

bool try_realtime(int priority) {
  const sched_param parameters{.sched_priority = priority};
  return ::sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

void leave_realtime() {
  const sched_param parameters{.sched_priority = 0};
  ::sched_setscheduler(0, SCHED_OTHER, &parameters);
}

void step_back() {
  if (::sched_getscheduler(0) == SCHED_FIFO) try_realtime(kBackgroundPriority);
}

bool take_turns(Duration longest) {
  Attributes attributes;
  const auto get = [&] { return ::syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) == 0; };
  if (!get() || (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH)) return false;
  const auto asked_ns = static_cast<std::uint64_t>(longest.count());
  attributes.runtime_ns = asked_ns;
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0 || !get()) return false;
  return asked_ns == 0 || attributes.runtime_ns == asked_ns;
}

void go_background() {
  ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);  // on Linux: of this thread
}

}  // namespace ocelli
