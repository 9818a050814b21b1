// A sensor that whoever fuses several expects and cannot use, as its messages say: it is silent, too late, repeats
// itself, or lacks what makes it of use (a calibration). Before it was first used, only the end of the start-up time
// makes it missing.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

class MissingSensor final : public Detector {
 public:
  MissingSensor(Duration period, Duration told_after, std::uint32_t sensors)
      : period_(period), told_after_(told_after), sensors_(sensors) {}

  int interests() const override { return kPublishes | kTicks; }
  Verdict observe(const Observation& observation) override {
    const std::uint32_t missing = bits_of(observation.quality[0]) & sensors_;
    if (missing == 0) {
      is_expected_ = true;
      return pre_passed(observation.observed_at, 0.0, 0.0);
    }
    if (!is_expected_) return {};
    return pre_failed(observation.observed_at, missing, 0.0, "expected and not used");
  }
  Verdict tick(const Tick& tick) override {
    is_expected_ |= tick.is_start_over;
    return {};
  }

  Observability observability() const override { return {told_after_ + period_, period_}; }
  bool needs_period() const override { return true; }  // the timer only ends the start-up
  bool tells_presence() const override { return true; }

 private:
  /// A value that is no set of sensors names them all.
  static std::uint32_t bits_of(double value) {
    constexpr std::uint32_t kAll = std::numeric_limits<std::uint32_t>::max();
    return value >= 0.0 && value <= kAll ? static_cast<std::uint32_t>(value) : kAll;
  }

  Duration period_;
  Duration told_after_;
  std::uint32_t sensors_;
  bool is_expected_ = false;  // it was used once, or had the time for it
};

}  // namespace

DetectorResult make_missing_sensor(const DetectorSetup& setup) {
  if (setup.topic->quality != QualityKind::kSensors)
    return error(ErrorCode::kInvalidArgument,
                 "'missing_sensor' needs a topic that says which sensors are missing: '{}'", setup.topic->name);
  return std::make_unique<MissingSensor>(setup.topic->period, setup.parameter_ms("told_after_ms", 300ms),
                                         sensors_of(*setup.fault));
}

}  // namespace ocelli::safety
