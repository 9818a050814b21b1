#include "ocelli/safety/monitor/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

constexpr int kLinearBits = 7;  // 128 = 2^7
constexpr std::uint64_t kLargest = (std::uint64_t{1} << LatencyHistogram::kMaxBits) - 1;

std::size_t bucket_of(std::uint64_t ns) {
  if (ns < LatencyHistogram::kPerOctave) return ns;
  const int shift = std::bit_width(ns) - kLinearBits - 1;
  return static_cast<std::size_t>(shift) * LatencyHistogram::kPerOctave + (ns >> shift);
}

/// Largest duration that falls into the bucket.
Duration upper_edge(std::size_t bucket) {
  if (bucket < LatencyHistogram::kPerOctave) return Duration(static_cast<std::int64_t>(bucket));
  const std::size_t shift = bucket / LatencyHistogram::kPerOctave - 1;
  const std::uint64_t base = bucket - shift * LatencyHistogram::kPerOctave;
  return Duration(static_cast<std::int64_t>(((base + 1) << shift) - 1));
}

}  // namespace

void LatencyHistogram::record(Duration latency) {
  if (latency < Duration::zero()) {
    ++negatives_;
    return;
  }
  ++buckets_[bucket_of(std::min(static_cast<std::uint64_t>(latency.count()), kLargest))];
  ++count_;
  sum_ns_ += static_cast<double>(latency.count());
  min_ = std::min(min_, latency);
  max_ = std::max(max_, latency);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  negatives_ += other.negatives_;
  sum_ns_ += other.sum_ns_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void LatencyHistogram::reset() {
  std::ranges::fill(buckets_, 0);
  count_ = negatives_ = 0;
  min_ = Duration::max();
  max_ = Duration::zero();
  sum_ns_ = 0.0;
}

Duration LatencyHistogram::mean() const {
  return count_ == 0 ? Duration::zero() : Duration(std::llround(sum_ns_ / static_cast<double>(count_)));
}

Duration LatencyHistogram::quantile(double p) const {
  OCELLI_EXPECT(p >= 0.0 && p <= 1.0);
  if (count_ == 0) return Duration::zero();
  const auto rank = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(count_)));
  return at_rank(std::clamp<std::uint64_t>(rank, 1, count_));
}

Duration LatencyHistogram::at_rank(std::uint64_t rank) const {
  OCELLI_EXPECT(rank >= 1 && rank <= count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i + 1 < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(upper_edge(i), min_, max_);
  }
  return max_;
}

}  // namespace ocelli::safety
