#pragma once
// Random numbers by counting, not by state: a number is a pure function of (seed, stream, frame, index). So results do
// not depend on the order of evaluation, on threads, or on which sensors run. Normal numbers come from a table of our
// own: std::normal_distribution is not the same algorithm in every library. Must not know: what is being randomised.

#include <array>
#include <cstdint>
#include <string_view>

#include "ocelli/middleware/core/ids.hpp"

namespace ocelli::sim {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit moves every output bit.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

inline constexpr std::size_t kNormalTableBits = 12;
using NormalTable = std::array<float, 1U << kNormalTableBits>;

/// Quantiles of the standard normal distribution at (i + 1/2) / 4096.
[[nodiscard]] const NormalTable& normal_table();

/// The numbers of one stream (a sensor, a decision) in one frame.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream, std::uint64_t frame = 0)
      : key_(mix64(mix64(seed * kStep + fnv1a32(stream)) + frame * kStep)), normal_(&normal_table()) {}

  [[nodiscard]] std::uint64_t bits(std::uint64_t index) const { return mix64(key_ + index * kStep); }

  /// Evenly in [0, 1).
  [[nodiscard]] double uniform(std::uint64_t index) const { return static_cast<double>(bits(index) >> 11) * 0x1p-53; }
  [[nodiscard]] double uniform(std::uint64_t index, double low, double high) const {
    return low + (high - low) * uniform(index);
  }

  /// Standard normal, bounded to about +-3.7.
  [[nodiscard]] float normal(std::uint64_t index) const { return normal_of(bits(index)); }

  /// Standard normal from the lowest 12 of `bits`: several numbers from one draw by shifting.
  [[nodiscard]] float normal_of(std::uint64_t bits) const { return (*normal_)[bits & ((1U << kNormalTableBits) - 1)]; }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  std::uint64_t key_;
  const NormalTable* normal_;
};

}  // namespace ocelli::sim
