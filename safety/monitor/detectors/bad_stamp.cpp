// Times that cannot be: acquisition after publication, publication after reception, acquisition times that go back
// within one life of the writer, and data that was already old when it was published.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class BadStamp final : public Detector {
 public:
  BadStamp(Duration period, Duration max_age, Duration tolerance)
      : period_(period), max_age_(max_age), tolerance_(tolerance) {}

  int interests() const override { return kPublishes | kReceives; }
  Verdict observe(const Observation& observation) override {
    const Time at = observation.observed_at;
    if (observation.kind == ObservationKind::kReceive)
      return judge(at, observation.published_at - at, tolerance_, "published in the future");
    if (observation.sensed_at == kNoTime) return {};
    // A stamp from the future says nothing about the one after it.
    if (const Duration ahead = observation.sensed_at - observation.published_at; ahead > tolerance_)
      return judge(at, ahead, tolerance_, "sensed in the future");
    const bool is_same_life = observation.writer == std::exchange(writer_, observation.writer);
    const Time previous = std::exchange(previous_, observation.sensed_at);
    if (is_same_life && observation.sensed_at < previous)
      return judge(at, previous - observation.sensed_at, Duration::zero(), "sensed before the message before");
    return judge(at, observation.published_at - observation.sensed_at, max_age_, "old when published");
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  static Verdict judge(Time at, Duration value, Duration limit, const char* detail) {
    return value > limit ? pre_failed(at, to_milliseconds(value), to_milliseconds(limit), detail)
                         : pre_passed(at, to_milliseconds(value), to_milliseconds(limit));
  }

  Duration period_;
  Duration max_age_;
  Duration tolerance_;
  std::uint32_t writer_ = 0;
  Time previous_{};
};

}  // namespace

DetectorResult make_bad_stamp(const DetectorSetup& setup) {
  return std::make_unique<BadStamp>(setup.topic->period, setup.parameter_ms("max_age_ms", 1s),
                                    setup.parameter_ms("tolerance_ms", 1ms));
}

}  // namespace ocelli::safety
