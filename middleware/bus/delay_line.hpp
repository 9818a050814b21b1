#pragma once
// Injection point of the bus: holds deliveries back until they are due, in order. One thread, started on first use.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

class DelayLine {
 public:
  explicit DelayLine(const Clock& clock) : clock_(clock) {}
  ~DelayLine();
  DelayLine(const DelayLine&) = delete;
  DelayLine& operator=(const DelayLine&) = delete;

  /// Runs `deliver` on the thread of the line when the clock reaches `due`.
  void add(Time due, std::function<void()> deliver);

 private:
  void run();

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::multimap<Time, std::function<void()>> pending_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace ocelli
