// Steps that returned an error, messages that broke their own rules or their end-to-end protection.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

constexpr const char* kWords[] = {"ok", "degraded", "failed", "invalid", "corrupt"};

class Failed final : public Detector {
 public:
  explicit Failed(Duration period) : period_(period) {}

  int interests() const override { return kPublishes | kReceives | kActivations; }
  Verdict observe(const Observation& observation) override {
    const auto status = static_cast<std::size_t>(observation.status);
    const bool is_good = observation.status <= ObservationStatus::kDegraded;
    const auto value = static_cast<double>(status);
    if (is_good) return pre_passed(observation.observed_at, value, kLimit);
    return pre_failed(observation.observed_at, value, kLimit, status < std::size(kWords) ? kWords[status] : "unknown");
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  static constexpr double kLimit = static_cast<double>(ObservationStatus::kDegraded);
  Duration period_;
};

}  // namespace

DetectorResult make_failed(const DetectorSetup& setup) {
  return std::make_unique<Failed>(setup.topic != nullptr ? setup.topic->period : setup.node->period);
}

}  // namespace ocelli::safety
