#pragma once
// What a bus knows of one topic instance: its subscriptions, its lanes, the rings of other processes that it reads.
// Private to middleware/bus.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/beside_messages.hpp"
#include "ocelli/middleware/bus/network_lane.hpp"
#include "ocelli/middleware/bus/ring_waiter.hpp"
#include "ocelli/middleware/bus/ring_writer.hpp"
#include "ocelli/middleware/bus/ringer.hpp"
#include "ocelli/middleware/bus/subscription.hpp"

namespace ocelli {

/// The ring of a writer in another process, and who listens to it.
struct ReadRing {
  std::vector<PeerId> peers;  // who announced it: two while the writer replaces its end of the network lane
  RingAddress address;
  std::shared_ptr<const RingMap> map;
  bool is_ending = false;           // its writer has gone
  std::uint32_t writer = 0;         // once it has said something
  std::int64_t heard_until_ns = 0;  // what was published before has come already: the writer was lost and found again
  std::map<std::shared_ptr<RingWaiter>, std::shared_ptr<RingInput>> inputs;
};

struct TopicState {
  TopicState(std::string name_in, const topics::TopicKind& kind_in)
      : name(std::move(name_in)),
        kind(&kind_in),
        is_kept_here(kind_in.qos == topics::Qos::kState),
        beside(kind_in.depth) {}

  const std::string name;
  const topics::TopicKind* const kind;
  const TopicId id = topic_id(name);
  std::atomic<std::int64_t> delay_ns = 0;  // injected
  std::atomic<int> delayed = 0;            // messages that wait for the end of it, or are being sent after it
  std::atomic<bool> has_publisher = false;
  std::atomic<std::uint64_t> failed_writes = 0;
  std::unique_ptr<RingWriter> ring;       // both set before the first publish, kept until the bus ends;
  std::unique_ptr<NetworkWriter> writer;  // the ring outlives its announcement

  /// Of the ring. Precondition: there is one, and a network writer.
  void wake_readers();
  std::once_flag ringer_once;
  std::unique_ptr<Ringer> ringer;  // from the first message that many processes read

  /// To every subscription, or to those of the waiter that calls. Precondition: mutex.
  void deliver(const Delivery& delivery, const RingWaiter* waiter);

  std::atomic<bool> is_kept_here;  // messages: latched, or somebody in this process has subscribed

  std::mutex mutex;  // guards what follows
  std::vector<std::weak_ptr<Subscription>> subscriptions;
  SamplePtr latched;  // last value of a `state` topic
  NewestOfWriters from_network;
  std::vector<ReadRing> rings;
  BesideMessages beside;
  std::unique_ptr<NetworkReader> network;
};

/// What a reader of the kind must find in the head of the ring.
[[nodiscard]] RingIdentity ring_identity(const std::string& topic, const topics::TopicKind& kind);

}  // namespace ocelli
