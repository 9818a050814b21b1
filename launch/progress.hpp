#pragma once
// One line on stderr that says how far something is: rate, share and time left. Only when stderr is a terminal or the
// work takes longer than two seconds; at most five times a second on a terminal, every five seconds elsewhere.

#include <chrono>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of `total` (0 = unknown) in seconds of recorded or planned time; `detail` ends the line.
  void update(double done_s, double total_s, std::string_view detail = {});

 private:
  using WallClock = std::chrono::steady_clock;
  const std::string what_;
  const bool is_terminal_;
  const WallClock::time_point start_ = WallClock::now();
  WallClock::time_point next_ = start_ + std::chrono::seconds(2);
  bool is_shown_ = false;
};

}  // namespace ocelli::launch
