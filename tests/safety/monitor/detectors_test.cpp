#include <gtest/gtest.h>

#include "ocelli/safety/monitor/monitor.hpp"

namespace ocelli::safety {
namespace {

MonitorConfig config_with(const std::string& detector, const std::string& target) {
  MonitorConfig config;
  config.topics.push_back({"camera", 100ms, 200ms, 50ms, {"node"}, QualityKind::kImage});
  NodeConfig node;
  node.name = "node";
  node.period = 100ms;
  node.trigger = "camera";
  node.deadline = 50ms;
  node.alive.cycle = 200ms;
  config.nodes.push_back(node);
  FaultConfig fault;
  fault.id = target + "." + detector;
  fault.detector = detector;
  fault.target = target;
  fault.assumed_ftti = 10s;
  fault.ftti_source = "test";
  fault.mode = "degraded";
  config.faults.push_back(fault);
  return config;
}

TEST(Detectors, EveryRowOfTheTableServesAFaultOfItsTarget) {
  const std::pair<const char*, const char*> rows[] = {
      {"bad_stamp", "camera"}, {"blind", "camera"},  {"degraded_input", "node"}, {"expired", "node"},
      {"failed", "node"},      {"frozen", "camera"}, {"late", "camera"},         {"lost", "camera"},
      {"overflow", "monitor"}, {"silent", "node"},   {"slow", "node"},           {"tick_late", "monitor"},
      {"wrong_rate", "camera"}};
  for (const auto& [detector, target] : rows) {
    const auto monitor = Monitor::create(config_with(detector, target));
    EXPECT_TRUE(monitor) << detector << ": " << (monitor ? "" : monitor.error().message);
  }
  EXPECT_FALSE(Monitor::create(config_with("no_such_detector", "camera")));
  MonitorConfig fused = config_with("missing_sensor", "tracks");
  fused.topics.push_back({.name = "tracks", .period = 100ms, .quality = QualityKind::kSensors});
  EXPECT_TRUE(Monitor::create(fused));
  fused.topics.back().period = {};
  EXPECT_FALSE(Monitor::create(fused)) << "without a period nobody knows when it shows";
}

}  // namespace
}  // namespace ocelli::safety
