#pragma once
// One detector with everything that it may need, and observations made by hand.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "ocelli/safety/monitor/detectors/detectors.hpp"
#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety::test {

constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

/// A detector and everything that it may need.
struct Watch {
  explicit Watch(std::string name, TargetKind kind = kTopicTarget) {
    config.id = "f";
    config.detector = std::move(name);
    config.target = "target";
    setup.kind = kind;
    topic.name = "camera";
    topic.period = 100ms;
    node.name = "node";
    node.period = 100ms;
    node.trigger = "camera";
    node.deadline = 50ms;
    node.alive = {.cycle = 200ms, .min = 1, .max = 5, .tolerance = 1};
    chain_config = {.name = "chain", .from = "camera", .to = "objects", .reaction_budget = 100ms, .age_budget = 80ms};
  }
  Watch& with(std::string name, double value) {
    config.parameters.push_back({std::move(name), value});
    return *this;
  }
  DetectorResult try_make() {
    setup.monitor = &monitor;
    setup.fault = &config;
    if (setup.kind == kTopicTarget) setup.topic = &topic;
    if (setup.kind == kNodeTarget) {
      setup.node = &node;
      supervisor.emplace(std::move(*NodeSupervisor::create(node)));
      setup.supervisor = &*supervisor;
    }
    chain.emplace(chain_config, 100ms, 20ms);
    setup.chain = &*chain;
    setup.chain_period = 100ms;
    return find_detector(detectors(), config.detector)->make(setup);
  }
  Watch& make() {
    auto made = try_make();
    EXPECT_TRUE(made);
    detector = std::move(*made);
    return *this;
  }
  std::string refusal() {
    auto made = try_make();
    return made ? "accepted" : made.error().message;
  }
  /// As the monitor does: the detector sees what it asked for.
  char observe(const Observation& observation) {
    if ((detector->interests() & interest_in(observation.kind)) == 0) return letter({});
    return letter(detector->observe(observation));
  }
  char tick(int now_ms, int settled_ms, bool is_start_over = true, std::uint64_t lost = 0, Duration gap = 10ms) {
    if ((detector->interests() & kTicks) == 0) return letter({});
    return letter(detector->tick({at(now_ms), at(settled_ms), kStart + monitor.start_by, gap, lost, is_start_over}));
  }
  char letter(const Verdict& verdict) {
    last = verdict;
    return "-gbGB"[static_cast<int>(verdict.report)];  // good, bad; capital: without debouncing
  }

  FaultConfig config;
  MonitorConfig monitor;
  TopicConfig topic;
  NodeConfig node;
  ChainConfig chain_config;
  std::optional<NodeSupervisor> supervisor;
  std::optional<ChainTracker> chain;
  DetectorSetup setup;
  std::unique_ptr<Detector> detector;
  Verdict last;
};

[[nodiscard]] inline Observation picture(std::uint64_t sequence, int sensed_ms, int published_ms) {
  return published("camera", "camera", sequence, at(sensed_ms), at(published_ms));
}
[[nodiscard]] inline Observation arrival(const Observation& message, int ms, std::string_view who = "node") {
  return received(who, message, at(ms));
}
[[nodiscard]] inline Observation heartbeat(int ms) {
  Observation o;
  o.kind = ObservationKind::kAlive;
  o.entity = entity_id("node");
  o.observed_at = at(ms);
  return o;
}

[[nodiscard]] inline Observation step(ObservationStatus status) {
  Observation o = activated("node", picture(1, 0, 0), at(0), at(10));
  o.status = status;
  return o;
}

}  // namespace ocelli::safety::test
