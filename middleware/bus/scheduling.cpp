#include "ocelli/middleware/bus/scheduling.hpp"

#include <sched.h>

namespace ocelli {

bool try_realtime(int priority) {
  const sched_param parameters{.sched_priority = priority};
  return ::sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

void leave_realtime() {
  const sched_param parameters{.sched_priority = 0};
  ::sched_setscheduler(0, SCHED_OTHER, &parameters);
}

}  // namespace ocelli
