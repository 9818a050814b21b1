#include "ocelli/middleware/bus/topic_state.hpp"

#include <algorithm>

namespace ocelli {
RingIdentity ring_identity(const std::string& topic, const topics::TopicKind& kind) {
  return {topic_id(topic), type_hash(kind.codec().type_name)};
}

[[gnu::hot]] void TopicState::wake_readers() {
  constexpr std::size_t kMostWokenHere = 4;  // processes
  if (writer->ring_readers() <= kMostWokenHere) return ring->wake();
  std::call_once(ringer_once, [this] { ringer = std::make_unique<Ringer>(*ring); });
  ringer->ring();
}

[[gnu::hot]] void TopicState::deliver(const Delivery& delivery, const RingWaiter* waiter) {
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

}  // namespace ocelli
