#include "ocelli/middleware/bus/ringer.hpp"

namespace ocelli {

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
  std::uint32_t seen = 0;
  while (!is_stopping_) {
    futex::wait({&rung_, seen, futex::Scope::kProcess}, 1s);
    const std::uint32_t now = rung_.load(std::memory_order_acquire);
    if (std::exchange(seen, now) != now) writer_.wake();
  }
}

}  // namespace ocelli
