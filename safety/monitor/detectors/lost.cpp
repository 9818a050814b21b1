// Messages that were published and never received: the receivers count the gaps in the sequence. Of a topic without
// period somebody must know when a gap shows: an `event` queue that overflows is full, so the message behind the gap is
// there, and comes when its receiver takes it.
#include <array>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Lost final : public Detector {
 public:
  Lost(Duration period, Duration shows_within, double allowed, std::size_t window)
      : period_(period), shows_within_(shows_within), allowed_(allowed), window_(window) {}

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
  Observability observability() const override { return {needs_period() ? 2 * period_ : shows_within_, period_}; }
  bool needs_period() const override { return shows_within_ == Duration::zero(); }

 private:
  Duration period_;
  Duration shows_within_;  // 0: by the period
  double allowed_;
  std::size_t window_;
  std::size_t next_ = 0;
  std::array<double, 64> lost_{};
};

}  // namespace

DetectorResult make_lost(const DetectorSetup& setup) {
  const Duration period = setup.topic != nullptr ? setup.topic->period : setup.node->period;
  const bool is_known = setup.topic != nullptr && period == Duration::zero();
  return std::make_unique<Lost>(period, is_known ? setup.topic->loss_shows_within : Duration::zero(),
                                setup.parameter("allowed", 0), static_cast<std::size_t>(setup.parameter("window", 1)));
}

}  // namespace ocelli::safety
