#pragma once
// One line on stderr that says how far something is: rate, share and time left. Only when stderr is a terminal or the
// work takes longer than two seconds; at most five times a second on a terminal, every five seconds elsewhere.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

/// How fast work goes, from the moment it really began: a start-up phase, in which nothing is done yet, says nothing
/// about the time left.
class WorkRate {
 public:
  /// `elapsed` on any clock that does not go back; `done_s` in seconds of recorded or planned time.
  void update(Duration elapsed, double done_s);
  /// Recorded seconds per second; nothing before one second of work has been seen.
  [[nodiscard]] std::optional<double> rate() const;

 private:
  Duration begin_{};
  Duration now_{};
  std::optional<double> begin_done_s_;
  double done_s_ = 0.0;
};

/// "demo: 5.0 s of 30.0 s (17 %), 1.00x real time, 25 s left"; "demo: starting" before anything is done. `total_s` 0 =
/// unknown; `detail` ends the line.
[[nodiscard]] std::string progress_text(std::string_view what, double done_s, double total_s,
                                        std::optional<double> rate, std::string_view detail);

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
  WorkRate rate_;
  bool is_shown_ = false;
};

}  // namespace ocelli::launch
