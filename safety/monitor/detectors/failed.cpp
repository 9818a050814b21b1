// Steps that returned an error, messages that broke their own rules or their end-to-end protection.
#include <algorithm>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

constexpr const char* kWords[] = {"ok", "degraded", "failed", "invalid", "corrupt", "skipped"};

class Failed final : public Detector {
 public:
  /// A topic is not to blame for what its readers make of its messages. A node that has received a good message has
  /// done nothing with it yet: only its steps and messages speak for it.
  Failed(Duration period, bool is_topic)
      : period_(period),
        is_topic_(is_topic),
        interests_(is_topic ? kPublishes | kReceives : kPublishes | kReceives | kActivations) {}

  int interests() const override { return interests_; }
  Verdict observe(const Observation& observation) override {
    if (observation.status == ObservationStatus::kSkipped) return {};  // no step
    const auto status = static_cast<std::size_t>(observation.status);
    const bool is_good = observation.status <= ObservationStatus::kDegraded;
    const auto value = static_cast<double>(status);
    if (is_good && !is_topic_ && observation.kind == ObservationKind::kReceive) return {};
    if (is_good) return pre_passed(observation.observed_at, value, kLimit);
    return pre_failed(observation.observed_at, value, kLimit, status < std::size(kWords) ? kWords[status] : "unknown");
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  static constexpr double kLimit = static_cast<double>(ObservationStatus::kDegraded);
  Duration period_;
  bool is_topic_;
  int interests_;
};

}  // namespace

DetectorResult make_failed(const DetectorSetup& setup) {
  const bool is_topic = setup.topic != nullptr;
  return std::make_unique<Failed>(
      is_topic ? setup.topic->period : std::max(setup.node->period, setup.node->step_period), is_topic);
}

}  // namespace ocelli::safety
