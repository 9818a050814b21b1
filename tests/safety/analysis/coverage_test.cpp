#include "ocelli/safety/analysis/coverage.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

namespace ocelli::safety {
namespace {

using testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Coverage, LowerBoundIsExact) {
  RecordProperty("verifies", "REQ-FIT-008");
  EXPECT_NEAR(*coverage_lower_bound({299, 299}, 0.95), 0.9900308532071007, 1e-12);
  EXPECT_NEAR(*coverage_lower_bound({298, 300}, 0.95), 0.9791637694729753, 1e-12);
  EXPECT_NEAR(*coverage_lower_bound({991, 1000}, 0.95), 0.9843, 5e-5) << "991 of 1000 is not 99.1 %";
  EXPECT_EQ(*coverage_lower_bound({0, 10}, 0.95), 0.0);
  EXPECT_NEAR(*coverage_wilson_bound({298, 300}, 0.95), 0.9800565738801275, 1e-12);
}

/// At the bound, seeing that many or more detections has probability 1 - CL: the definition, summed by hand.
TEST(Coverage, LowerBoundFulfilsItsDefinition) {
  RecordProperty("verifies", "REQ-FIT-008");
  const Trials trials{27, 30};
  const double bound = *coverage_lower_bound(trials, 0.9);
  double at_least = 0.0;
  for (std::uint64_t k = trials.detected; k <= trials.injected; ++k)
    at_least += std::exp(std::lgamma(31.0) - std::lgamma(k + 1.0) - std::lgamma(31.0 - k) + k * std::log(bound) +
                         (30.0 - k) * std::log1p(-bound));
  EXPECT_NEAR(at_least, 0.1, 1e-10);
}

TEST(Coverage, TwoSidedIntervalsAreThePublishedOnes) {
  RecordProperty("verifies", "REQ-FIT-008");
  const auto exact = clopper_pearson({81, 263}, 0.95);
  EXPECT_NEAR(exact->low, 0.2527, 5e-5);
  EXPECT_NEAR(exact->high, 0.3676, 5e-5);
  const auto score = wilson({81, 263}, 0.95);
  EXPECT_NEAR(score->low, 0.2553, 5e-5);
  EXPECT_NEAR(score->high, 0.3662, 5e-5);
  EXPECT_EQ(clopper_pearson({10, 10}, 0.95)->high, 1.0);
  EXPECT_EQ(clopper_pearson({0, 10}, 0.95)->low, 0.0);
}

TEST(Coverage, ZeroMissInjectionsAreTheFewestThatSuffice) {
  RecordProperty("verifies", "REQ-FIT-009");
  EXPECT_EQ(*zero_miss_injections(0.90, 0.95), 29U);
  EXPECT_EQ(*zero_miss_injections(0.97, 0.95), 99U);
  EXPECT_EQ(*zero_miss_injections(0.99, 0.95), 299U);
  EXPECT_EQ(*zero_miss_injections(0.999, 0.95), 2995U);
  EXPECT_EQ(*zero_miss_injections(0.5, 0.75), 2U) << "0.5^2 = 1 - 0.75 exactly";
  EXPECT_EQ(*zero_miss_injections(0.6, 0.9), 5U);
  EXPECT_LE(std::pow(0.99, 299), 0.05);
  EXPECT_GT(std::pow(0.99, 298), 0.05);
}

TEST(Coverage, CombinedLiesBetweenTheBestAndIndependence) {
  RecordProperty("verifies", "REQ-FIT-010");
  const auto combined = combined_coverage(std::array{0.9, 0.6, 0.5});
  EXPECT_DOUBLE_EQ(combined->low, 0.9);
  EXPECT_DOUBLE_EQ(combined->high, 0.98);
  EXPECT_EQ(combined_coverage({})->high, 0.0) << "no mechanism covers nothing";
}

TEST(Coverage, StrataAreWeightedByTheirBaseRate) {
  RecordProperty("verifies", "REQ-FIT-010");
  EXPECT_DOUBLE_EQ(*stratified_coverage(std::array{Stratum{3, 0.9}, Stratum{1, 0.5}}), 0.8);
  EXPECT_THAT(stratified_coverage({}).error().message, HasSubstr("sum of weights: 0"));
}

TEST(Coverage, SampleSizeIsThatOfLeveugle) {
  RecordProperty("verifies", "REQ-FIT-009");
  EXPECT_NEAR(*sample_size(1e12, 0.05, 1.959964, 0.5), 384.145887982416, 1e-6);
}

TEST(Coverage, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(coverage_lower_bound({0, 0}, 0.95).error().message, HasSubstr("injected: 0"));
  EXPECT_THAT(coverage_lower_bound({3, 2}, 0.95).error().message, HasSubstr("detected: 3"));
  EXPECT_THAT(coverage_lower_bound({3, 2'000'000'000'000}, 0.95).error().message, HasSubstr("injected: 2000000000000"));
  for (const double confidence : {0.0, 0.49, 1.0, kNaN}) {
    EXPECT_THAT(coverage_lower_bound({1, 2}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(coverage_wilson_bound({1, 2}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(clopper_pearson({1, 2}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(wilson({1, 2}, confidence).error().message, HasSubstr("confidence: "));
    EXPECT_THAT(zero_miss_injections(0.9, confidence).error().message, HasSubstr("confidence: "));
  }
  for (const double coverage : {0.0, 1.0, kNaN})
    EXPECT_THAT(zero_miss_injections(coverage, 0.9).error().message, HasSubstr("coverage: "));
  EXPECT_THAT(coverage_lower_bound({1, 2}, 1e-17).error().message, HasSubstr("confidence: 1e-17"));
  EXPECT_THAT(zero_miss_injections(1.0 - 2e-12, 0.95).error().message, HasSubstr("would need more than"));
  EXPECT_THAT(combined_coverage(std::array{0.5, -0.1}).error().message, HasSubstr("coverage: -0.1"));
  EXPECT_THAT(stratified_coverage(std::array{Stratum{-1, 0.5}}).error().message, HasSubstr("weight: -1"));
  EXPECT_THAT(stratified_coverage(std::array{Stratum{1, kNaN}}).error().message, HasSubstr("lower bound: nan"));
  EXPECT_THAT(sample_size(1e300, 0.05, 1e-200, 0.5).error().message, HasSubstr("population / sample size: inf"));
  EXPECT_THAT(sample_size(kNaN, 0.05, 1.96, 0.5).error().message, HasSubstr("population: nan"));
  EXPECT_THAT(sample_size(1e6, 0, 1.96, 0.5).error().message, HasSubstr("margin: 0"));
  EXPECT_THAT(sample_size(1e6, 0.05, -1, 0.5).error().message, HasSubstr("cut-off: -1"));
  EXPECT_THAT(sample_size(1e6, 0.05, 1.96, 1).error().message, HasSubstr("share: 1"));
}

TEST(Coverage, ConfidencesAtTheEndsOfTheRangeGiveBounds) {
  RecordProperty("verifies", "REQ-FIT-004");
  for (const double confidence : {0.5, 1.0 - 1e-12}) {
    for (const auto& bound : {coverage_lower_bound({5, 9}, confidence), coverage_wilson_bound({5, 9}, confidence)}) {
      ASSERT_TRUE(bound);
      EXPECT_GE(*bound, 0.0);
      EXPECT_LE(*bound, 1.0);
    }
    EXPECT_LT(wilson({5, 9}, confidence)->low, 1.0);
    EXPECT_LT(clopper_pearson({5, 9}, confidence)->low, 1.0);
  }
}

}  // namespace
}  // namespace ocelli::safety
