#include "ocelli/middleware/bus/ringer.hpp"

#include <sched.h>

namespace ocelli {
namespace {

/// The publisher keeps its processor when it wakes this thread. (Real-time threads of one priority do so anyway.)
void leave_processor_to_waker() {
  const sched_param none{};
  if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace

Ringer::Ringer(const RingWriter& writer) : writer_(writer), thread_([this] { run(); }) {}

Ringer::~Ringer() {
  is_stopping_ = true;
  ring();
  thread_.join();
}

void Ringer::ring() {
  rung_.fetch_add(1, std::memory_order_release);
  futex::wake_all(rung_, futex::Scope::kProcess);
}

void Ringer::run() {
  leave_processor_to_waker();
  std::uint32_t seen = 0;
  while (!is_stopping_) {
    futex::wait({&rung_, seen, futex::Scope::kProcess}, 1s);
    const std::uint32_t now = rung_.load(std::memory_order_acquire);
    if (std::exchange(seen, now) != now) writer_.wake();
  }
}

}  // namespace ocelli
