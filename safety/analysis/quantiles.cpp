#include "ocelli/safety/analysis/quantiles.hpp"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

namespace math = boost::math;

// Boost.Math answers with NaN or infinity instead of an exception.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::pole_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>>;

bool is_inside(double p) { return p > 0.0 && p < 1.0; }

}  // namespace

double chi_squared_quantile(double p, double degrees) {
  OCELLI_EXPECT(is_inside(p) && degrees > 0.0);
  return math::quantile(math::chi_squared_distribution<double, Quiet>(degrees), p);
}

double chi_squared_upper_quantile(double q, double degrees) {
  OCELLI_EXPECT(is_inside(q) && degrees > 0.0);
  return math::quantile(math::complement(math::chi_squared_distribution<double, Quiet>(degrees), q));
}

double gamma_quantile(double p, double shape) {
  OCELLI_EXPECT(is_inside(p) && shape > 0.0);
  return math::quantile(math::gamma_distribution<double, Quiet>(shape, 1.0), p);
}

double beta_quantile(double p, double a, double b) {
  OCELLI_EXPECT(is_inside(p) && a > 0.0 && b > 0.0);
  if (a == b && p == 0.5) return 0.5;  // for a = b = 5 Newton's iteration of Boost 1.74 throws
  return math::quantile(math::beta_distribution<double, Quiet>(a, b), p);
}

double normal_quantile(double p) {
  OCELLI_EXPECT(is_inside(p));
  return math::quantile(math::normal_distribution<double, Quiet>(), p);
}

double poisson_probability(std::uint64_t count, double mean) {
  OCELLI_EXPECT(mean > 0.0);
  return math::pdf(math::poisson_distribution<double, Quiet>(mean), static_cast<double>(count));
}

double poisson_tail(std::uint64_t count, double mean) {
  OCELLI_EXPECT(mean > 0.0);
  if (count == 0) return 1.0;
  return math::cdf(math::complement(math::poisson_distribution<double, Quiet>(mean), static_cast<double>(count - 1)));
}

}  // namespace ocelli::safety
