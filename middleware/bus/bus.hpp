#pragma once
// The publish/subscribe bus of one process. The lane of each pair is chosen here, never by the user: same process →
// shared pointers; elsewhere → the network lane. publish() never blocks and nothing is dropped without being counted.
//
//   OCELLI_ASSIGN(auto publisher, bus.publish<topics::Tracks>("tracks"));
//   publisher->publish(std::move(tracks), {.sensed_at = stamp});
//   OCELLI_ASSIGN(auto subscription, bus.subscribe<topics::Tracks>("tracks", &signal));

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/delay_line.hpp"
#include "ocelli/middleware/bus/network_lane.hpp"
#include "ocelli/middleware/bus/subscription.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli {

struct Lineage {
  Origin oldest;
  Origin newest;
};

/// What a publisher is told about a message; the rest of the header it knows itself.
struct PublishInfo {
  Time sensed_at;
  Lineage lineage;          // unset: the message is its own origin
  std::uint32_t flags = 0;  // SampleHeader::kDegraded
};

/// The header of a message; every publisher makes its headers here.
[[nodiscard]] SampleHeader make_header(TopicId topic, std::uint32_t writer, std::uint64_t sequence, Time published_at,
                                       const PublishInfo& info);

class Bus;
struct TopicState;

/// The only writer of a topic instance in this process. Not thread-safe: one thread publishes.
class RawPublisher {
 public:
  RawPublisher(Bus& bus, TopicState& topic);
  ~RawPublisher();
  RawPublisher(const RawPublisher&) = delete;
  RawPublisher& operator=(const RawPublisher&) = delete;

  /// Exactly one of value (a generated message) and cdr must be set. Returns the header that was given to it.
  SampleHeader publish(std::shared_ptr<const void> value, ConstBufferPtr cdr, const PublishInfo& info);

  [[nodiscard]] const std::string& topic() const;
  [[nodiscard]] const topics::TopicKind& kind() const;
  /// Readers outside this process.
  [[nodiscard]] std::size_t remote_readers() const;
  /// Messages that the network lane refused.
  [[nodiscard]] std::uint64_t failed_writes() const;

 private:
  Bus& bus_;
  TopicState& topic_;
  const std::uint32_t writer_;
  std::uint64_t sequence_ = 0;
  Time last_due_ = kNoTime;  // of messages under an injected delay: later ones stay behind them
};

template <class Tag>
class Publisher {
 public:
  explicit Publisher(std::unique_ptr<RawPublisher> raw) : raw_(std::move(raw)) {}
  SampleHeader publish(typename Tag::Type message, const PublishInfo& info) {
    return raw_->publish(std::make_shared<const typename Tag::Type>(std::move(message)), nullptr, info);
  }
  /// Bulk kinds: the message as draft_image() or draft_cloud() made it.
  SampleHeader publish_cdr(ConstBufferPtr cdr, const PublishInfo& info) {
    return raw_->publish(nullptr, std::move(cdr), info);
  }
  [[nodiscard]] RawPublisher& raw() { return *raw_; }

 private:
  std::unique_ptr<RawPublisher> raw_;
};

class Bus {
 public:
  /// `network` may be null: then nothing leaves the process. The clock must outlive the bus.
  Bus(const Clock& clock, std::unique_ptr<NetworkLane> network);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Error when this process publishes the topic already, or knows it as another kind. An empty name is the kind's own.
  Result<std::unique_ptr<RawPublisher>> publish(const topics::TopicKind& kind, const std::string& topic);
  /// `signal` (may be null) is notified at each message and must outlive the subscription. Depth 0 = the kind's.
  Result<std::shared_ptr<Subscription>> subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                  Signal* signal, std::size_t depth = 0);

  template <class Tag>
  Result<std::unique_ptr<Publisher<Tag>>> publish(const std::string& topic = {}) {
    OCELLI_ASSIGN(auto raw, publish(topics::kind_of<Tag>(), topic));
    return std::make_unique<Publisher<Tag>>(std::move(raw));
  }
  template <class Tag>
  Result<std::shared_ptr<Subscription>> subscribe(const std::string& topic = {}, Signal* signal = nullptr) {
    return subscribe(topics::kind_of<Tag>(), topic, signal);
  }

  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Injection point: messages that this process publishes on `topic` from now on arrive `delay` later (0 ends it;
  /// what is under way still arrives in order). Compiled out with OCELLI_INJECTION=OFF.
  void inject_delay(const std::string& topic, Duration delay);

 private:
  friend class RawPublisher;
  Result<TopicState*> state_of(const topics::TopicKind& kind, const std::string& topic);
  void send(TopicState& topic, const SamplePtr& sample);
  void deliver(TopicState& topic, const SamplePtr& sample, Integrity integrity);
  void on_frame(TopicState& topic, NetworkFrame frame);

  const Clock& clock_;
  std::unique_ptr<NetworkLane> network_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<TopicState>> topics_;
  std::unique_ptr<DelayLine> delays_;
};

}  // namespace ocelli
