#pragma once
// What a thread sleeps on: any number of subscriptions, timers and stop requests ring one Signal.

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

/// What a deliverer rings after it has put a message into a queue.
class Notifiable {
 public:
  virtual ~Notifiable() = default;
  virtual void notify() = 0;
};

class Signal final : public Notifiable {
 public:
  void notify() override {
    {
      const std::lock_guard lock(mutex_);
      is_set_ = true;
    }
    condition_.notify_one();
  }

  /// Returns when notified since the last wait, or after `timeout`.
  void wait_for(Duration timeout) {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, timeout, [this] { return is_set_; });
    is_set_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool is_set_ = false;
};

}  // namespace ocelli
