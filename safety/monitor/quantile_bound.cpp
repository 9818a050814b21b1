#include "ocelli/safety/monitor/quantile_bound.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

/// ln P(Bin(n, q) = k); std::lgamma would write a global.
double log_binomial(double n, double k, double q) {
  int sign = 0;
  return lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign) + k * std::log(q) +
         (n - k) * std::log1p(-q);
}

/// Standard deviations below the mean at which the lower tail (1e-23) is far below any doubt in use.
constexpr double kTail = 10.0;
constexpr double kMaxConfidence = 1.0 - 1e-12;

bool is_usable(double p, double confidence) {
  return p > 0.0 && p < 1.0 && confidence > 0.0 && confidence <= kMaxConfidence;
}

}  // namespace

std::optional<std::uint64_t> upper_bound_rank(std::uint64_t samples, double p, double confidence) {
  OCELLI_EXPECT(is_usable(p, confidence));
  if (samples < samples_needed(p, confidence)) return std::nullopt;
  const double n = static_cast<double>(samples);
  const double q = 1.0 - p;
  const double doubt = 1.0 - confidence;
  // The largest number of samples above the bound that keeps P(Bin(n, q) <= above) <= doubt.
  double above = std::max(0.0, std::floor(n * q - kTail * std::sqrt(n * q * p)));
  double term = std::exp(log_binomial(n, above, q));
  double cumulated = term;
  for (; above + 1.0 < n; above += 1.0) {
    term *= (n - above) / (above + 1.0) * (q / p);
    cumulated += term;
    if (cumulated > doubt) break;
  }
  return samples - static_cast<std::uint64_t>(above);
}

std::uint64_t samples_needed(double p, double confidence) {
  OCELLI_EXPECT(is_usable(p, confidence));
  return static_cast<std::uint64_t>(std::ceil(std::log1p(-confidence) / std::log(p)));
}

Quantile quantile_with_bound(const LatencyHistogram& histogram, double p, double confidence) {
  Quantile result{p, histogram.quantile(p), std::nullopt, histogram.count(), samples_needed(p, confidence)};
  if (const auto rank = upper_bound_rank(histogram.count(), p, confidence))
    result.upper_bound = histogram.at_rank(*rank);
  return result;
}

}  // namespace ocelli::safety
