#include "ocelli/safety/monitor/monitor.hpp"

#include <algorithm>
#include <utility>

namespace ocelli::safety {
namespace {

/// Beyond this (the year 2043, or 73 years before the epoch) a stamp is damaged; differences of two stamps within it
/// and the sums with configured times stay inside 64 bit.
constexpr std::int64_t kFurthestNs = std::int64_t{1} << 61;

bool is_believable(Time time) { return to_ns(time) > -kFurthestNs && to_ns(time) < kFurthestNs; }

bool is_believable(const Observation& observation) {
  return observation.kind <= ObservationKind::kAlive && is_believable(observation.sensed_at) &&
         is_believable(observation.published_at) && is_believable(observation.started_at) &&
         is_believable(observation.observed_at) && is_believable(observation.oldest.sensed_at) &&
         is_believable(observation.newest.sensed_at);
}

}  // namespace

void Monitor::observe(const Observation& observation) {
  ++counters_.observations;
  if (is_standing_down_) return;
  if (!is_believable(observation)) {
    ++counters_.damaged;
    return count_lost(1);
  }
  if (buffer_.size() == buffer_.capacity()) return count_lost(1);
  buffer_.push_back(observation);
}

void Monitor::count_lost(std::uint64_t observations) {
  if (observations == 0) return;
  counters_.lost_observations += observations;
  for (NodeSupervisor& node : nodes_) node.lose_data();
}

void Monitor::tick(Time now) {
  events_.clear();
  mode_change_.reset();
  ++counters_.ticks;
  now = believed(now);
  if (!has_started_) return;
  const Duration gap = now - now_;
  for (const StampOrder::Item& item : order_.sort(buffer_)) dispatch(buffer_[item.place], now);
  buffer_.clear();
  if (!is_standing_down_) {
    advance(now);
    supervise();
    run_timers(now, gap);
  }
  end_start();
  mode_change_ = modes_.tick(now);
  now_ = now;
}

/// Ends with the first debounced results of everything that can be silent or takes a capability, while nothing is about
/// to fail. Only silence is waited for beyond `start_by`, as long as it takes to find it: what has no result then
/// cannot decide. On a controlled shutdown nothing begins.
void Monitor::end_start() {
  if (!modes_.is_held() || is_standing_down_) return;
  const Duration waited = settled_ - started_at_;
  const bool is_over = waited >= start_by_;
  std::erase_if(awaited_, [&](std::uint32_t i) {
    Fault& fault = faults_[i];
    const bool is_decided = fault.is_tested() || waited >= start_by_ + fault.timing().fdti();
    return is_decided || (is_over && !fault.detector().tells_presence());
  });
  const auto is_pending = [](const Fault& fault) { return fault.state() == FaultState::kPending; };
  if (awaited_.empty() && (is_over || std::ranges::none_of(faults_, is_pending))) modes_.release();
}

/// The time of this tick: the clock's, or that of the tick before when the clock's cannot be.
Time Monitor::believed(Time now) {
  if (is_believable(now) && (!has_started_ || std::exchange(is_put_off_, false))) {
    started_at_ = std::max(now, now_);
    if (!std::exchange(has_started_, true)) now_ = now;
    for (NodeSupervisor& node : nodes_) node.start_by(now + start_by_);
  }
  if (is_believable(now) && now >= now_) {
    back_ticks_ = 0;
    return now;
  }
  ++counters_.clock_steps_back;
  if (!is_believable(now) || ++back_ticks_ < kBackTicks) return now_;
  back_ticks_ = 0;
  now_ = now;
  hold_until_ = now + config_.observation_delay;
  return now;
}

void Monitor::dispatch(const Observation& observation, Time now) {
  if (observation.observed_at > now + config_.observation_delay) {
    ++counters_.damaged;
    return count_lost(1);
  }
  const auto& topic = of_topic_.find(static_cast<std::uint32_t>(observation.topic));
  const auto& node = of_node_.find(static_cast<std::uint32_t>(observation.entity));
  const auto kind = static_cast<std::size_t>(observation.kind);
  const auto meters = of_topic_.list(topic, kMeters);
  const auto supervisors = of_node_.list(node, kSupervisors);
  if (meters.empty() && supervisors.empty()) ++counters_.unknown;
  for (const std::uint32_t i : meters) meters_[i].observe(observation);
  for (const std::uint32_t i : of_topic_.list(topic, kChains)) chains_[i].observe(observation);
  for (const std::uint32_t i : supervisors)
    if (nodes_[i].is_configured()) fresh_.push_back({observation, i, std::min(observation.observed_at, now)});
  for (const std::uint32_t i : of_topic_.list(topic, kTopicFaults + kind))
    report(i, faults_[i].detector().observe(observation), now);
  for (const std::uint32_t i : of_node_.list(node, kNodeFaults + kind))
    report(i, faults_[i].detector().observe(observation), now);
}

/// Moves `settled_`, the time until which all observations have arrived; a starved monitor lets it stand for a while.
void Monitor::advance(Time now) {
  if (now - now_ > kLateTicks * config_.tick_period) {
    ++counters_.late_ticks;
    hold_until_ = now + config_.observation_delay;
  }
  if (now >= hold_until_) settled_ = std::max(settled_, now - config_.observation_delay);
}

/// Feeds the supervisions in the order of time as far as it is settled. When there is no room to wait, the oldest go
/// first.
void Monitor::supervise() {
  still_held_.clear();
  auto held = held_.cbegin();
  auto fresh = fresh_.cbegin();
  for (std::size_t left = held_.size() + fresh_.size(); held != held_.cend() || fresh != fresh_.cend();) {
    const bool is_held = fresh == fresh_.cend() || (held != held_.cend() && held->at <= fresh->at);
    const Held& first = is_held ? *held++ : *fresh++;
    if (first.at > settled_ && left <= still_held_.capacity()) {
      still_held_.push_back(first);
      continue;
    }
    nodes_[first.supervisor].observe(first.indication);
    --left;
  }
  fresh_.clear();
  held_.swap(still_held_);
}

void Monitor::run_timers(Time now, Duration gap) {
  const Time start_by = started_at_ + start_by_;
  const bool is_start_over = settled_ >= start_by;
  const Tick tick{now, settled_, start_by, gap, counters_.lost_observations, is_start_over, counters_.clock_steps_back};
  for (ChainTracker& chain : chains_) chain.tick(settled_, is_start_over);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].tick(settled_);
    locals_[i] = nodes_[i].status();
  }
  global_.end_cycle(locals_);
  for (const std::uint32_t i : timed_faults_) {
    report(i, faults_[i].detector().tick(tick), now);
    const FaultState before = faults_[i].state();
    const std::size_t count = events_.size();
    faults_[i].tick(now, i, events_);
    if (faults_[i].state() == before) continue;
    if (events_.size() == count) ++counters_.dropped_events;
    follow_up(i, before == FaultState::kConfirmed);
  }
}

void Monitor::judge(std::uint32_t fault, Time now) {
  const FaultState before = faults_[fault].state();
  const std::size_t count = events_.size();
  faults_[fault].judge(now, fault, events_);
  if (faults_[fault].state() == before) return;
  if (events_.size() == count) ++counters_.dropped_events;
  follow_up(fault, before == FaultState::kConfirmed);
}

void Monitor::follow_up(std::uint32_t fault, bool was_active) {
  const bool is_active = faults_[fault].is_active();
  if (is_active == was_active) return;
  if (is_active) {
    ++active_;
    modes_.raise(fault);
  } else {
    --active_;
    modes_.clear(fault);
  }
}

void Monitor::begin_operation_cycle() {
  for (Fault& fault : faults_) fault.begin_operation_cycle();
}

void Monitor::clear_fault_memory() {
  for (Fault& fault : faults_) fault.clear_memory();
}

void Monitor::restart(EntityId node) {
  const auto& lists = of_node_.find(static_cast<std::uint32_t>(node));
  for (const std::uint32_t i : of_node_.list(lists, kSupervisors)) {
    nodes_[i].reset();
    nodes_[i].start_by(now_ + start_by_);
    std::erase_if(held_, [&](const Held& held) { return held.supervisor == i; });
  }
}

}  // namespace ocelli::safety
