#include "ocelli/safety/analysis/quantiles.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ocelli/safety/analysis/rate.hpp"

namespace ocelli::safety {
namespace {

void expect_relative(double actual, double expected) { EXPECT_NEAR(actual, expected, std::abs(expected) * 1e-9); }

// Expected values: SciPy 1.x, and closed forms where there are some.
TEST(Quantiles, AreThoseOfClosedForms) {
  RecordProperty("verifies", "REQ-FIT-001");
  expect_relative(chi_squared_quantile(0.95, 2), -2.0 * std::log(0.05));
  expect_relative(chi_squared_upper_quantile(0.05, 2), -2.0 * std::log(0.05));
  expect_relative(chi_squared_upper_quantile(1e-12, 2), -2.0 * std::log(1e-12));
  expect_relative(gamma_quantile(0.3, 1), -std::log(0.7));
  expect_relative(beta_quantile(0.05, 299, 1), std::pow(0.05, 1.0 / 299.0));
  expect_relative(beta_quantile(0.2, 1, 7), 1.0 - std::pow(0.8, 1.0 / 7.0));
  for (int a = 1; a <= 40; ++a) EXPECT_NEAR(beta_quantile(0.5, a, a), 0.5, 1e-12) << a;
  expect_relative(beta_quantile(0.75, 2, 2), 1.0 - beta_quantile(0.25, 2, 2));
  expect_relative(normal_quantile(0.975), 1.959963984540054);
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-15);
}

TEST(Quantiles, PoissonProbabilitiesAddUp) {
  RecordProperty("verifies", "REQ-FIT-001");
  expect_relative(poisson_probability(0, 2.5), std::exp(-2.5));
  expect_relative(poisson_probability(3, 2.5), std::exp(-2.5) * 2.5 * 2.5 * 2.5 / 6.0);
  EXPECT_EQ(poisson_tail(0, 2.5), 1.0);
  expect_relative(poisson_tail(1, 2.5), 1.0 - std::exp(-2.5));
  expect_relative(poisson_tail(3, 0.5), 1.0 - std::exp(-0.5) * (1.0 + 0.5 + 0.125));
}

TEST(Quantiles, ArgumentsOutsideAreBrokenContracts) {
  for (const double p : {0.0, 1.0, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_DEATH((void)chi_squared_quantile(p, 2), "contract broken");
    EXPECT_DEATH((void)chi_squared_upper_quantile(p, 2), "contract broken");
    EXPECT_DEATH((void)gamma_quantile(p, 1), "contract broken");
    EXPECT_DEATH((void)beta_quantile(p, 1, 1), "contract broken");
    EXPECT_DEATH((void)normal_quantile(p), "contract broken");
  }
  for (const double parameter : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_DEATH((void)chi_squared_quantile(0.5, parameter), "contract broken");
    EXPECT_DEATH((void)chi_squared_upper_quantile(0.5, parameter), "contract broken");
    EXPECT_DEATH((void)gamma_quantile(0.5, parameter), "contract broken");
    EXPECT_DEATH((void)beta_quantile(0.5, parameter, 1), "contract broken");
    EXPECT_DEATH((void)beta_quantile(0.5, 1, parameter), "contract broken");
    EXPECT_DEATH((void)poisson_probability(1, parameter), "contract broken");
    EXPECT_DEATH((void)poisson_tail(1, parameter), "contract broken");
  }
}

TEST(RateVerdict, ATargetExactlyAtABoundIsMetOrNotYetViolated) {
  RecordProperty("verifies", "REQ-FIT-003");
  const RateEvidence evidence{5, Hours{1e8}};
  EXPECT_EQ(judge_rate(evidence, *upper_rate_fit(evidence, 0.9), 0.9)->judgement, RateJudgement::kMet);
  EXPECT_EQ(judge_rate(evidence, *lower_rate_fit(evidence, 0.9), 0.9)->judgement, RateJudgement::kInsufficient);
  EXPECT_EQ(judge_rate(evidence, *lower_rate_fit(evidence, 0.9) * 0.999, 0.9)->judgement, RateJudgement::kViolated);
}

TEST(Rate, FailureCountsHaveALimit) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_TRUE(upper_rate_fit({1'000'000'000, Hours{1e8}}, 0.9));
  EXPECT_FALSE(upper_rate_fit({1'000'000'001, Hours{1e8}}, 0.9));
}

}  // namespace
}  // namespace ocelli::safety
