#pragma once
// One time scale: nanoseconds since the UNIX epoch, carried as std::chrono, never as a bare number.
// Live it advances with CLOCK_MONOTONIC (it never jumps), on replay it is the recording's own time.

#include <chrono>
#include <cstdint>

namespace ocelli {

using Duration = std::chrono::nanoseconds;

struct TimeScale {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<TimeScale>;
  static constexpr bool is_steady = true;
};

using Time = TimeScale::time_point;

using namespace std::chrono_literals;

/// The "never" of a Time: a stamp that was not set.
inline constexpr Time kNoTime{};

[[nodiscard]] constexpr Time from_ns(std::int64_t ns) { return Time{Duration{ns}}; }
[[nodiscard]] constexpr std::int64_t to_ns(Time time) { return time.time_since_epoch().count(); }
[[nodiscard]] constexpr double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
[[nodiscard]] constexpr double to_milliseconds(Duration duration) { return to_seconds(duration) * 1e3; }
[[nodiscard]] constexpr Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

/// Who tells the time. Nodes never see one: the shells stamp, the executors decide which clock is used.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

}  // namespace ocelli
