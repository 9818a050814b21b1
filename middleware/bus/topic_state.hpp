#pragma once
// What a bus knows of one topic instance: its subscriptions, its lanes, the rings of other processes that it reads.
// Private to middleware/bus.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/network_lane.hpp"
#include "ocelli/middleware/bus/ring_waiter.hpp"
#include "ocelli/middleware/bus/ring_writer.hpp"
#include "ocelli/middleware/bus/subscription.hpp"

namespace ocelli {

/// The ring of a writer in another process, and who listens to it.
struct ReadRing {
  PeerId peer;
  std::shared_ptr<const RingMap> map;
  bool is_ending = false;  // its writer has gone
  std::map<std::shared_ptr<RingWaiter>, std::shared_ptr<RingInput>> inputs;
};

struct TopicState {
  TopicState(std::string name_in, const topics::TopicKind& kind_in) : name(std::move(name_in)), kind(&kind_in) {}

  const std::string name;
  const topics::TopicKind* const kind;
  const TopicId id = topic_id(name);
  std::atomic<std::int64_t> delay_ns = 0;  // injected
  std::atomic<bool> has_publisher = false;
  std::atomic<std::uint64_t> failed_writes = 0;
  std::unique_ptr<RingWriter> ring;       // both set before the first publish, kept until the bus ends;
  std::unique_ptr<NetworkWriter> writer;  // the ring outlives its announcement

  /// To every subscription, or to those of the waiter that calls. Precondition: mutex.
  void deliver(const Delivery& delivery, const RingWaiter* waiter);

  std::mutex mutex;  // guards what follows
  std::vector<std::weak_ptr<Subscription>> subscriptions;
  SamplePtr latched;                                    // last value of a `state` topic
  std::map<std::uint32_t, std::uint64_t> network_last;  // by writer: the newest that came over the network
  std::vector<ReadRing> rings;
  std::unique_ptr<NetworkReader> network;
};

/// Slots and largest message of a kind's ring. Memory is used only as far as messages reach.
[[nodiscard]] RingGeometry ring_geometry(const topics::TopicKind& kind);

/// What a reader of the kind must find in the head of the ring.
[[nodiscard]] RingIdentity ring_identity(const std::string& topic, const topics::TopicKind& kind);

/// What a message from outside is worth: identity and checksum.
[[nodiscard]] Integrity check_e2e(const TopicState& topic, const SampleHeader& header, std::span<const std::byte> body);

}  // namespace ocelli
