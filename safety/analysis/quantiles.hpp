#pragma once
// Quantiles and distribution functions of the distributions that reliability needs. The only place that knows
// Boost.Math. Arguments are checked by the callers: outside the stated ranges the contract is broken.

#include <cstdint>

namespace ocelli::safety {

/// 0 < p < 1, degrees > 0.
[[nodiscard]] double chi_squared_quantile(double p, double degrees);
/// Exceeded with probability q: 1 - q would lose the digits of a small q.
[[nodiscard]] double chi_squared_upper_quantile(double q, double degrees);
/// Of Gamma(shape, rate 1). 0 < p < 1, shape > 0.
[[nodiscard]] double gamma_quantile(double p, double shape);
/// 0 < p < 1, a > 0, b > 0.
[[nodiscard]] double beta_quantile(double p, double a, double b);
/// 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);
/// P(X = count) of Poisson(mean); mean > 0.
[[nodiscard]] double poisson_probability(std::uint64_t count, double mean);
/// P(X >= count), exact also where it is tiny.
[[nodiscard]] double poisson_tail(std::uint64_t count, double mean);

}  // namespace ocelli::safety
