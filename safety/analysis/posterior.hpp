#pragma once
// A failure rate with prior knowledge: Gamma(shape a, b hours) before, Gamma(a + r, b + T) after r failures in T hours.
// Must not know: where the prior comes from.

#include "ocelli/safety/analysis/rate.hpp"

namespace ocelli::safety {

/// As if `shape` failures in `hours` had been seen. Jeffreys: 0.5 in 0 h.
struct GammaRate {
  double shape = 0.5;
  Hours hours{};
};

[[nodiscard]] Result<GammaRate> posterior(const GammaRate& prior, const RateEvidence& evidence);

/// The rate in FIT that is not exceeded with `probability`. Needs hours > 0: without any the distribution is improper.
[[nodiscard]] Result<double> rate_quantile_fit(const GammaRate& rate, double probability);
/// b / a hours: the reciprocal of the mean rate.
[[nodiscard]] Result<Hours> mean_time_between(const GammaRate& rate);
/// Hours that the time between failures exceeds with `confidence`.
[[nodiscard]] Result<Hours> lower_time_between(const GammaRate& rate, double confidence);

/// Hours of test in which, with `failures` failures, the posterior shows a time between failures of `goal` with
/// `confidence`: goal * G^-1(CL; a + r) - b (NIST/SEMATECH e-Handbook 8.3.1.5). Not more than 0: the prior suffices.
[[nodiscard]] Result<Hours> test_time(const GammaRate& prior, std::uint64_t failures, Hours goal, double confidence);

}  // namespace ocelli::safety
