#include "ocelli/middleware/bus/delay_line.hpp"

namespace ocelli {

DelayLine::~DelayLine() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  condition_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DelayLine::add(Time due, std::function<void()> deliver) {
  {
    const std::lock_guard lock(mutex_);
    pending_.emplace(due, std::move(deliver));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  condition_.notify_one();
}

void DelayLine::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    if (pending_.empty()) {
      condition_.wait(lock);
      continue;
    }
    const Duration wait = pending_.begin()->first - clock_.now();
    if (wait > Duration::zero()) {
      condition_.wait_for(lock, wait);
      continue;
    }
    auto deliver = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    lock.unlock();
    deliver();
    lock.lock();
  }
}

}  // namespace ocelli
