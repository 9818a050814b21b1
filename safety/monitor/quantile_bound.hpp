#pragma once
// How sure is a quantile? Distribution-free upper confidence bounds by order statistics (reference/safety.md §4):
// the r-th smallest of n independent samples bounds the p-quantile from above with confidence
// P(Bin(n, 1-p) > n - r). Says "not enough samples" instead of a bound that does not exist.

#include <cstdint>
#include <optional>

#include "ocelli/middleware/core/time.hpp"
#include "ocelli/safety/monitor/histogram.hpp"

namespace ocelli::safety {

/// The smallest such rank, or nothing when even the maximum is not enough. 0 < p < 1, 0 < confidence <= 1 - 1e-12.
[[nodiscard]] std::optional<std::uint64_t> upper_bound_rank(std::uint64_t samples, double p, double confidence);

/// Samples from which on a bound exists: 299, 2995, 29956 for p99, p99.9, p99.99 at 95 %.
[[nodiscard]] std::uint64_t samples_needed(double p, double confidence);

struct Quantile {
  double p = 0.0;
  Duration value{};                     // estimate, 0 without samples
  std::optional<Duration> upper_bound;  // absent: not enough samples
  std::uint64_t samples = 0;
  std::uint64_t samples_needed = 0;
};
[[nodiscard]] Quantile quantile_with_bound(const LatencyHistogram& histogram, double p, double confidence = 0.95);

}  // namespace ocelli::safety
