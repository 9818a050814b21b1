// A message that takes too long from publish() to its receivers. Arrivals are measured; for receivers that the topic
// names (and only they are judged then), a message that has not arrived within the budget is late even if it never
// comes. What one receiver gets in time says nothing about what another one waits for.
#include <algorithm>
#include <array>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

/// What one receiver has still to get, oldest first; fixed size. When it is full the newest win, but the oldest stays
/// until it is reported: a receiver that gets nothing is found however many messages the budget holds.
class Awaited {
 public:
  struct Message {
    std::uint64_t sequence = 0;
    Time published_at{};
    bool is_reported = false;
  };

  explicit Awaited(EntityId receiver) : receiver_(receiver) {}
  [[nodiscard]] EntityId receiver() const { return receiver_; }

  void published(const Observation& observation) {
    const bool went_back = observation.sequence <= newest_ && observation.published_at > newest_at_;
    if (observation.writer != writer_ || went_back) {  // the sequence begins anew
      writer_ = observation.writer;
      count_ = 0;
      received_.reset();
      newest_at_ = kNoTime;
    }
    if (observation.published_at > newest_at_ || newest_at_ == kNoTime) {
      newest_ = observation.sequence;
      newest_at_ = observation.published_at;
    }
    if (received_ && observation.sequence <= *received_) return;
    if (count_ == messages_.size()) {
      const std::size_t second = (first_ + 1) % messages_.size();
      if (!messages_[first_].is_reported) messages_[second] = messages_[first_];
      first_ = second;
      --count_;
    }
    messages_[(first_ + count_++) % messages_.size()] = {observation.sequence, observation.published_at, false};
  }
  /// The newest verdict about this receiver was bad.
  void judged(bool is_late) { is_late_ = is_late; }
  [[nodiscard]] bool is_late() const { return is_late_; }
  /// True when this message was already reported as overdue.
  bool received(const Observation& observation) {
    if (observation.writer != writer_) return false;
    is_alive_ = true;
    received_ = std::max(received_.value_or(0), observation.sequence);
    bool was_reported = false;
    while (count_ > 0 && messages_[first_].sequence <= observation.sequence) {
      if (messages_[first_].sequence == observation.sequence) was_reported = messages_[first_].is_reported;
      first_ = (first_ + 1) % messages_.size();
      --count_;
    }
    return was_reported;
  }
  /// The oldest message published before `latest` that was not reported yet, marked as reported.
  const Message* take_overdue(Time latest, bool is_start_over) {
    if (!is_alive_ && !is_start_over) return nullptr;
    for (std::size_t i = 0; i < count_; ++i) {
      Message& message = messages_[(first_ + i) % messages_.size()];
      if (message.published_at >= latest) return nullptr;
      if (!std::exchange(message.is_reported, true)) return &message;
    }
    return nullptr;
  }

 private:
  EntityId receiver_;
  std::array<Message, 64> messages_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint32_t writer_ = 0;
  bool is_alive_ = false;
  bool is_late_ = false;
  std::uint64_t newest_ = 0;  // published last
  Time newest_at_ = kNoTime;
  std::optional<std::uint64_t> received_;
};

class Late final : public Detector {
 public:
  Late(const TopicConfig& topic, Duration budget) : period_(topic.period), budget_(budget) {
    for (const std::string& name : topic.receivers) awaited_.emplace_back(entity_id(name));
  }

  int interests() const override { return kPublishes | kReceives | kTicks; }
  Verdict observe(const Observation& observation) override {
    if (observation.kind == ObservationKind::kReceive) return receive(observation);
    for (Awaited& awaited : awaited_) awaited.published(observation);
    return {};
  }

  Verdict tick(const Tick& tick) override {
    for (Awaited& awaited : awaited_) {
      const auto* message = awaited.take_overdue(tick.settled - budget_, tick.is_start_over);
      if (message == nullptr) continue;
      awaited.judged(true);
      if (!is_news(message->published_at)) continue;
      return pre_failed(message->published_at + budget_, to_milliseconds(tick.now - message->published_at),
                        to_milliseconds(budget_), "not received");
    }
    return {};
  }

  Observability observability() const override { return {period_ + budget_, period_}; }

 private:
  /// A message that is late to several receivers is one late message.
  bool is_news(Time published_at) {
    if (blamed_ != kNoTime && published_at <= blamed_) return false;
    blamed_ = published_at;
    return true;
  }

  Verdict receive(const Observation& observation) {
    const auto awaited = std::ranges::find(awaited_, observation.entity, &Awaited::receiver);
    const bool is_judged = awaited_.empty() || awaited != awaited_.end();
    if (!is_judged || (awaited != awaited_.end() && awaited->received(observation))) return {};
    const Duration took = observation.observed_at - observation.published_at;
    const double took_ms = to_milliseconds(took);
    const double budget_ms = to_milliseconds(budget_);
    if (awaited != awaited_.end()) awaited->judged(took > budget_);
    if (took > budget_ && !is_news(observation.published_at)) return {};
    if (took > budget_) return pre_failed(observation.published_at + budget_, took_ms, budget_ms, "received late");
    const bool is_late_elsewhere = std::ranges::any_of(awaited_, &Awaited::is_late);
    return is_late_elsewhere ? Verdict{} : pre_passed(observation.observed_at, took_ms, budget_ms);
  }

  Duration period_;
  Duration budget_;
  Time blamed_ = kNoTime;  // publication of the newest message that was late
  std::vector<Awaited> awaited_;
};

}  // namespace

DetectorResult make_late(const DetectorSetup& setup) {
  return std::make_unique<Late>(*setup.topic, setup.parameter_ms("budget_ms", setup.topic->transport_budget));
}

}  // namespace ocelli::safety
