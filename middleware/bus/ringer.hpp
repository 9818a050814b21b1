#pragma once
// Wakes the readers of a ring on a thread of its own. To wake a process costs its waker some microseconds and, on a
// busy machine, the processor: with many readers that is not the publisher's business.

#include <atomic>
#include <thread>

#include "ocelli/middleware/bus/ring_writer.hpp"

namespace ocelli {

class Ringer {
 public:
  /// The ring must outlive this.
  explicit Ringer(const RingWriter& writer);
  ~Ringer();
  Ringer(const Ringer&) = delete;
  Ringer& operator=(const Ringer&) = delete;

  /// Returns at once; the readers are woken soon.
  void ring();

 private:
  void run();

  const RingWriter& writer_;
  futex::Word rung_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;  // last: uses the rest
};

}  // namespace ocelli
