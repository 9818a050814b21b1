#pragma once
// The receiving end of one topic instance: a bounded queue that counts what it missed. Deliverers never block.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/message_protection.hpp"
#include "ocelli/middleware/bus/ring_waiter.hpp"
#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/bus/signal.hpp"

namespace ocelli {

/// A message as a lane hands it over.
struct Delivery {
  SamplePtr sample;
  Time received_at;
  Integrity integrity = Integrity::kTrusted;
  std::uint64_t skipped = 0;  // messages that the lane lost just before this one
};

struct Received {
  SamplePtr sample;
  Time received_at;
  Integrity integrity = Integrity::kTrusted;
  std::uint32_t lost = 0;  // messages of the same writer missing just before this one
};

/// Writers of one topic that are remembered. One that starts again is a new one, so the oldest go.
inline constexpr std::size_t kMostWriters = 64;

/// Counts gaps in the sequence of each writer. A new writer (a restart) begins a new count.
class LossCounter {
 public:
  LossCounter() { writers_.reserve(kUsualWriters); }

  /// Messages missing before `header`; 0 for repeated or older ones. Of the first message of a writer only its lane
  /// can know: `skipped` is what it passed over since the reader came.
  std::uint32_t count(const SampleHeader& header, std::uint64_t skipped = 0);

  /// A message that had come and is dropped unseen: it is missing before the next one.
  void drop(const SampleHeader& header, std::uint64_t skipped = 0);

 private:
  std::uint64_t& last_of(const SampleHeader& header, std::uint64_t skipped);

  static constexpr std::size_t kUsualWriters = 8;
  struct Writer {
    std::uint32_t id;
    std::uint64_t last;  // sequence
  };
  std::vector<Writer> writers_;  // few: lives of one topic's writers
};

class Subscription {
 public:
  /// `waiter` delivers what comes through rings; `signal` (may be null) is notified at each message.
  Subscription(std::string topic, const topics::TopicKind& kind, std::size_t depth, Notifiable* signal,
               std::shared_ptr<RingWaiter> waiter, Time created_at)
      : topic_(std::move(topic)),
        kind_(&kind),
        depth_(depth),
        waiter_(std::move(waiter)),
        created_at_(created_at),
        signal_(signal),
        slots_(depth) {}

  /// Oldest first; nothing when the queue is empty. Messages that were overtaken in their ring while they waited are
  /// passed over. The gap left by dropped messages shows in `lost` of the next one.
  [[nodiscard]] std::optional<Received> take();

  /// Called by the lanes, on any thread. A full queue drops its oldest message. `caller` needs no notification.
  void deliver(const Delivery& delivery, const Notifiable* caller = nullptr);

  /// From its return on the signal is not touched, though a lane may still be delivering.
  void close();

  [[nodiscard]] const std::string& topic() const { return topic_; }
  [[nodiscard]] const topics::TopicKind& kind() const { return *kind_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] Time created_at() const { return created_at_; }
  [[nodiscard]] const std::shared_ptr<RingWaiter>& waiter() const { return waiter_; }
  /// Messages lost so far, in queue or lane.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  const std::string topic_;
  const topics::TopicKind* const kind_;
  const std::size_t depth_;
  const std::shared_ptr<RingWaiter> waiter_;
  const Time created_at_;
  void drop_oldest();
  void pop();

  std::mutex ringing_;  // held while the signal is notified
  Notifiable* signal_;  // null: none, or closed
  mutable std::mutex mutex_;
  std::vector<Delivery> slots_;  // depth of them
  std::size_t first_ = 0;        // the oldest
  std::size_t count_ = 0;
  LossCounter losses_;
  std::uint64_t lost_ = 0;
};

}  // namespace ocelli
