#pragma once
// What is measured of a topic beside its faults: rate, jitter, transport time, losses. Fixed memory.

#include <cstdint>

#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/safety/monitor/histogram.hpp"

namespace ocelli::safety {

class TopicMeter {
 public:
  explicit TopicMeter(Duration period) : period_(period) {}

  void observe(const Observation& observation) {
    if (observation.kind == ObservationKind::kReceive) {
      transport_.record(observation.observed_at - observation.published_at);
      lost_ += observation.lost;
    } else if (observation.kind == ObservationKind::kPublish) {
      const Duration distance = observation.observed_at - last_;
      if (published_++ > 0 && period_ > Duration::zero()) jitter_.record(std::chrono::abs(distance - period_));
      last_ = observation.observed_at;
    }
  }
  [[nodiscard]] std::uint64_t published() const { return published_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  /// |distance of consecutive messages − period|; empty for topics without period.
  [[nodiscard]] const LatencyHistogram& jitter() const { return jitter_; }
  /// published_at → received, over all receivers.
  [[nodiscard]] const LatencyHistogram& transport() const { return transport_; }

 private:
  Duration period_;
  Time last_{};
  std::uint64_t published_ = 0;
  std::uint64_t lost_ = 0;
  LatencyHistogram jitter_;
  LatencyHistogram transport_;
};

}  // namespace ocelli::safety
