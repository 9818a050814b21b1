// A topic that is alive, but too slow or too fast: the mean distance of `window` consecutive messages.
#include <cmath>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class WrongRate final : public Detector {
 public:
  WrongRate(Duration period, double tolerance, std::int64_t window)
      : period_(period), tolerance_(tolerance), window_(window) {}

  int interests() const override { return kPublishes; }
  Verdict observe(const Observation& observation) override {
    if (!begun_at_) begun_at_ = observation.observed_at;
    if (count_++ < window_) return {};
    const double mean_ms = to_milliseconds(observation.observed_at - *begun_at_) / static_cast<double>(window_);
    begun_at_ = observation.observed_at;
    count_ = 1;
    const double period_ms = to_milliseconds(period_);
    const bool is_slow = mean_ms > period_ms * (1.0 + tolerance_);
    const bool is_fast = mean_ms < period_ms * (1.0 - tolerance_);
    const double limit_ms = period_ms * (is_fast ? 1.0 - tolerance_ : 1.0 + tolerance_);
    if (is_slow || is_fast) return pre_failed(observation.observed_at, mean_ms, limit_ms, is_slow ? "slow" : "fast");
    return pre_passed(observation.observed_at, mean_ms, limit_ms);
  }
  // A window that begins before the onset may hide it, the next one cannot. Slow messages stretch it; slower than
  // twice the period is the detector 'silent'.
  Observability observability() const override { return {4 * window_ * period_, 2 * window_ * period_}; }

 private:
  Duration period_;
  double tolerance_;
  std::int64_t window_;
  std::int64_t count_ = 0;
  std::optional<Time> begun_at_;
};

}  // namespace

DetectorResult make_wrong_rate(const DetectorSetup& setup) {
  if (setup.topic->period <= Duration::zero())
    return error(ErrorCode::kInvalidArgument, "'wrong_rate' needs a period of topic '{}'", setup.topic->name);
  return std::make_unique<WrongRate>(setup.topic->period, setup.parameter("tolerance", 0.2),
                                     static_cast<std::int64_t>(setup.parameter("window", 10)));
}

}  // namespace ocelli::safety
