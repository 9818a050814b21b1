#pragma once
// A little simulated vehicle for monitor tests: streams of observations with jitter, delivered late and out of order
// between processes, and a tick loop. Deterministic; time is simulated.

#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "ocelli/safety/monitor/monitor.hpp"

namespace ocelli::safety::test {

inline constexpr Time kStart = from_ns(1'000'000'000'000);

/// Delivers observations to a monitor in the order of their arrival while ticking it.
class Bench {
 public:
  Bench(Monitor& monitor, std::uint64_t seed) : monitor_(monitor), random_(seed) {}

  Duration uniform(Duration low, Duration high) {
    return Duration(std::uniform_int_distribution<std::int64_t>(low.count(), high.count())(random_));
  }
  void send(const Observation& observation, Duration delivery) {
    arrivals_.push({observation.observed_at + delivery, count_++, observation});
  }
  void at(Time time, std::function<void()> action) { actions_.push({time, count_++, std::move(action)}); }

  /// Runs actions and ticks until `end`; every event and mode change is kept.
  void run_until(Time end) {
    for (; next_tick_ <= end; next_tick_ += monitor_.config().tick_period) {
      while (!actions_.empty() && actions_.top().at <= next_tick_) {
        const auto action = actions_.top().what;
        actions_.pop();
        action();
      }
      while (!arrivals_.empty() && arrivals_.top().at <= next_tick_) {
        monitor_.observe(arrivals_.top().what);
        arrivals_.pop();
      }
      monitor_.tick(next_tick_);
      for (const FaultEvent& event : monitor_.events()) events_.push_back(event);
      if (monitor_.mode_change()) modes_.push_back(*monitor_.mode_change());
    }
  }
  [[nodiscard]] const std::vector<FaultEvent>& events() const { return events_; }
  [[nodiscard]] const std::vector<ModeChange>& modes() const { return modes_; }
  /// First event of that fault and state at or after `from`; null if there is none.
  [[nodiscard]] const FaultEvent* find(std::uint32_t fault, FaultState state, Time from) const {
    for (const FaultEvent& event : events_)
      if (event.fault == fault && event.state == state && event.detected_at >= from) return &event;
    return nullptr;
  }
  [[nodiscard]] std::size_t confirmed() const {
    std::size_t count = 0;
    for (const FaultEvent& event : events_) count += event.state == FaultState::kConfirmed ? 1 : 0;
    return count;
  }

 private:
  template <class What>
  struct Timed {
    Time at;
    std::uint64_t order;
    What what;
    bool operator<(const Timed& other) const { return std::tie(other.at, other.order) < std::tie(at, order); }
  };

  Monitor& monitor_;
  std::mt19937_64 random_;
  std::uint64_t count_ = 0;
  Time next_tick_ = kStart;
  std::priority_queue<Timed<Observation>> arrivals_;
  std::priority_queue<Timed<std::function<void()>>> actions_;
  std::vector<FaultEvent> events_;
  std::vector<ModeChange> modes_;
};

[[nodiscard]] inline Observation published(std::string_view entity, std::string_view topic, std::uint64_t sequence,
                                           Time sensed_at, Time at) {
  Observation o;
  o.kind = ObservationKind::kPublish;
  o.entity = entity_id(entity);
  o.topic = topic_id(topic);
  o.writer = 1;
  o.sequence = sequence;
  o.sensed_at = sensed_at;
  o.published_at = o.observed_at = at;
  o.oldest = o.newest = {o.topic, sequence, sensed_at};
  return o;
}
[[nodiscard]] inline Observation received(std::string_view entity, const Observation& message, Time at) {
  Observation o = message;
  o.kind = ObservationKind::kReceive;
  o.entity = entity_id(entity);
  o.observed_at = at;
  return o;
}
[[nodiscard]] inline Observation activated(std::string_view entity, const Observation& trigger, Time begun,
                                           Time ended) {
  Observation o = trigger;
  o.kind = ObservationKind::kActivation;
  o.entity = entity_id(entity);
  o.started_at = begun;
  o.observed_at = ended;
  return o;
}
/// A message that carries the lineage of another.
[[nodiscard]] inline Observation derived(std::string_view entity, std::string_view topic, std::uint64_t sequence,
                                         const Observation& from, Time at) {
  Observation o = published(entity, topic, sequence, from.sensed_at, at);
  o.oldest = from.oldest;
  o.newest = from.newest;
  return o;
}

[[nodiscard]] inline FaultConfig fault(std::string id, std::string detector, std::string target,
                                       DebounceConfig debounce = {}, Duration ftti = 1s) {
  FaultConfig config;
  config.id = std::move(id);
  config.detector = std::move(detector);
  config.target = std::move(target);
  config.debounce = debounce;
  config.assumed_ftti = ftti;
  config.ftti_source = "test";
  config.mode = "degraded";
  return config;
}

}  // namespace ocelli::safety::test
