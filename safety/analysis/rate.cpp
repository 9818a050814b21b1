#include "ocelli/safety/analysis/rate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/quantiles.hpp"

namespace ocelli::safety {
namespace {

constexpr std::uint64_t kMostFailures = 1'000'000'000;

Status check(const RateEvidence& evidence) {
  if (evidence.failures > kMostFailures)
    return error(ErrorCode::kInvalidArgument, "failures: {}: expected at most {}", evidence.failures, kMostFailures);
  OCELLI_TRY(check_not_negative("hours", evidence.exposure.count(), "h"));
  if (evidence.exposure.count() == 0.0 && evidence.failures > 0)
    return error(ErrorCode::kInvalidArgument, "hours: 0 h with {} failures: expected the hours in which they happened",
                 evidence.failures);
  return ok();
}

/// Expected failures 2 lambda T / 2 that are just compatible with what was seen.
double upper_count(std::uint64_t failures, double confidence) {
  return chi_squared_quantile(confidence, 2.0 * static_cast<double>(failures) + 2.0) / 2.0;
}

double lower_count(std::uint64_t failures, double confidence) {
  if (failures == 0) return 0.0;
  return chi_squared_upper_quantile(confidence, 2.0 * static_cast<double>(failures)) / 2.0;
}

/// Without exposure no rate is excluded.
Result<double> as_fit(double count, Hours exposure) {
  if (exposure.count() == 0.0) return count == 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  return finite("rate", count / exposure.count() * kFitPerHour, "FIT");
}

Result<Hours> hours_for(double count, double target_fit) {
  OCELLI_ASSIGN(const double hours, finite("hours needed", count / target_fit * kFitPerHour, "h"));
  return Hours{hours};
}

}  // namespace

Result<double> upper_rate_fit(const RateEvidence& evidence, double confidence) {
  OCELLI_TRY(check(evidence));
  OCELLI_TRY(check_confidence(confidence));
  return as_fit(upper_count(evidence.failures, confidence), evidence.exposure);
}

Result<double> lower_rate_fit(const RateEvidence& evidence, double confidence) {
  OCELLI_TRY(check(evidence));
  OCELLI_TRY(check_confidence(confidence));
  return as_fit(lower_count(evidence.failures, confidence), evidence.exposure);
}

Result<RateInterval> rate_interval(const RateEvidence& evidence, double confidence) {
  OCELLI_TRY(check_confidence(confidence));
  const double each_side = 0.5 + confidence / 2.0;
  RateInterval interval;
  OCELLI_ASSIGN(interval.lower_fit, lower_rate_fit(evidence, each_side));
  OCELLI_ASSIGN(interval.upper_fit, upper_rate_fit(evidence, each_side));
  return interval;
}

Result<Hours> zero_failure_hours(double target_fit, double confidence) {
  OCELLI_TRY(check_positive("target_fit", target_fit, "FIT"));
  OCELLI_TRY(check_confidence(confidence));
  return hours_for(-std::log1p(-confidence), target_fit);
}

std::string_view to_string(RateJudgement judgement) {
  constexpr std::array<std::string_view, 3> kTexts = {"met", "violated", "insufficient evidence"};
  return kTexts[static_cast<std::size_t>(judgement)];
}

Result<RateVerdict> judge_rate(const RateEvidence& evidence, double target_fit, double confidence) {
  OCELLI_TRY(check_positive("target_fit", target_fit, "FIT"));
  RateVerdict verdict;
  OCELLI_ASSIGN(verdict.lower_fit, lower_rate_fit(evidence, confidence));
  OCELLI_ASSIGN(verdict.upper_fit, upper_rate_fit(evidence, confidence));
  if (evidence.exposure.count() > 0.0) {
    OCELLI_ASSIGN(verdict.point_fit, as_fit(static_cast<double>(evidence.failures), evidence.exposure));
  }
  verdict.judgement = verdict.upper_fit <= target_fit  ? RateJudgement::kMet
                      : verdict.lower_fit > target_fit ? RateJudgement::kViolated
                                                       : RateJudgement::kInsufficient;
  OCELLI_ASSIGN(const Hours needed, hours_for(upper_count(evidence.failures, confidence), target_fit));
  if (verdict.judgement != RateJudgement::kMet) verdict.missing = std::max(Hours{0.0}, needed - evidence.exposure);
  return verdict;
}

}  // namespace ocelli::safety
