#include "ocelli/launch/report/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ocelli::report {
namespace {

std::vector<Duration> one_to(int n) {
  std::vector<Duration> samples;
  for (int i = n; i >= 1; --i) samples.push_back(i * 1ms);
  return samples;
}

/// P(Binomial(n, q) <= k), summed term by term.
double binomial_cdf(int n, double q, int k) {
  double sum = 0.0;
  for (int i = 0; i <= k; ++i)
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) + i * std::log(q) +
                    (n - i) * std::log1p(-q));
  return sum;
}

TEST(Distribution, QuantilesAreSamples) {
  const Distribution d = distribution_of(one_to(100));
  EXPECT_EQ(d.count, 100U);
  EXPECT_EQ(d.min, 1ms);
  EXPECT_EQ(d.p50, 50ms);
  EXPECT_EQ(d.p99, 99ms);
  EXPECT_EQ(d.max, 100ms);
  EXPECT_EQ(distribution_of({7ms}).p99, 7ms);
  EXPECT_EQ(distribution_of(one_to(3)).p50, 2ms);
}

TEST(Distribution, OfNothingHasACountOfZeroAndNoBound) {
  const Distribution d = distribution_of({});
  EXPECT_EQ(d.count, 0U);
  EXPECT_FALSE(d.p99_upper);
}

TEST(UpperBound, NeedsEnoughSamples) {
  EXPECT_EQ(samples_needed(0.99), 299U);
  EXPECT_EQ(samples_needed(0.5), 5U);
  EXPECT_FALSE(distribution_of(one_to(298)).p99_upper);
  EXPECT_EQ(distribution_of(one_to(299)).p99_upper, 299ms) << "only the largest sample is a bound";
}

TEST(UpperBound, IsTheSmallestRankThatTheBinomialAllows) {
  for (const auto& [n, q] : {std::pair{299, 0.99}, {1000, 0.99}, {5, 0.5}, {100, 0.5}, {473, 0.99}}) {
    const auto rank = upper_rank(static_cast<std::size_t>(n), q);
    ASSERT_TRUE(rank) << n;
    const int r = static_cast<int>(*rank);
    EXPECT_GE(binomial_cdf(n, q, r - 1), 0.95 - 1e-9) << n << " at " << q;
    EXPECT_LT(binomial_cdf(n, q, r - 2), 0.95) << n << " at " << q;
  }
}

TEST(PoissonBound, IsTheRuleOfThreeForNoEvents) {
  EXPECT_NEAR(*rate_upper_per_hour(0, 1h), -std::log(0.05), 1e-9);
  EXPECT_NEAR(*rate_upper_per_hour(0, 30s), -std::log(0.05) * 120.0, 1e-6);
}

TEST(PoissonBound, LeavesFivePercentForFewerEvents) {
  for (const std::size_t events : {1U, 3U, 10U}) {
    const double rate = *rate_upper_per_hour(events, 1h);
    double below = 0.0;
    for (std::size_t i = 0; i <= events; ++i)
      below += std::exp(static_cast<double>(i) * std::log(rate) - rate - std::lgamma(static_cast<double>(i) + 1.0));
    EXPECT_NEAR(below, 0.05, 1e-6) << events;
  }
}

TEST(PoissonBound, IsAbsentWithoutExposure) {
  EXPECT_FALSE(rate_upper_per_hour(0, 0s));
  EXPECT_FALSE(rate_upper_per_hour(5, -1s));
}

}  // namespace
}  // namespace ocelli::report
