// A sensor that delivers the same picture again and again: the content hash repeats. Cameras and lidars have noise, so
// even one repetition is suspicious. A message without a hash says nothing.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class Frozen final : public Detector {
 public:
  Frozen(Duration period, double max_repeats) : period_(period), max_repeats_(max_repeats) {}

  int interests() const override { return kPublishes; }
  Verdict observe(const Observation& observation) override {
    if (observation.content_hash == 0) return {};
    repeats_ = observation.content_hash == last_hash_ ? repeats_ + 1.0 : 0.0;
    last_hash_ = observation.content_hash;
    return repeats_ > max_repeats_ ? pre_failed(observation.observed_at, repeats_, max_repeats_, "same content")
                                   : pre_passed(observation.observed_at, repeats_, max_repeats_);
  }
  Observability observability() const override {
    return {period_ * (static_cast<std::int64_t>(max_repeats_) + 1), period_};
  }

 private:
  Duration period_;
  double max_repeats_;
  double repeats_ = 0.0;
  std::uint64_t last_hash_ = 0;
};

}  // namespace

DetectorResult make_frozen(const DetectorSetup& setup) {
  if (setup.topic->period <= Duration::zero())
    return error(ErrorCode::kInvalidArgument, "'frozen' needs a period of topic '{}'", setup.topic->name);
  return std::make_unique<Frozen>(setup.topic->period, setup.parameter("max_repeats", 0));
}

}  // namespace ocelli::safety
