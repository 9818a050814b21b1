#include "ocelli/safety/analysis/posterior.hpp"

#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/quantiles.hpp"

namespace ocelli::safety {
namespace {

Status check(const GammaRate& rate) {
  OCELLI_TRY(check_positive("shape", rate.shape, "failures"));
  OCELLI_TRY(check_not_negative("prior hours", rate.hours.count(), "h"));
  return ok();
}

Result<Hours> hours(double count) {
  OCELLI_ASSIGN(const double known, finite("hours", count, "h"));
  return Hours{known};
}

Status check_proper(const GammaRate& rate) {
  OCELLI_TRY(check(rate));
  OCELLI_TRY(check_positive("prior hours + hours", rate.hours.count(), "h"));
  return ok();
}

}  // namespace

Result<GammaRate> posterior(const GammaRate& prior, const RateEvidence& evidence) {
  OCELLI_TRY(check(prior));
  OCELLI_TRY(check_not_negative("hours", evidence.exposure.count(), "h"));
  return GammaRate{prior.shape + static_cast<double>(evidence.failures), prior.hours + evidence.exposure};
}

Result<double> rate_quantile_fit(const GammaRate& rate, double probability) {
  OCELLI_TRY(check_proper(rate));
  OCELLI_TRY(check_open_unit("probability", probability));
  return finite("rate", gamma_quantile(probability, rate.shape) / rate.hours.count() * kFitPerHour, "FIT");
}

Result<Hours> mean_time_between(const GammaRate& rate) {
  OCELLI_TRY(check_proper(rate));
  return hours(rate.hours.count() / rate.shape);
}

Result<Hours> lower_time_between(const GammaRate& rate, double confidence) {
  OCELLI_TRY(check_proper(rate));
  OCELLI_TRY(check_confidence(confidence));
  return hours(rate.hours.count() / gamma_quantile(confidence, rate.shape));
}

Result<Hours> test_time(const GammaRate& prior, std::uint64_t failures, Hours goal, double confidence) {
  OCELLI_TRY(check(prior));
  OCELLI_TRY(check_positive("goal", goal.count(), "h"));
  OCELLI_TRY(check_confidence(confidence));
  return hours(goal.count() * gamma_quantile(confidence, prior.shape + static_cast<double>(failures)) -
               prior.hours.count());
}

}  // namespace ocelli::safety
