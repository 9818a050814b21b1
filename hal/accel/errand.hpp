#pragma once
// A call into an accelerator that may never return, on a thread of its own. Whoever waits may leave: the thread is then
// left behind with everything that the call holds. Must not know: what is called.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::accel {

class Errand {
 public:
  /// None: has ended.
  Errand() = default;
  /// Starts `work`, which throws nothing. What it captures lives until it has returned.
  explicit Errand(std::function<void()> work);
  Errand(Errand&&) noexcept = default;
  Errand& operator=(Errand&& other) noexcept;
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;
  /// Leaves the thread behind when the call has not returned.
  ~Errand();

  /// Whether the call has returned within `patience`; what it wrote can be read then.
  bool wait(Duration patience);
  [[nodiscard]] bool has_ended() { return wait(Duration{}); }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool has_ended = false;
  };
  void leave();

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

/// A thread of this process was left in a call that had not returned. Static objects of its library must not be
/// destroyed under it: the process ends without that (std::_Exit).
[[nodiscard]] bool has_left_threads();
void note_left_thread();

}  // namespace ocelli::accel
