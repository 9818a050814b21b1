// A node that had to work with a missing, too old or doubtful input, or that left measurements out: its output is
// there, but weaker than it looks.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class DegradedInput final : public Detector {
 public:
  explicit DegradedInput(Duration period) : period_(period) {}

  int interests() const override { return kActivations; }
  Verdict observe(const Observation& observation) override {
    if (observation.status == ObservationStatus::kDegraded) {
      const double left_out = observation.quality[0];
      if (left_out > 0.0) return pre_failed(observation.observed_at, left_out, 0.0, "measurements left out");
      return pre_failed(observation.observed_at, 1.0, 0.0, "input missing, too old or doubtful");
    }
    if (observation.status == ObservationStatus::kOk) return pre_passed(observation.observed_at, 0.0, 0.0);
    return {};  // worse than degraded: the detector 'failed' tells
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  Duration period_;
};

}  // namespace

DetectorResult make_degraded_input(const DetectorSetup& setup) {
  return std::make_unique<DegradedInput>(setup.node->period);
}

}  // namespace ocelli::safety
