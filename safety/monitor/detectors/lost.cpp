// Messages that were published and never received: the receivers count the gaps in the sequence.
#include <array>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Lost final : public Detector {
 public:
  Lost(Duration period, double allowed, std::size_t window) : period_(period), allowed_(allowed), window_(window) {}

  int interests() const override { return kReceives; }
  Verdict observe(const Observation& observation) override {
    lost_[next_] = observation.lost;
    next_ = (next_ + 1) % window_;
    double sum = 0.0;
    for (std::size_t i = 0; i < window_; ++i) sum += lost_[i];
    return sum > allowed_ ? pre_failed(observation.observed_at, sum, allowed_, "gap in the sequence")
                          : pre_passed(observation.observed_at, sum, allowed_);
  }
  // A gap shows at the message after it.
  Observability observability() const override { return {2 * period_, period_}; }

 private:
  Duration period_;
  double allowed_;
  std::size_t window_;
  std::size_t next_ = 0;
  std::array<double, 64> lost_{};
};

}  // namespace

DetectorResult make_lost(const DetectorSetup& setup) {
  const Duration period = setup.topic != nullptr ? setup.topic->period : setup.node->period;
  return std::make_unique<Lost>(period, setup.parameter("allowed", 0),
                                static_cast<std::size_t>(setup.parameter("window", 1)));
}

}  // namespace ocelli::safety
