// A node that had to work with a missing or too old input: its output is there, but weaker than it looks.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class DegradedInput final : public Detector {
 public:
  explicit DegradedInput(Duration period) : period_(period) {}

  int interests() const override { return kActivations; }
  Verdict observe(const Observation& observation) override {
    if (observation.status == ObservationStatus::kDegraded)
      return pre_failed(observation.observed_at, 1.0, 0.0, "input missing or too old");
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
