#include "ocelli/safety/analysis/coverage.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/quantiles.hpp"

namespace ocelli::safety {
namespace {

constexpr std::uint64_t kMostTrials = 1'000'000'000'000;

Status check(const Trials& trials, double confidence) {
  OCELLI_TRY(check_confidence(confidence));
  if (trials.injected == 0)
    return error(ErrorCode::kInvalidArgument, "injected: 0: expected at least one effective injection");
  if (trials.injected > kMostTrials)
    return error(ErrorCode::kInvalidArgument, "injected: {}: expected at most {}", trials.injected, kMostTrials);
  if (trials.detected > trials.injected)
    return error(ErrorCode::kInvalidArgument, "detected: {}: expected at most the {} injected", trials.detected,
                 trials.injected);
  return ok();
}

/// `tail` is the probability left below the bound.
double exact_low(const Trials& trials, double tail) {
  if (trials.detected == 0) return 0.0;
  const auto missed = static_cast<double>(trials.injected - trials.detected);
  return beta_quantile(tail, static_cast<double>(trials.detected), missed + 1.0);
}

double exact_high(const Trials& trials, double tail) {
  if (trials.detected == trials.injected) return 1.0;
  const auto missed = static_cast<double>(trials.injected - trials.detected);
  return 1.0 - beta_quantile(tail, missed, static_cast<double>(trials.detected) + 1.0);
}

Interval score(const Trials& trials, double z) {
  const auto n = static_cast<double>(trials.injected);
  const double p = static_cast<double>(trials.detected) / n;
  const double centre = p + z * z / (2.0 * n);
  const double reach = z * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
  const double scale = 1.0 + z * z / n;
  return {std::max(0.0, (centre - reach) / scale), std::min(1.0, (centre + reach) / scale)};
}

}  // namespace

Result<double> coverage_lower_bound(const Trials& trials, double confidence) {
  OCELLI_TRY(check(trials, confidence));
  return exact_low(trials, 1.0 - confidence);
}

Result<double> coverage_wilson_bound(const Trials& trials, double confidence) {
  OCELLI_TRY(check(trials, confidence));
  return score(trials, -normal_quantile(1.0 - confidence)).low;
}

Result<Interval> clopper_pearson(const Trials& trials, double confidence) {
  OCELLI_TRY(check(trials, confidence));
  const double tail = (1.0 - confidence) / 2.0;
  return Interval{exact_low(trials, tail), exact_high(trials, tail)};
}

Result<Interval> wilson(const Trials& trials, double confidence) {
  OCELLI_TRY(check(trials, confidence));
  return score(trials, -normal_quantile((1.0 - confidence) / 2.0));
}

Result<std::uint64_t> zero_miss_injections(double coverage, double confidence) {
  OCELLI_TRY(check_open_unit("coverage", coverage));
  OCELLI_TRY(check_confidence(confidence));
  const double needed = std::log1p(-confidence) / std::log(coverage);
  if (needed > static_cast<double>(kMostTrials))
    return error(ErrorCode::kInvalidArgument, "coverage: {}: would need more than {} injections", coverage,
                 kMostTrials);
  return static_cast<std::uint64_t>(std::ceil(needed * (1.0 - 1e-12)));
}

Result<double> sample_size(double population, double margin, double cut_off, double share) {
  OCELLI_TRY(check_positive("population", population, "faults"));
  OCELLI_TRY(check_open_unit("margin", margin));
  OCELLI_TRY(check_positive("cut-off", cut_off, ""));
  OCELLI_TRY(check_open_unit("share", share));
  OCELLI_ASSIGN(const double shrinks_by,
                finite("population / sample size",
                       1.0 + margin * margin * (population - 1.0) / (cut_off * cut_off * share * (1.0 - share)), ""));
  return population / shrinks_by;
}

Result<Interval> combined_coverage(std::span<const double> coverages) {
  double best = 0.0;
  double missed = 1.0;
  for (const double coverage : coverages) {
    OCELLI_TRY(check_unit("coverage", coverage));
    best = std::max(best, coverage);
    missed *= 1.0 - coverage;
  }
  return Interval{best, 1.0 - missed};
}

Result<double> stratified_coverage(std::span<const Stratum> strata) {
  double total = 0.0;
  double covered = 0.0;
  for (const Stratum& stratum : strata) {
    OCELLI_TRY(check_not_negative("weight", stratum.weight, ""));
    OCELLI_TRY(check_unit("lower bound", stratum.lower_bound));
    total += stratum.weight;
    covered += stratum.weight * stratum.lower_bound;
  }
  OCELLI_TRY(check_positive("sum of weights", total, ""));
  return covered / total;
}

}  // namespace ocelli::safety
