#include "ocelli/safety/analysis/sequential.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ocelli/safety/analysis/checks.hpp"

namespace ocelli::safety {

Result<SequentialTest> SequentialTest::create(const Config& config) {
  OCELLI_TRY(check_positive("good_fit", config.good_fit, "FIT"));
  OCELLI_TRY(check_positive("bad_fit", config.bad_fit, "FIT"));
  OCELLI_TRY(check_open_unit("alpha", config.alpha));
  OCELLI_TRY(check_open_unit("beta", config.beta));
  if (config.bad_fit <= config.good_fit)
    return error(ErrorCode::kInvalidArgument, "bad_fit: {} FIT: expected more than good_fit ({} FIT)", config.bad_fit,
                 config.good_fit);
  if (config.alpha + config.beta >= 1.0)
    return error(ErrorCode::kInvalidArgument, "alpha + beta: {}: expected less than 1", config.alpha + config.beta);
  const double difference = (config.bad_fit - config.good_fit) / kFitPerHour;
  return SequentialTest(Hours{std::log((1.0 - config.alpha) / config.beta) / difference},
                        Hours{std::log((1.0 - config.beta) / config.alpha) / difference},
                        Hours{std::log(config.bad_fit / config.good_fit) / difference});
}

Hours SequentialTest::accept_hours(std::uint64_t failures) const {
  return accept_ + slope_ * static_cast<double>(failures);
}

Hours SequentialTest::reject_hours(std::uint64_t failures) const {
  return slope_ * static_cast<double>(failures) - reject_;
}

Result<SequentialTest::Decision> SequentialTest::decide(const RateEvidence& evidence) const {
  OCELLI_TRY(check_not_negative("hours", evidence.exposure.count(), "h"));
  if (evidence.exposure >= accept_hours(evidence.failures)) return Decision::kAccept;
  return evidence.exposure <= reject_hours(evidence.failures) ? Decision::kReject : Decision::kContinue;
}

std::string_view to_string(SequentialTest::Decision decision) {
  constexpr std::array<std::string_view, 3> kTexts = {"accept", "reject", "continue"};
  return kTexts[static_cast<std::size_t>(decision)];
}

Result<PoissonCusum> PoissonCusum::create(double reference, double limit) {
  OCELLI_TRY(check_positive("k", reference, "counts"));
  OCELLI_TRY(check_positive("h", limit, "counts"));
  return PoissonCusum(reference, limit);
}

bool PoissonCusum::add(std::uint64_t count) {
  sum_ = std::max(0.0, sum_ + static_cast<double>(count) - reference_);
  return sum_ >= limit_;
}

Result<double> cusum_reference(double good_mean, double bad_mean) {
  OCELLI_TRY(check_positive("good_mean", good_mean, "counts"));
  OCELLI_TRY(check_positive("bad_mean", bad_mean, "counts"));
  if (bad_mean <= good_mean)
    return error(ErrorCode::kInvalidArgument, "bad_mean: {}: expected more than good_mean ({})", bad_mean, good_mean);
  return (bad_mean - good_mean) / std::log(bad_mean / good_mean);
}

}  // namespace ocelli::safety
