#include "ocelli/safety/monitor/stamp_order.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ocelli::safety {
namespace {

constexpr int kByteBits = 8;
constexpr std::size_t kByteValues = 256;

}  // namespace

void StampOrder::reserve(std::size_t most_observations) {
  items_.reserve(most_observations);
  scratch_.reserve(most_observations);
}

std::span<const StampOrder::Item> StampOrder::sort(std::span<const Observation> observations) {
  items_.clear();
  if (observations.empty()) return items_;
  const Time earliest = std::ranges::min_element(observations, {}, &Observation::observed_at)->observed_at;
  std::uint64_t all_bits = 0;
  bool is_sorted = true;
  for (const Observation& observation : observations) {
    const auto after_ns = static_cast<std::uint64_t>(to_ns(observation.observed_at) - to_ns(earliest));
    is_sorted = is_sorted && (items_.empty() || items_.back().after_earliest_ns <= after_ns);
    all_bits |= after_ns;
    items_.push_back({after_ns, static_cast<std::uint32_t>(items_.size())});
  }
  if (is_sorted) return items_;
  scratch_.resize(items_.size());
  for (int shift = 0; shift < 64 && all_bits >> shift != 0; shift += kByteBits) sort_by_byte(shift);
  return items_;
}

/// Counting sort by one byte of the stamps.
void StampOrder::sort_by_byte(int shift) {
  const auto byte_of = [shift](const Item& item) { return (item.after_earliest_ns >> shift) & (kByteValues - 1); };
  std::array<std::uint32_t, kByteValues> begins{};
  for (const Item& item : items_) ++begins[byte_of(item)];
  std::uint32_t begin = 0;
  for (std::uint32_t& count : begins) begin += std::exchange(count, begin);
  Item* const sorted = scratch_.data();
  for (const Item& item : items_) sorted[begins[byte_of(item)]++] = item;
  items_.swap(scratch_);
}

}  // namespace ocelli::safety
