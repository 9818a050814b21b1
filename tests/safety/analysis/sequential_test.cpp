#include "ocelli/safety/analysis/sequential.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

namespace ocelli::safety {
namespace {

using testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Decision = SequentialTest::Decision;

TEST(SequentialTest, LinesAreThoseOfWald) {
  RecordProperty("verifies", "REQ-FIT-006");
  const auto test = SequentialTest::create({.good_fit = 5, .bad_fit = 10, .alpha = 0.1, .beta = 0.1});
  ASSERT_TRUE(test);
  EXPECT_NEAR(test->accept_hours(0).count(), 439444915.4672438, 1);
  EXPECT_NEAR(test->accept_hours(2).count(), 716703787.691222, 1);
  EXPECT_NEAR(test->reject_hours(0).count(), -439444915.4672439, 1);
  EXPECT_NEAR(test->reject_hours(7).count(), 530961137.3166795, 1);
  EXPECT_NEAR(test->slope().count(), 138629436.11198905, 1);
}

TEST(SequentialTest, UnequalErrorsMoveTheLinesApart) {
  RecordProperty("verifies", "REQ-FIT-006");
  const auto test = SequentialTest::create({.good_fit = 1, .bad_fit = 2, .alpha = 0.01, .beta = 0.2});
  EXPECT_NEAR(test->accept_hours(0).count(), std::log(0.99 / 0.2) * 1e9, 1);
  EXPECT_NEAR(test->reject_hours(0).count(), -std::log(0.8 / 0.01) * 1e9, 1);
}

TEST(SequentialTest, DecidesOrGoesOn) {
  RecordProperty("verifies", "REQ-FIT-006");
  const auto test = SequentialTest::create({});
  EXPECT_EQ(*test->decide({0, Hours{4.4e8}}), Decision::kAccept);
  EXPECT_EQ(*test->decide({0, Hours{4.3e8}}), Decision::kContinue);
  EXPECT_EQ(*test->decide({4, Hours{1.1e8}}), Decision::kReject);
  EXPECT_EQ(*test->decide({0, Hours{0}}), Decision::kContinue) << "no failure never rejects";
  EXPECT_EQ(to_string(Decision::kContinue), "continue");
}

TEST(SequentialTest, NonsenseIsRefusedWithTheNameOfTheField) {
  RecordProperty("verifies", "REQ-FIT-004");
  const auto refusal = [](SequentialTest::Config config) { return SequentialTest::create(config).error().message; };
  EXPECT_THAT(refusal({.good_fit = -5}), HasSubstr("good_fit: -5 FIT"));
  EXPECT_THAT(refusal({.bad_fit = kNaN}), HasSubstr("bad_fit: nan FIT"));
  EXPECT_THAT(refusal({.good_fit = 10, .bad_fit = 10}), HasSubstr("bad_fit: 10 FIT: expected more than good_fit"));
  EXPECT_THAT(refusal({.alpha = 0}), HasSubstr("alpha: 0"));
  EXPECT_THAT(refusal({.beta = 1}), HasSubstr("beta: 1"));
  EXPECT_THAT(refusal({.alpha = 0.5, .beta = 0.5}), HasSubstr("alpha + beta: 1"));
  EXPECT_THAT(SequentialTest::create({})->decide({0, Hours{kNaN}}).error().message, HasSubstr("hours: nan h"));
}

TEST(PoissonCusum, SumsWhatExceedsTheReferenceAndAlarmsAtTheLimit) {
  RecordProperty("verifies", "REQ-FIT-007");
  auto cusum = PoissonCusum::create(1.5, 4);
  ASSERT_TRUE(cusum);
  EXPECT_FALSE(cusum->add(0));
  EXPECT_EQ(cusum->sum(), 0.0);
  EXPECT_FALSE(cusum->add(3));
  EXPECT_EQ(cusum->sum(), 1.5);
  EXPECT_FALSE(cusum->add(2));
  EXPECT_TRUE(cusum->add(4)) << "2 + 2.5 >= 4";
  cusum->reset();
  EXPECT_FALSE(cusum->add(5));
  EXPECT_TRUE(cusum->add(2)) << "exactly the limit";
}

/// Against whole tenths: sums of doubles miss a limit that they reach exactly.
TEST(PoissonCusum, AlarmsAtSumsThatAreExactlyTheLimit) {
  RecordProperty("verifies", "REQ-FIT-007");
  std::mt19937 random(1);
  int alarms_at_the_limit = 0;
  for (int sequence = 0; sequence < 2000; ++sequence) {
    const int k = 1 + static_cast<int>(random() % 39);
    const int h = 1 + static_cast<int>(random() % 99);
    auto cusum = PoissonCusum::create(k / 10.0, h / 10.0);
    int tenths = 0;
    for (int step = 0; step < 60; ++step) {
      const unsigned count = random() % 5;
      tenths = std::max(0, tenths + 10 * static_cast<int>(count) - k);
      ASSERT_EQ(cusum->add(count), tenths >= h) << "k " << k << " h " << h << " step " << step;
      ASSERT_NEAR(cusum->sum(), tenths / 10.0, 1e-12);
      alarms_at_the_limit += tenths == h ? 1 : 0;
    }
  }
  EXPECT_GT(alarms_at_the_limit, 100);
}

TEST(PoissonCusum, CountsOfAnySizeAlarmAndDoNotWrap) {
  RecordProperty("verifies", "REQ-FIT-007");
  auto cusum = PoissonCusum::create(1.4427, 8);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(cusum->add(~std::uint64_t{0}));
  EXPECT_NEAR(cusum->sum(), 1e14, 10);
  cusum->reset();
  EXPECT_FALSE(cusum->add(9));
  EXPECT_TRUE(cusum->add(2));
}

TEST(PoissonCusum, AShortReferenceStaysNearTheBestOne) {
  RecordProperty("verifies", "REQ-FIT-007");
  EXPECT_EQ(*cusum_short_reference(1, 2), 1.44);
  EXPECT_EQ(*cusum_short_reference(0.02, 0.08), 0.043);
  EXPECT_EQ(*cusum_short_reference(1, 1.05), 1.025);
  EXPECT_EQ(*cusum_short_reference(1000, 2000), 1443.0);
  EXPECT_THAT(cusum_short_reference(1, 1.00001).error().message, HasSubstr("bad_mean: 1.00001: four decimals of k"));
  EXPECT_THAT(cusum_short_reference(2, 1).error().message, HasSubstr("bad_mean: 1: expected more than good_mean"));
}

TEST(PoissonCusum, ReferenceTellsTheMeansApart) {
  RecordProperty("verifies", "REQ-FIT-007");
  EXPECT_NEAR(*cusum_reference(1, 2), 1.4426950408889634, 1e-15);
}

TEST(PoissonCusum, RunLengthIsThatOfTheMarkovChain) {
  RecordProperty("verifies", "REQ-FIT-007");
  const auto expect = [](double mean, double reference, double limit, double length) {
    EXPECT_NEAR(*cusum_run_length(mean, reference, limit), length, length * 1e-9);
  };
  expect(1, 1.5, 8, 2827.311778627134);
  expect(2, 1.5, 8, 15.377682259086807);
  expect(1, 1.0, 4, 23.49831380351756);
  expect(1, 1.0, 1e-9, 1.0 / (1.0 - 2.0 * std::exp(-1.0)));
  expect(1, 1.04, 4, 34.36738520207514);
  expect(1, 1.0 / 3.0, 2, 3.8319304597400787);
  expect(0.3, 4.0 / 3.0, 3, 15455.425450317667);
}

TEST(PoissonCusum, ARunThatTakesMillionsOfCountsIsComputedAllTheSame) {
  RecordProperty("verifies", "REQ-FIT-007");
  EXPECT_NEAR(*cusum_run_length(0.5, 1.5, 8), 17'967'728.5, 0.5);
}

TEST(PoissonCusum, RunLengthAgreesWithSimulationOnAFineLattice) {
  RecordProperty("verifies", "REQ-FIT-007");
  const double computed = *cusum_run_length(1.2, 1.4427, 3);
  std::mt19937 random(5);
  std::poisson_distribution<std::uint64_t> counts(1.2);
  double steps = 0;
  constexpr int kRuns = 20'000;
  for (int run = 0; run < kRuns; ++run) {
    auto cusum = PoissonCusum::create(1.4427, 3);
    do ++steps;
    while (!cusum->add(counts(random)));
  }
  EXPECT_NEAR(steps / kRuns, computed, computed * 0.03);
}

TEST(PoissonCusum, WorkIsBoundedForEveryArgument) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(cusum_run_length(1e9, 48254942, 8).error().message, HasSubstr("k and h at most 1000000"));
  EXPECT_THAT(cusum_run_length(1, 1e12, 8).error().message, HasSubstr("k and h at most 1000000"));
  EXPECT_THAT(cusum_run_length(1, 1e300, 1e300).error().message, HasSubstr("k and h at most 1000000"));
  EXPECT_THAT(cusum_run_length(1, 1, 1e6).error().message, HasSubstr("too long to compute"));
  EXPECT_THAT(cusum_run_length(1, 1e-300, 8).error().message, HasSubstr("denominator of at most 10000"));
  EXPECT_NEAR(*cusum_run_length(1e9, 1.5, 8), 1.0, 1e-9);
  EXPECT_NEAR(*cusum_run_length(1e300, 1.5, 8), 1.0, 1e-9);
}

TEST(PoissonCusum, NonsenseAndWhatCannotBeComputedIsRefused) {
  RecordProperty("verifies", "REQ-FIT-004");
  EXPECT_THAT(PoissonCusum::create(0, 4).error().message, HasSubstr("k: 0"));
  EXPECT_THAT(PoissonCusum::create(1, kNaN).error().message, HasSubstr("h: nan"));
  EXPECT_THAT(cusum_reference(2, 1).error().message, HasSubstr("bad_mean: 1"));
  EXPECT_THAT(cusum_reference(0, 1).error().message, HasSubstr("good_mean: 0"));
  EXPECT_THAT(cusum_reference(1, kNaN).error().message, HasSubstr("bad_mean: nan"));
  EXPECT_THAT(cusum_run_length(-1, 1, 4).error().message, HasSubstr("mu: -1"));
  EXPECT_THAT(cusum_run_length(1, -1, 4).error().message, HasSubstr("k: -1"));
  EXPECT_THAT(cusum_run_length(1, 1, 0).error().message, HasSubstr("h: 0"));
  EXPECT_THAT(cusum_run_length(1, 1.4426950408889634, 4).error().message,
              HasSubstr("denominator of at most 10000 (four decimals)"));
  EXPECT_THAT(cusum_run_length(1, 1.4427, 1e6).error().message, HasSubstr("k and h at most 1000000 of its steps"));
  EXPECT_THAT(PoissonCusum::create(1.4426950408889634, 4).error().message, HasSubstr("denominator of at most 10000"));
  EXPECT_THAT(cusum_reference(1e-300, 1e300).error().message, HasSubstr("bad_mean / good_mean: inf"));
  EXPECT_THAT(SequentialTest::create({.good_fit = 1e-310, .bad_fit = 2e-310}).error().message,
              HasSubstr("hours between good_fit and bad_fit: inf h"));
  EXPECT_THAT(cusum_run_length(1e-9, 1, 100).error().message, HasSubstr("too long to compute"));
}

}  // namespace
}  // namespace ocelli::safety
