#include "ocelli/middleware/bus/scheduling.hpp"

#include <sched.h>
#include <sys/resource.h>

namespace ocelli {
namespace {

constexpr int kBackgroundNice = 5;  // a third of the share of an ordinary thread

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

void go_background() {
  ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);  // on Linux: of this thread
}

}  // namespace ocelli
