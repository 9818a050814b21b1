#pragma once
// A log-linear histogram of durations: fixed memory, exact count, minimum, maximum and mean, mergeable, and quantiles
// with at most 1/128 relative error (never too small). Distribution-free confidence bounds: quantile_bound.hpp.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::safety {

class LatencyHistogram {
 public:
  /// Linear below 128 ns, then 128 buckets per octave up to 2^40 ns (18 min); longer ones share the last bucket.
  static constexpr std::size_t kPerOctave = 128;
  static constexpr int kMaxBits = 40;
  static constexpr std::size_t kBuckets = (kMaxBits - 7 + 1) * kPerOctave;

  /// A negative duration is no latency: it is counted apart and changes nothing else.
  void record(Duration latency);
  void merge(const LatencyHistogram& other);
  void reset();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t negatives() const { return negatives_; }
  [[nodiscard]] Duration min() const { return count_ == 0 ? Duration::zero() : min_; }
  [[nodiscard]] Duration max() const { return max_; }
  [[nodiscard]] Duration mean() const;
  /// The smallest recorded duration that at least a share p of all do not exceed (nearest rank, p in [0, 1]); 0 if
  /// nothing was recorded.
  [[nodiscard]] Duration quantile(double p) const;
  /// The `rank`-th smallest, 1 ≤ rank ≤ count().
  [[nodiscard]] Duration at_rank(std::uint64_t rank) const;

 private:
  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(kBuckets);  // apart: a record touches one of them
  std::uint64_t count_ = 0;
  std::uint64_t negatives_ = 0;
  Duration min_ = Duration::max();
  Duration max_ = Duration::zero();
  double sum_ns_ = 0.0;
};

}  // namespace ocelli::safety
