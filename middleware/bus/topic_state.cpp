#include "ocelli/middleware/bus/topic_state.hpp"

#include <algorithm>

namespace ocelli {
namespace {

constexpr std::uint64_t kBulkCapacity = std::uint64_t{32} << 20U;  // a 4K picture of 8-bit BGR has 24.9 MB
constexpr std::uint64_t kSmallCapacity = std::uint64_t{256} << 10U;
constexpr std::size_t kBulkSpare = 2;    // one being read, one about to be overtaken
constexpr std::size_t kLeastSmall = 16;  // slots: a reader may be off the processor for longer than a period
constexpr std::size_t kMostSmall = 256;

}  // namespace

RingGeometry ring_geometry(const topics::TopicKind& kind) {
  if (kind.is_bulk) return {static_cast<std::uint32_t>(kind.depth + kBulkSpare), kBulkCapacity};
  return {static_cast<std::uint32_t>(std::clamp(2 * kind.depth, kLeastSmall, kMostSmall)), kSmallCapacity};
}

RingIdentity ring_identity(const std::string& topic, const topics::TopicKind& kind) {
  return {topic_id(topic), type_hash(kind.codec().type_name)};
}

void TopicState::deliver(const Delivery& delivery, const RingWaiter* waiter) {
  if (kind->qos == topics::Qos::kState) latched = delivery.sample;
  bool has_ended = false;
  for (const std::weak_ptr<Subscription>& weak : subscriptions) {
    const auto subscription = weak.lock();
    const bool is_meant = subscription != nullptr && (waiter == nullptr || subscription->waiter().get() == waiter);
    if (is_meant) subscription->deliver(delivery, waiter);
    has_ended = has_ended || subscription == nullptr;
  }
  if (has_ended) std::erase_if(subscriptions, [](const auto& weak) { return weak.expired(); });
}

Integrity check_e2e(const TopicState& topic, const SampleHeader& header, std::span<const std::byte> body) {
  if (header.topic != topic.id) return Integrity::kCorrupt;
  if (header.e2e_profile != static_cast<std::uint16_t>(topics::E2e::kCrc32)) return Integrity::kUnprotected;
  return frame_crc32(header, body) == header.e2e_crc ? Integrity::kTrusted : Integrity::kCorrupt;
}

}  // namespace ocelli
