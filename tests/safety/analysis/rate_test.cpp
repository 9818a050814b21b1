#include "ocelli/safety/analysis/rate.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "ocelli/safety/analysis/posterior.hpp"

namespace ocelli::safety {
namespace {

using testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_relative(double value, double expected, double tolerance = 1e-9) {
  EXPECT_NEAR(value, expected, std::abs(expected) * tolerance);
}

TEST(Rate, UpperBoundIsChiSquared) {
  RecordProperty("verifies", "REQ-FIT-001");
  expect_relative(*upper_rate_fit({0, Hours{1e6}}, 0.95), 2995.73227355399);
  EXPECT_NEAR(*upper_rate_fit({5, Hours{1e8}}, 0.90), 92.75, 0.005);
  expect_relative(*upper_rate_fit({1, Hours{1e6}}, 0.95), 4743.864518390576);
  EXPECT_EQ(*upper_rate_fit({0, Hours{0}}, 0.95), kInfinity) << "without exposure nothing is known";
}

TEST(Rate, LowerBoundIsZeroWithoutFailuresAndBelowTheEstimateWithSome) {
  RecordProperty("verifies", "REQ-FIT-001");
  EXPECT_EQ(*lower_rate_fit({0, Hours{1e6}}, 0.95), 0.0);
  EXPECT_EQ(*lower_rate_fit({0, Hours{0}}, 0.95), 0.0);
  expect_relative(*lower_rate_fit({1, Hours{1e6}}, 0.95), -std::log(0.95) * 1e3);
  EXPECT_LT(*lower_rate_fit({3, Hours{1e6}}, 0.6), 3000.0);
}

/// P(at most r failures) at the upper bound is 1 - CL: the definition, summed by hand.
TEST(Rate, BoundsFulfilTheirDefinition) {
  RecordProperty("verifies", "REQ-FIT-001");
  const auto at_most = [](int r, double mean) {
    double term = std::exp(-mean);
    double sum = 0.0;
    for (int i = 0; i <= r; ++i, term *= mean / i) sum += term;
    return sum;
  };
  for (const double confidence : {0.5, 0.6, 0.95, 0.999})
    for (const int r : {1, 2, 7, 30}) {
      const RateEvidence evidence{static_cast<std::uint64_t>(r), Hours{1e9}};
      EXPECT_NEAR(at_most(r, *upper_rate_fit(evidence, confidence)), 1.0 - confidence, 1e-12);
      EXPECT_NEAR(at_most(r - 1, *lower_rate_fit(evidence, confidence)), confidence, 1e-12);
    }
}

TEST(Rate, TwoSidedIntervalLeavesHalfOnEitherSide) {
  RecordProperty("verifies", "REQ-FIT-001");
  const auto interval = rate_interval({2, Hours{800}}, 0.9);
  ASSERT_TRUE(interval);
  expect_relative(1e9 / interval->upper_fit, 127.06896827442834);
  expect_relative(1e9 / interval->lower_fit, 2251.228610625704);
}

TEST(Rate, ZeroFailureHoursShowWhatNoBenchCan) {
  RecordProperty("verifies", "REQ-FIT-002");
  EXPECT_NEAR(zero_failure_hours(10, 0.60)->count(), 91.6e6, 0.1e6);
  EXPECT_NEAR(zero_failure_hours(10, 0.90)->count(), 230.3e6, 0.1e6);
  EXPECT_NEAR(zero_failure_hours(10, 0.95)->count(), 299.6e6, 0.1e6);
  EXPECT_NEAR(zero_failure_hours(10, 0.99)->count(), 460.5e6, 0.1e6);
}

TEST(RateVerdict, IsMetViolatedOrInsufficientWithTheMissingHours) {
  RecordProperty("verifies", "REQ-FIT-003");
  const auto met = judge_rate({0, Hours{3e8}}, 10, 0.95);
  EXPECT_EQ(met->judgement, RateJudgement::kMet);
  EXPECT_EQ(met->missing.count(), 0.0);
  const auto violated = judge_rate({30, Hours{1e6}}, 10, 0.95);
  EXPECT_EQ(violated->judgement, RateJudgement::kViolated);
  const auto insufficient = judge_rate({0, Hours{1e8}}, 10, 0.95);
  EXPECT_EQ(insufficient->judgement, RateJudgement::kInsufficient);
  expect_relative(insufficient->missing.count(), 299573227.355399 - 1e8);
  EXPECT_EQ(insufficient->point_fit, 0.0);
}

TEST(RateVerdict, MissingHoursAreThoseAfterWhichItIsMet) {
  RecordProperty("verifies", "REQ-FIT-003");
  const auto first = judge_rate({2, Hours{1e6}}, 50, 0.9);
  ASSERT_EQ(first->judgement, RateJudgement::kViolated);
  const Hours needed = Hours{1e6} + first->missing;
  EXPECT_EQ(judge_rate({2, needed * 1.000001}, 50, 0.9)->judgement, RateJudgement::kMet);
  EXPECT_EQ(judge_rate({2, needed * 0.999999}, 50, 0.9)->judgement, RateJudgement::kInsufficient);
}

TEST(RateVerdict, WithoutExposureIsInsufficientAndHasNoEstimate) {
  RecordProperty("verifies", "REQ-FIT-003");
  const auto nothing = judge_rate({0, Hours{0}}, 10, 0.95);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->judgement, RateJudgement::kInsufficient);
  EXPECT_FALSE(nothing->point_fit.has_value());
  EXPECT_EQ(to_string(nothing->judgement), "insufficient evidence");
}

TEST(Rate, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  for (const double hours : {kNaN, -1.0, kInfinity})
    EXPECT_THAT(upper_rate_fit({0, Hours{hours}}, 0.95).error().message, HasSubstr("hours: "));
  EXPECT_THAT(lower_rate_fit({1, Hours{0}}, 0.95).error().message, HasSubstr("hours: 0 h with 1 failures"));
  EXPECT_THAT(upper_rate_fit({2'000'000'000, Hours{1}}, 0.95).error().message, HasSubstr("failures: 2000000000"));
  for (const double confidence : {0.0, 0.49, 1.0, kNaN, -0.5, 95.0}) {
    EXPECT_THAT(upper_rate_fit({0, Hours{1}}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(lower_rate_fit({0, Hours{1}}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(rate_interval({0, Hours{1}}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(zero_failure_hours(10, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(judge_rate({0, Hours{1}}, 10, confidence).error().message, HasSubstr("confidence: "));
  }
  for (const double target : {kNaN, 0.0, -10.0, kInfinity}) {
    EXPECT_THAT(judge_rate({0, Hours{1}}, target, 0.95).error().message, HasSubstr("target_fit: "));
    EXPECT_THAT(zero_failure_hours(target, 0.95).error().message, HasSubstr("target_fit: "));
  }
}

TEST(Rate, AResultThatNoNumberHoldsIsAnErrorNotInfinity) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(zero_failure_hours(1e-300, 0.9).error().message, HasSubstr("hours needed: inf h"));
  EXPECT_THAT(judge_rate({0, Hours{1}}, 1e-300, 0.9).error().message, HasSubstr("hours needed: inf h"));
  EXPECT_THAT(upper_rate_fit({0, Hours{1e-310}}, 0.9).error().message, HasSubstr("rate: inf FIT"));
  EXPECT_THAT(rate_quantile_fit({1, Hours{1e-310}}, 0.9).error().message, HasSubstr("rate: inf FIT"));
  EXPECT_THAT(mean_time_between({1e-5, Hours{1e305}}).error().message, HasSubstr("hours: inf h"));
  EXPECT_THAT(lower_time_between({1e-3, Hours{1e300}}, 0.5).error().message, HasSubstr("hours: inf h"));
  EXPECT_THAT(test_time({100, Hours{0}}, 0, Hours{1e307}, 0.9).error().message, HasSubstr("hours: inf h"));
}

TEST(Rate, BoundsLieOnEitherSideOfTheEstimateForEveryConfidence) {
  RecordProperty("verifies", "REQ-FIT-001");
  for (const double confidence : {0.5, 0.51, 0.9})
    for (const std::uint64_t failures : {0U, 1U, 10U}) {
      const auto verdict = judge_rate({failures, Hours{1e6}}, 10, confidence);
      EXPECT_LE(verdict->lower_fit, *verdict->point_fit);
      EXPECT_GE(verdict->upper_fit, *verdict->point_fit);
    }
}

TEST(Rate, ConfidencesAtTheEndsOfTheRangeStayFinite) {
  RecordProperty("verifies", "REQ-FIT-004");
  for (const double confidence : {0.5, 1.0 - 1e-12}) {
    EXPECT_TRUE(std::isfinite(*upper_rate_fit({3, Hours{1}}, confidence)));
    EXPECT_TRUE(std::isfinite(*lower_rate_fit({3, Hours{1}}, confidence)));
  }
  EXPECT_FALSE(rate_interval({3, Hours{1}}, 1.0 - 1e-12)) << "half of the rest has too few digits left";
  EXPECT_FALSE(upper_rate_fit({3, Hours{1}}, 1e-17));
}

TEST(Posterior, AddsFailuresAndHoursToThePrior) {
  RecordProperty("verifies", "REQ-FIT-005");
  const auto rate = posterior({2, Hours{1400}}, {2, Hours{1909}});
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->shape, 4.0);
  EXPECT_EQ(rate->hours.count(), 3309.0);
  expect_relative(mean_time_between(*rate)->count(), 827.25);
  expect_relative(lower_time_between(*rate, 0.8)->count(), 599.9950264979931);
  expect_relative(*rate_quantile_fit(*posterior({1, Hours{1e6}}, {0, Hours{1e7}}), 0.95), 272.33929759581724);
}

TEST(Posterior, TestTimeIsThatOfTheHandbook) {
  RecordProperty("verifies", "REQ-FIT-005");
  expect_relative(test_time({2, Hours{1400}}, 2, Hours{600}, 0.8)->count(), 1909.0274290909329);
  EXPECT_LT(test_time({2, Hours{1e6}}, 0, Hours{600}, 0.8)->count(), 0.0) << "the prior suffices";
}

TEST(Posterior, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(posterior({0, Hours{1}}, {}).error().message, HasSubstr("shape: 0"));
  EXPECT_THAT(posterior({1, Hours{-1}}, {}).error().message, HasSubstr("prior hours: -1 h"));
  EXPECT_THAT(posterior({1, Hours{1}}, {0, Hours{kNaN}}).error().message, HasSubstr("hours: nan h"));
  EXPECT_THAT(rate_quantile_fit({0.5, Hours{0}}, 0.9).error().message, HasSubstr("prior hours + hours: 0 h"));
  EXPECT_THAT(rate_quantile_fit({0.5, Hours{1}}, 1.0).error().message, HasSubstr("probability: 1"));
  EXPECT_THAT(mean_time_between({-1, Hours{1}}).error().message, HasSubstr("shape: -1"));
  EXPECT_THAT(lower_time_between({1, Hours{1}}, 0.0).error().message, HasSubstr("confidence: 0"));
  EXPECT_THAT(test_time({1, Hours{1}}, 0, Hours{0}, 0.9).error().message, HasSubstr("goal: 0 h"));
}

}  // namespace
}  // namespace ocelli::safety
