// A sensor that delivers, but sees nothing: dark, glaring, flat or blurred pictures; clouds with hardly a return.
// Limits of brightness after Autoware's image diagnostics (reference/safety.md §6); of sharpness by measurement, see
// docs/safety.md. NaN is never within limits.
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

struct Rule {
  std::size_t index;  // into Observation::quality
  double limit;
  bool is_minimum;
  const char* detail;
};

class Blind final : public Detector {
 public:
  Blind(Duration period, std::vector<Rule> rules) : period_(period), rules_(std::move(rules)) {}

  int interests() const override { return kPublishes; }
  Verdict observe(const Observation& observation) override {
    for (const Rule& rule : rules_) {
      const double value = observation.quality[rule.index];
      const bool is_good = rule.is_minimum ? value >= rule.limit : value <= rule.limit;
      if (!is_good) return pre_failed(observation.observed_at, value, rule.limit, rule.detail);
    }
    return pre_passed(observation.observed_at, observation.quality[rules_.front().index], rules_.front().limit);
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  Duration period_;
  std::vector<Rule> rules_;
};

}  // namespace

DetectorResult make_blind(const DetectorSetup& setup) {
  const auto minimum = [&](std::size_t index, std::string_view name, double otherwise, const char* detail) {
    return Rule{index, setup.parameter(name, otherwise), true, detail};
  };
  const auto maximum = [&](std::size_t index, std::string_view name, double otherwise, const char* detail) {
    return Rule{index, setup.parameter(name, otherwise), false, detail};
  };
  std::vector<Rule> rules;
  switch (setup.topic->quality) {
    case QualityKind::kImage:
      rules = {minimum(0, "mean_low", 10, "dark"), maximum(0, "mean_high", 245, "overexposed"),
               minimum(1, "spread_low", 2, "flat"), minimum(2, "sharpness_low", 20, "blurred")};
      break;
    case QualityKind::kCloud:
      rules = {minimum(0, "points_low", 1, "no points"), maximum(1, "no_return_high", 0.9, "hardly a return")};
      break;
    case QualityKind::kNone:
    case QualityKind::kScan:  // an empty road answers no radar
    case QualityKind::kSensors:
      return error(ErrorCode::kInvalidArgument, "'blind' needs quality values of a sensor: topic '{}' has none",
                   setup.topic->name);
  }
  return std::make_unique<Blind>(setup.topic->period, std::move(rules));
}

}  // namespace ocelli::safety
