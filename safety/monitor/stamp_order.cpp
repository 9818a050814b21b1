#include "ocelli/safety/monitor/stamp_order.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ocelli::safety {
namespace {

constexpr int kByteBits = 8;
constexpr std::size_t kByteValues = 256;

std::size_t byte_of(std::int64_t stamp_ns, std::int64_t earliest_ns, int shift) {
  return (static_cast<std::uint64_t>(stamp_ns - earliest_ns) >> shift) & (kByteValues - 1);
}

}  // namespace

void StampOrder::reserve(std::size_t most_observations) {
  items_.reserve(most_observations);
  scratch_.reserve(most_observations);
}

std::span<const StampOrder::Item> StampOrder::sort(std::span<const Observation> observations) {
  items_.clear();
  for (const Observation& observation : observations)
    items_.push_back({to_ns(observation.observed_at), static_cast<std::uint32_t>(items_.size())});
  if (std::ranges::is_sorted(items_, {}, &Item::stamp_ns)) return items_;
  const auto [earliest, latest] = std::ranges::minmax(items_, {}, &Item::stamp_ns);
  const auto span_ns = static_cast<std::uint64_t>(latest.stamp_ns - earliest.stamp_ns);
  scratch_.resize(items_.size());
  for (int shift = 0; shift < 64 && span_ns >> shift != 0; shift += kByteBits) sort_by_byte(earliest.stamp_ns, shift);
  return items_;
}

/// Counting sort by one byte of the stamps.
void StampOrder::sort_by_byte(std::int64_t earliest_ns, int shift) {
  std::array<std::uint32_t, kByteValues> begins{};
  for (const Item& item : items_) ++begins[byte_of(item.stamp_ns, earliest_ns, shift)];
  std::uint32_t begin = 0;
  for (std::uint32_t& count : begins) begin += std::exchange(count, begin);
  for (const Item& item : items_) scratch_[begins[byte_of(item.stamp_ns, earliest_ns, shift)]++] = item;
  items_.swap(scratch_);
}

}  // namespace ocelli::safety
