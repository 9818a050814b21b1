#pragma once
// A camera and its detector under a monitor, for tests that need no more.

#include <gtest/gtest.h>

#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety::test {

constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

inline MonitorConfig small() {
  MonitorConfig config;
  config.topics = {{.name = "camera", .period = 100ms}};
  NodeConfig node;
  node.name = "detector";
  node.checkpoints = {
      {.name = "in", .kind = CheckpointKind::kReceive, .topic = "camera", .is_initial = true, .next = {"work"}},
      {.name = "work", .kind = CheckpointKind::kActivation, .topic = "camera", .is_final = true}};
  config.nodes = {{.name = "driver"}, node};
  config.faults = {fault("camera.silent", "silent", "camera"), fault("detector.expired", "expired", "detector"),
                   fault("monitor.overflow", "overflow", "monitor"), fault("camera.lost", "lost", "camera")};
  config.max_observations = 8;
  return config;
}

inline std::unique_ptr<Monitor> make(const MonitorConfig& config) {
  auto monitor = Monitor::create(config);
  EXPECT_TRUE(monitor) << monitor.error().message;
  return std::move(*monitor);
}

inline Observation picture(std::uint64_t sequence, int ms) {
  return published("driver", "camera", sequence, at(ms), at(ms));
}

}  // namespace ocelli::safety::test
