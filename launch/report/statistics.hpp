#pragma once
// Quantiles and rates with bounds that hold for any distribution. Must not know: what is measured.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::report {

inline constexpr double kConfidence = 0.95;

/// The smallest rank r (1 = smallest sample) such that the r-th of n independent samples is at or above the
/// q-quantile with probability >= confidence: P(Binomial(n, q) < r) >= confidence. Nothing when n is too small.
[[nodiscard]] std::optional<std::size_t> upper_rank(std::size_t n, double q, double confidence = kConfidence);

/// The fewest samples for which upper_rank() exists: 299 for p99 at 95 %.
[[nodiscard]] std::size_t samples_needed(double q, double confidence = kConfidence);

struct Distribution {
  std::size_t count = 0;
  Duration min{};
  Duration p50{};  // quantiles are samples: rank ceil(q n)
  Duration p99{};
  Duration max{};
  std::optional<Duration> p99_upper;  // upper confidence bound of p99; nothing = not enough samples
};

[[nodiscard]] Distribution distribution_of(std::vector<Duration> samples);

/// Upper confidence bound of a Poisson rate per hour after `events` in `exposure`: chi2(CL; 2r + 2) / 2T, which is
/// -ln(1 - CL) / T for no events. Nothing when exposure is not positive.
[[nodiscard]] std::optional<double> rate_upper_per_hour(std::size_t events, Duration exposure,
                                                        double confidence = kConfidence);

}  // namespace ocelli::report
