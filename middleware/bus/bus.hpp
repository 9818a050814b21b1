#pragma once
// The publish/subscribe bus of one process. The lane of each pair is chosen here, never by the user: same process →
// shared pointers; same host → a ring in shared memory; elsewhere, and every program that is not Ocelli → the network
// lane. publish() never blocks and nothing is dropped without being counted.
//
//   OCELLI_ASSIGN(auto publisher, bus.publish<topics::Tracks>("tracks"));
//   publisher->publish(std::move(tracks), {.sensed_at = stamp});
//   OCELLI_ASSIGN(auto subscription, bus.subscribe<topics::Tracks>("tracks", &signal));

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ocelli/middleware/bus/delay_line.hpp"
#include "ocelli/middleware/bus/network_lane.hpp"
#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_size.hpp"
#include "ocelli/middleware/bus/subscription.hpp"
#include "ocelli/middleware/core/recycled.hpp"
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

  /// Where bulk messages are made: what is published from here is written once. Falls back to the heap.
  [[nodiscard]] BufferPool& pool() const;

  [[nodiscard]] const std::string& topic() const;
  [[nodiscard]] const topics::TopicKind& kind() const;
  /// Readers outside this process.
  [[nodiscard]] std::size_t remote_readers() const;
  /// Messages that did not reach everybody outside: refused by the network lane, or too long for their E2E profile.
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
    return raw_->publish(make_recycled<const typename Tag::Type>(std::move(message)), nullptr, info);
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
  /// `signal` (may be null) is notified at each message and must outlive the subscription. Depth 0 = the kind's. With
  /// a greater depth bulk messages are copied out of their ring, so that they survive the wait.
  Result<std::shared_ptr<Subscription>> subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                  Signal* signal, std::size_t depth = 0);
  /// For a thread of its own on the shortest way: messages come while it calls waiter->wait_for().
  Result<std::shared_ptr<Subscription>> subscribe(const topics::TopicKind& kind, const std::string& topic,
                                                  const std::shared_ptr<RingWaiter>& waiter, std::size_t depth = 0);

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

  /// Before this process publishes the topic. A size that makes no sense is an error of publish().
  void set_ring_size(const std::string& topic, const RingSize& size);

  /// Gets what is wrong with peers (a ring that cannot be opened, a topic of another type), for the log. Called on
  /// threads of the lanes; set it before the first subscription.
  void on_problem(std::function<void(const std::string&)> report);

  /// Injection point: messages that this process publishes on `topic` from now on arrive `delay` later (0 ends it;
  /// what is under way still arrives in order). Compiled out with OCELLI_INJECTION=OFF.
  void inject_delay(const std::string& topic, Duration delay);

 private:
  friend class RawPublisher;
  Result<TopicState*> state_of(const topics::TopicKind& kind, const std::string& topic);
  Status open_writer(TopicState& topic);
  Result<std::shared_ptr<Subscription>> add_subscription(const topics::TopicKind& kind, const std::string& topic,
                                                         Notifiable* signal, std::shared_ptr<RingWaiter> waiter,
                                                         std::size_t depth);
  Status open_reader(TopicState& topic);
  void send(TopicState& topic, Sample sample);
  void send_outside(TopicState& topic, const Sample& sample);
  void count_failure(TopicState& topic, const std::string& reason);
  void deliver(TopicState& topic, const SamplePtr& sample, Integrity integrity);
  void on_frame(TopicState& topic, NetworkFrame frame);
  RingVerdict on_writer(TopicState& topic, const PeerId& peer, std::span<const std::byte> announcement);
  void on_writer_gone(TopicState& topic, const PeerId& peer);
  enum class RingOutcome : std::uint8_t { kDone, kOvertaken, kIsBeside };
  RingOutcome on_ring_message(TopicState& topic, const RingAddress& ring, const RingWaiter& waiter,
                              RingMessage message);
  void listen(TopicState& topic, Subscription& subscription);
  std::shared_ptr<RingWaiter> own_waiter();
  void report(const std::string& problem) const;

  const Clock& clock_;
  std::unique_ptr<NetworkLane> network_;
  std::function<void(const std::string&)> report_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<TopicState>> topics_;
  std::map<std::string, RingSize> ring_sizes_;
  std::unique_ptr<DelayLine> delays_;
  std::shared_ptr<RingWaiter> waiter_;  // of subscriptions without one of their own
  std::jthread waiting_;
};

}  // namespace ocelli
