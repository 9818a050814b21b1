#include "ocelli/safety/monitor/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "ocelli/safety/monitor/quantile_bound.hpp"

namespace ocelli::safety {
namespace {

TEST(Histogram, QuantilesAreWithinOnePercentAndNeverTooSmall) {
  RecordProperty("verifies", "REQ-LAT-001");
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(16.0, 2.0);  // around 9 ms, microseconds to seconds
  LatencyHistogram histogram;
  std::vector<std::int64_t> sorted;
  for (int i = 0; i < 50'000; ++i) {
    sorted.push_back(static_cast<std::int64_t>(latency(random)));
    histogram.record(Duration(sorted.back()));
  }
  std::ranges::sort(sorted);
  for (const double p : {0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(p * 50'000.0)));
    const auto exact = static_cast<double>(sorted[rank - 1]);
    const auto found = static_cast<double>(histogram.quantile(p).count());
    EXPECT_GE(found, exact) << p;
    EXPECT_LE(found, exact * (1.0 + 1.0 / 128.0)) << p;
  }
  EXPECT_EQ(histogram.max().count(), sorted.back());
  EXPECT_EQ(histogram.min().count(), sorted.front());
}

TEST(Histogram, EveryDurationLiesInItsBucket) {
  RecordProperty("verifies", "REQ-LAT-001");
  for (int bit = 0; bit < LatencyHistogram::kMaxBits; ++bit)
    for (const std::int64_t offset : {-1, 0, 1, 3}) {
      const std::int64_t ns = (std::int64_t{1} << bit) + offset;
      if (ns < 0) continue;
      LatencyHistogram histogram;
      histogram.record(Duration(ns));
      histogram.record(Duration(ns * 3));
      histogram.record(Duration(ns * 3));
      EXPECT_GE(histogram.at_rank(1).count(), ns);
      EXPECT_LE(histogram.at_rank(1).count(), ns + ns / 128) << ns;
    }
}

TEST(Histogram, SmallDurationsAreExact) {
  RecordProperty("verifies", "REQ-LAT-001");
  LatencyHistogram histogram;
  for (int ns = 0; ns < 256; ++ns) histogram.record(Duration(ns));
  for (int ns = 0; ns < 256; ++ns) EXPECT_EQ(histogram.at_rank(static_cast<std::uint64_t>(ns) + 1).count(), ns);
}

TEST(Histogram, WhatIsLongerThanItsRangeKeepsItsMaximum) {
  RecordProperty("verifies", "REQ-LAT-001");
  LatencyHistogram histogram;
  histogram.record(std::chrono::hours(1));
  histogram.record(std::chrono::hours(30));
  EXPECT_EQ(histogram.max(), std::chrono::hours(30));
  EXPECT_EQ(histogram.quantile(1.0), std::chrono::hours(30));
  EXPECT_EQ(histogram.at_rank(2), std::chrono::hours(30));
  EXPECT_EQ(histogram.count(), 2U);
}

TEST(Histogram, NegativeDurationsAreCountedApart) {
  RecordProperty("verifies", "REQ-LAT-002");
  LatencyHistogram histogram;
  histogram.record(-1ns);
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.negatives(), 1U);
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  EXPECT_EQ(histogram.mean(), 0ns);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 0ns);
}

TEST(Histogram, MergedIsAsIfRecordedTogether) {
  RecordProperty("verifies", "REQ-LAT-003");
  LatencyHistogram a;
  LatencyHistogram b;
  LatencyHistogram both;
  for (int i = 1; i < 2000; ++i) {
    const Duration latency(i * i * 17);
    (i % 3 == 0 ? a : b).record(latency);
    both.record(latency);
  }
  b.record(-3ns);
  both.record(-3ns);
  a.merge(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.negatives(), both.negatives());
  EXPECT_EQ(a.min(), both.min());
  EXPECT_EQ(a.max(), both.max());
  EXPECT_EQ(a.mean(), both.mean());
  for (std::uint64_t rank = 1; rank <= both.count(); rank += 7) EXPECT_EQ(a.at_rank(rank), both.at_rank(rank));
  a.reset();
  EXPECT_EQ(a.count(), 0U);
}

TEST(Histogram, TheMeanIsExact) {
  RecordProperty("verifies", "REQ-LAT-001");
  LatencyHistogram histogram;
  histogram.record(10ms);
  histogram.record(21ms);
  EXPECT_EQ(histogram.mean(), 15'500us);
}

TEST(Histogram, AskingForWhatIsNotThereIsABrokenContract) {
  LatencyHistogram histogram;
  EXPECT_DEATH((void)histogram.quantile(1.5), "contract broken");
  EXPECT_DEATH((void)histogram.quantile(-0.1), "contract broken");
  EXPECT_DEATH((void)histogram.at_rank(1), "contract broken");
  histogram.record(1ms);
  EXPECT_DEATH((void)histogram.at_rank(0), "contract broken");
  EXPECT_DEATH((void)histogram.at_rank(2), "contract broken");
}

TEST(QuantileBound, NeedsTheSamplesOfTheReference) {
  RecordProperty("verifies", "REQ-LAT-004");
  EXPECT_EQ(samples_needed(0.99, 0.95), 299U);
  EXPECT_EQ(samples_needed(0.999, 0.95), 2995U);
  EXPECT_EQ(samples_needed(0.9999, 0.95), 29'956U);
  EXPECT_FALSE(upper_bound_rank(298, 0.99, 0.95));
  EXPECT_EQ(upper_bound_rank(299, 0.99, 0.95), 299U);
  EXPECT_EQ(upper_bound_rank(10'000, 0.999, 0.95), 9996U);
  EXPECT_EQ(upper_bound_rank(100'000, 0.999, 0.95), 99'917U);
}

/// P(Bin(n, p) < rank), summed term by term in long double.
long double confidence_of(std::uint64_t n, double p, std::uint64_t rank) {
  long double sum = 0.0L;
  for (std::uint64_t k = 0; k < rank; ++k)
    sum += std::exp(std::lgamma(static_cast<long double>(n) + 1) - std::lgamma(static_cast<long double>(k) + 1) -
                    std::lgamma(static_cast<long double>(n - k) + 1) +
                    static_cast<long double>(k) * std::log(static_cast<long double>(p)) +
                    static_cast<long double>(n - k) * std::log1p(-static_cast<long double>(p)));
  return sum;
}

TEST(QuantileBound, IsTheSmallestRankThatHasTheConfidence) {
  RecordProperty("verifies", "REQ-LAT-004");
  for (const double p : {0.1, 0.5, 0.9, 0.99})
    for (const double confidence : {0.5, 0.9, 0.99})
      for (const std::uint64_t n : {1U, 2U, 7U, 50U, 700U, 3000U}) {
        const auto rank = upper_bound_rank(n, p, confidence);
        const bool is_possible = confidence_of(n, p, n) >= confidence;
        ASSERT_EQ(rank.has_value(), is_possible) << p << " " << confidence << " " << n;
        if (!rank) continue;
        EXPECT_GE(confidence_of(n, p, *rank), confidence - 1e-9L) << p << " " << confidence << " " << n;
        if (*rank > 1) {
          EXPECT_LT(confidence_of(n, p, *rank - 1), confidence + 1e-9L) << p << " " << confidence << " " << n;
        }
      }
}

TEST(QuantileBound, SaysNotEnoughSamples) {
  RecordProperty("verifies", "REQ-LAT-004");
  LatencyHistogram histogram;
  for (int i = 0; i < 298; ++i) histogram.record(Duration(1'000'000 + i));
  Quantile p99 = quantile_with_bound(histogram, 0.99);
  EXPECT_FALSE(p99.upper_bound);
  EXPECT_EQ(p99.samples, 298U);
  EXPECT_EQ(p99.samples_needed, 299U);
  histogram.record(5ms);
  p99 = quantile_with_bound(histogram, 0.99);
  EXPECT_EQ(p99.upper_bound, 5ms) << "the maximum";
  EXPECT_LT(p99.value, 2ms);
}

TEST(QuantileBound, SharesAndConfidencesOutsideAreBrokenContracts) {
  for (const double bad : {0.0, 1.0, -0.5, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_DEATH((void)samples_needed(bad, 0.95), "contract broken");
    EXPECT_DEATH((void)upper_bound_rank(10, 0.5, bad), "contract broken");
  }
}

}  // namespace
}  // namespace ocelli::safety
