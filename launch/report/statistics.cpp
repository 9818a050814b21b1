#include "ocelli/launch/report/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::report {
namespace {

/// Precondition: samples sorted, not empty.
Duration quantile(const std::vector<Duration>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size()) - 1e-9));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

std::optional<std::size_t> upper_rank(std::size_t n, double q, double confidence) {
  OCELLI_EXPECT(q > 0.0 && q < 1.0 && confidence > 0.0 && confidence < 1.0);
  if (n < samples_needed(q, confidence)) return std::nullopt;
  const boost::math::binomial_distribution<double> below(static_cast<double>(n), q);
  std::size_t low = 1, high = n;  // `high` always satisfies
  while (low < high) {
    const std::size_t rank = low + (high - low) / 2;
    if (boost::math::cdf(below, static_cast<double>(rank - 1)) >= confidence)
      high = rank;
    else
      low = rank + 1;
  }
  return low;
}

std::size_t samples_needed(double q, double confidence) {
  return static_cast<std::size_t>(std::ceil(std::log(1.0 - confidence) / std::log(q) - 1e-9));
}

Distribution distribution_of(std::vector<Duration> samples) {
  Distribution out;
  out.count = samples.size();
  if (samples.empty()) return out;
  std::sort(samples.begin(), samples.end());
  out.min = samples.front();
  out.p50 = quantile(samples, 0.5);
  out.p99 = quantile(samples, 0.99);
  out.max = samples.back();
  if (const auto rank = upper_rank(samples.size(), 0.99)) out.p99_upper = samples[*rank - 1];
  return out;
}

std::optional<double> rate_upper_per_hour(std::size_t events, Duration exposure, double confidence) {
  OCELLI_EXPECT(confidence > 0.0 && confidence < 1.0);
  if (exposure <= Duration::zero()) return std::nullopt;
  const boost::math::chi_squared_distribution<double> spread(2.0 * static_cast<double>(events) + 2.0);
  return boost::math::quantile(spread, confidence) / 2.0 / (to_seconds(exposure) / 3600.0);
}

}  // namespace ocelli::report
