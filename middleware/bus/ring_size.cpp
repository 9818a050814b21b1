#include "ocelli/middleware/bus/ring_size.hpp"

#include <algorithm>

namespace ocelli {
namespace {

constexpr std::uint64_t kBulkCapacity = std::uint64_t{32} << 20U;  // a 4K picture of 8-bit BGR has 24.9 MB
constexpr std::uint64_t kSmallCapacity = std::uint64_t{256} << 10U;
constexpr std::size_t kBulkSpare = 2;     // one being read, one about to be overtaken
constexpr std::size_t kLeastSmall = 16;   // slots: a reader may be off the processor for longer than a period
constexpr std::size_t kMostSmall = 1024;  // each takes a page of memory once it was used

RingGeometry default_geometry(const topics::TopicKind& kind) {
  if (kind.is_bulk) return {static_cast<std::uint32_t>(kind.depth + kBulkSpare), kBulkCapacity};
  return {static_cast<std::uint32_t>(std::clamp(2 * kind.depth, kLeastSmall, kMostSmall)), kSmallCapacity};
}

}  // namespace

Result<RingGeometry> ring_geometry(const std::string& topic, const topics::TopicKind& kind, const RingSize& size) {
  RingGeometry geometry = default_geometry(kind);
  geometry.slots = size.slots.value_or(geometry.slots);
  geometry.capacity = size.message_bytes.value_or(geometry.capacity);
  if (geometry.slots < kLeastSlots || geometry.slots > kMostSlots)
    return error(ErrorCode::kInvalidArgument, "topic '{}': a ring of {} slots: expected {} to {}", topic,
                 geometry.slots, kLeastSlots, kMostSlots);
  if (geometry.capacity < kLeastCapacity || geometry.capacity > kMostCapacity)
    return error(ErrorCode::kInvalidArgument, "topic '{}': a ring for messages of {} bytes: expected {} to {}", topic,
                 geometry.capacity, kLeastCapacity, kMostCapacity);
  if (geometry.file_size() > kMostRingBytes)
    return error(ErrorCode::kInvalidArgument,
                 "topic '{}': a ring of {} slots of {} bytes takes {:.1f} GiB: expected at most {} GiB", topic,
                 geometry.slots, geometry.capacity, static_cast<double>(geometry.file_size()) / (1U << 30U),
                 kMostRingBytes >> 30U);
  return geometry;
}

}  // namespace ocelli
