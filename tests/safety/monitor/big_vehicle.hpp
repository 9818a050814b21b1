#pragma once
// A monitor at the size it must carry: 100 sources and 100 nodes (200 entities), 100 chains, and 1,000 observations in
// every tick. Deterministic.

#include <vector>

#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety::test {

class BigVehicle {
 public:
  static constexpr std::size_t kChains = 100;
  static constexpr std::size_t kObservations = 1000;
  static constexpr Duration kTick = 10ms;

  static MonitorConfig config() {
    MonitorConfig config;
    config.tick_period = kTick;
    for (std::size_t i = 0; i < kChains; ++i) {
      const std::string n = std::to_string(i);
      config.topics.push_back({.name = "in" + n, .period = 5ms, .max_gap = 50ms, .receivers = {"node" + n}});
      config.topics.push_back({.name = "out" + n, .period = 5ms, .max_gap = 50ms});
      config.nodes.push_back({.name = "source" + n});
      NodeConfig node;
      node.name = "node" + n;
      node.period = 5ms;
      node.max_gap = 50ms;
      node.trigger = "in" + n;
      node.deadline = 20ms;
      node.alive = {.cycle = 100ms, .min = 10, .max = 40, .tolerance = 2};
      node.checkpoints = {
          {.name = "in", .kind = CheckpointKind::kReceive, .topic = "in" + n, .is_initial = true, .next = {"out"}},
          {.name = "out", .kind = CheckpointKind::kPublish, .topic = "out" + n, .next = {"end"}},
          {.name = "end", .kind = CheckpointKind::kActivation, .topic = "in" + n, .is_final = true}};
      config.nodes.push_back(node);
      config.chains.push_back({.name = "chain" + n,
                               .from = "in" + n,
                               .to = "out" + n,
                               .reaction_budget = 30ms,
                               .age_budget = 30ms,
                               .m = 9,
                               .k = 10,
                               .hops = {{"node" + n, "out" + n}}});
      for (const char* detector : {"silent", "late", "lost", "bad_stamp", "wrong_rate", "failed"})
        config.faults.push_back(fault("in" + n + "." + detector, detector, "in" + n, debounce_by_count(2, 3)));
      for (const char* detector : {"silent", "slow", "expired", "degraded_input"})
        config.faults.push_back(fault("node" + n + "." + detector, detector, "node" + n, debounce_by_time(30ms, 50ms)));
      for (const char* detector : {"chain_late", "chain_stale"})
        config.faults.push_back(fault("chain" + n + "." + detector, detector, "chain" + n));
    }
    for (const char* detector : {"overflow", "tick_late"})
      config.faults.push_back(fault(std::string("monitor.") + detector, detector, "monitor"));
    return config;
  }

  /// What arrives before the tick at `now`; every tenth tick every tenth message comes late. Reuses its memory.
  const std::vector<Observation>& observations(Time now) {
    if (messages_.empty()) prepare();
    const bool is_bad = ++ticks_ % 10 == 0;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      Observation& o = messages_[i];
      const auto half = static_cast<std::int64_t>(i % 10 / 5);
      const Time sensed = now - kTick + Duration(half * 5ms);
      o.sequence = ticks_ * 2 + static_cast<std::uint64_t>(half);
      o.sensed_at = sensed;
      o.published_at = sensed + (o.topic == outs_[i / 10] ? 3ms : 500us);
      o.started_at = sensed + 1500us;
      o.observed_at = sensed + Duration(static_cast<std::int64_t>(i % 5 + 1) * 800us);
      if (is_bad && i / 10 % 10 == 0) o.observed_at += 60ms;
      o.oldest = o.newest = {ins_[i / 10], o.sequence, sensed};
    }
    return messages_;
  }

 private:
  void prepare() {
    for (std::size_t i = 0; i < kChains; ++i) {
      const std::string n = std::to_string(i);
      ins_.push_back(topic_id("in" + n));
      outs_.push_back(topic_id("out" + n));
      for (int half = 0; half < 2; ++half) {
        const Observation in = published("source" + n, "in" + n, 0, kStart, kStart);
        const Observation out = published("node" + n, "out" + n, 0, kStart, kStart);
        messages_.insert(messages_.end(),
                         {in, received("node" + n, in, kStart), out, activated("node" + n, in, kStart, kStart),
                          received("sink" + n, out, kStart)});
      }
    }
  }

  std::vector<Observation> messages_;
  std::vector<TopicId> ins_;
  std::vector<TopicId> outs_;
  std::uint64_t ticks_ = 0;
};

}  // namespace ocelli::safety::test
