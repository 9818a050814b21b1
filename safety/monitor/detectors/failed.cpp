// Steps that returned an error, messages that broke their own rules or their end-to-end protection.
#include <algorithm>
#include <array>

#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {
namespace {

constexpr const char* kWords[] = {"ok", "degraded", "failed", "invalid", "corrupt", "skipped"};

/// What a node's input makes of it: a step on one trigger that goes well says nothing about those on another, as long
/// as that one still speaks. Silence is another fault.
struct Input {
  TopicId topic{};
  Time bad_message_at = kNoTime;  // when the newest one that was received is bad
  Time bad_step_at = kNoTime;     // when the newest one that it triggered is
  [[nodiscard]] bool is_bad(Time now, Duration memory) const {
    const auto is_fresh = [&](Time at) { return at != kNoTime && now - at <= memory; };
    return is_fresh(bad_message_at) || is_fresh(bad_step_at);
  }
};

class Failed final : public Detector {
 public:
  /// A topic is not to blame for what its readers make of its messages. A node that has received a good message has
  /// done nothing with it yet: only its steps and messages speak for it.
  Failed(Duration period, bool is_topic)
      : period_(period),
        is_topic_(is_topic),
        interests_(is_topic ? kPublishes | kReceives : kPublishes | kReceives | kActivations) {}

  int interests() const override { return interests_; }
  Verdict observe(const Observation& observation) override {
    if (observation.status == ObservationStatus::kSkipped) return {};  // no step
    const auto status = static_cast<std::size_t>(observation.status);
    const bool is_good = observation.status <= ObservationStatus::kDegraded;
    const auto value = static_cast<double>(status);
    const Time bad_at = is_good ? kNoTime : observation.observed_at;
    if (!is_topic_ && observation.kind == ObservationKind::kReceive) input(observation.topic).bad_message_at = bad_at;
    if (!is_topic_ && observation.kind == ObservationKind::kActivation) input(observation.topic).bad_step_at = bad_at;
    if (!is_good)
      return pre_failed(observation.observed_at, value, kLimit,
                        status < std::size(kWords) ? kWords[status] : "unknown");
    if (!is_topic_ && observation.kind == ObservationKind::kReceive) return {};
    const Duration memory = std::max(kMemoryLeast, kMemoryPeriods * period_);
    const Time now = observation.observed_at;
    if (std::ranges::any_of(inputs_, [&](const Input& one) { return one.is_bad(now, memory); })) return {};
    return pre_passed(observation.observed_at, value, kLimit);
  }
  Observability observability() const override { return {period_, period_}; }

 private:
  static constexpr Duration kMemoryLeast = 1s;
  static constexpr int kMemoryPeriods = 5;
  static constexpr double kLimit = static_cast<double>(ObservationStatus::kDegraded);

  /// In the order in which they are heard; those beyond the memory share its last place.
  Input& input(TopicId topic) {
    for (std::size_t i = 0; i < known_; ++i)
      if (inputs_[i].topic == topic) return inputs_[i];
    if (known_ == inputs_.size()) return inputs_.back();
    inputs_[known_].topic = topic;
    return inputs_[known_++];
  }

  Duration period_;
  bool is_topic_;
  int interests_;
  std::array<Input, 16> inputs_{};
  std::size_t known_ = 0;
};

}  // namespace

DetectorResult make_failed(const DetectorSetup& setup) {
  const bool is_topic = setup.topic != nullptr;
  return std::make_unique<Failed>(
      is_topic ? setup.topic->period : std::max(setup.node->period, setup.node->step_period), is_topic);
}

}  // namespace ocelli::safety
