#pragma once
// The clock of a live process: CLOCK_MONOTONIC shifted to the UNIX epoch by an offset that all processes of a run
// share, so that their stamps compare and never jump.

#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

class LiveClock final : public Clock {
 public:
  explicit LiveClock(Duration offset) : offset_(offset) {}
  [[nodiscard]] Time now() const override {
    return Time{std::chrono::steady_clock::now().time_since_epoch() + offset_};
  }
  [[nodiscard]] Duration offset() const { return offset_; }

  /// What must be added to CLOCK_MONOTONIC now to get the time of day.
  [[nodiscard]] static Duration measure_offset() {
    return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch() -
                                                std::chrono::steady_clock::now().time_since_epoch());
  }

 private:
  Duration offset_;
};

}  // namespace ocelli
