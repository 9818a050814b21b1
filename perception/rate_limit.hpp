#pragma once
// Passes over messages that come more often than a node can afford. Judges by the time in the messages, so that a
// replay passes over the same ones. Must not know: clocks.

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::perception {

class RateLimit {
 public:
  /// `rate_max_hz` 0: everything is taken.
  explicit RateLimit(double rate_max_hz) : gap_(rate_max_hz > 0.0 ? from_seconds(1.0 / rate_max_hz) : Duration{}) {}

  /// Whether the message sensed then is one to work on. A tenth of the gap is forgiven: sensors are not that regular.
  [[nodiscard]] bool takes(Time sensed_at) {
    if (last_ != kNoTime && sensed_at > last_ && sensed_at - last_ < gap_ - gap_ / 10) return false;
    last_ = sensed_at;
    return true;
  }

 private:
  Duration gap_;
  Time last_ = kNoTime;
};

}  // namespace ocelli::perception
