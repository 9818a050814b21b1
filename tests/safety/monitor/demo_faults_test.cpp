// The three faults of the demo on simulated streams of a busy machine: 10 Hz, up to 60 ms jitter.
#include <gtest/gtest.h>

#include <algorithm>

#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

enum FaultIndex : std::uint32_t { kFrozen, kCameraSilent, kNodeSilent, kLate, kChainLate };

MonitorConfig demo_config() {
  MonitorConfig config;
  config.topics = {{.name = "camera/front", .period = 100ms, .quality = QualityKind::kImage},
                   {.name = "lidar/points", .period = 100ms, .transport_budget = 80ms, .receivers = {"lidar_objects"}},
                   {.name = "lidar/objects", .period = 100ms}};
  config.nodes = {{.name = "camera"}, {.name = "lidar"}, {.name = "lidar_objects", .period = 100ms}};
  config.chains = {{.name = "lidar",
                    .from = "lidar/points",
                    .to = "lidar/objects",
                    .reaction_budget = 120ms,
                    .hops = {{"lidar_objects", "lidar/objects"}}}};
  config.faults = {fault("camera/front.frozen", "frozen", "camera/front", debounce_by_count(2, 3)),
                   fault("camera/front.silent", "silent", "camera/front", debounce_by_count(1, 3)),
                   fault("lidar_objects.silent", "silent", "lidar_objects", debounce_by_count(1, 3)),
                   fault("lidar/points.late", "late", "lidar/points", debounce_by_count(1, 3)),
                   fault("lidar.late", "chain_late", "lidar", debounce_by_count(1, 3))};
  return config;
}

/// Streams of a camera and of a lidar with its node, and the three faults.
class Vehicle {
 public:
  explicit Vehicle(Bench& bench) : bench_(bench) {
    camera(kStart + 20ms);
    lidar(kStart + 55ms);
  }
  bool is_frozen = false;
  bool is_stopped = false;
  Duration delay{};
  Time first_delayed = kNoTime;

 private:
  Duration delivery() { return bench_.uniform(1ms, 18ms); }

  void camera(Time due) {
    bench_.at(due, [this, due] {
      const Time at = due + bench_.uniform(0ms, 60ms);
      if (!is_frozen) hash_ += 2;
      Observation o = published("camera", "camera/front", camera_++, due, at);
      o.content_hash = hash_;
      bench_.send(o, delivery());
      camera(due + 100ms);
    });
  }

  void lidar(Time due) {
    bench_.at(due, [this, due] {
      const Observation points = published("lidar", "lidar/points", lidar_++, due, due + bench_.uniform(0ms, 5ms));
      bench_.send(points, delivery());
      lidar(due + 100ms);
      if (delay > Duration::zero() && first_delayed == kNoTime) first_delayed = points.published_at;
      const Time at = points.published_at + bench_.uniform(1ms, 30ms) + delay;
      bench_.at(at, [this, points, at] { node(points, at); });
    });
  }

  void node(const Observation& points, Time at) {
    if (is_stopped) return;
    bench_.send(received("lidar_objects", points, at), delivery());
    const Time begun = at + bench_.uniform(0ms, 5ms);
    const Time ended = begun + bench_.uniform(5ms, 25ms);
    bench_.send(derived("lidar_objects", "lidar/objects", objects_++, points, ended - 1ms), delivery());
    bench_.send(activated("lidar_objects", points, begun, ended), delivery());
  }

  Bench& bench_;
  std::uint64_t camera_ = 0;
  std::uint64_t lidar_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t hash_ = 1;
};

struct Drive {
  std::unique_ptr<Monitor> monitor;
  std::unique_ptr<Bench> bench;
  std::unique_ptr<Vehicle> vehicle;
};

Drive start(std::uint64_t seed) {
  auto monitor = Monitor::create(demo_config());
  EXPECT_TRUE(monitor) << monitor.error().message;
  Drive run{std::move(*monitor), nullptr, nullptr};
  run.bench = std::make_unique<Bench>(*run.monitor, seed);
  run.vehicle = std::make_unique<Vehicle>(*run.bench);
  return run;
}

class DemoFaults : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DemoFaults, FrozenCameraIsFoundWithin300Ms) {
  RecordProperty("verifies", "REQ-MON-040");
  Drive run = start(GetParam());
  for (int i = 0; i < 50; ++i) {
    const Time onset = kStart + 5s + i * 10s + run.bench->uniform(0ms, 100ms);
    run.bench->at(onset, [&] { run.vehicle->is_frozen = true; });
    run.bench->at(onset + 3s, [&] { run.vehicle->is_frozen = false; });
    run.bench->run_until(onset + 8s);
    const FaultEvent* event = run.bench->find(kFrozen, FaultState::kConfirmed, onset);
    ASSERT_NE(event, nullptr);
    EXPECT_LE(event->detected_at - onset, 300ms);
    EXPECT_EQ(run.monitor->mode_name(), "nominal");
  }
  EXPECT_EQ(run.bench->confirmed(), 50U);
  ASSERT_EQ(run.bench->modes().size(), 101U) << "the end of the start-up, and down and up for each";
  for (std::size_t i = 0; i < 101; ++i) EXPECT_EQ(run.bench->modes()[i].to, i % 2 == 0 ? 0U : 1U);
}

TEST_P(DemoFaults, StoppedNodeIsFoundWithin250Ms) {
  RecordProperty("verifies", "REQ-MON-041");
  Drive run = start(GetParam());
  for (int i = 0; i < 50; ++i) {
    const Time onset = kStart + 5s + i * 10s + run.bench->uniform(0ms, 100ms);
    run.bench->at(onset, [&] { run.vehicle->is_stopped = true; });
    run.bench->at(onset + 3s, [&] { run.vehicle->is_stopped = false; });
    run.bench->run_until(onset + 8s);
    const FaultEvent* event = run.bench->find(kNodeSilent, FaultState::kConfirmed, onset);
    ASSERT_NE(event, nullptr);
    EXPECT_LE(event->detected_at - onset, 250ms);
    EXPECT_NE(run.bench->find(kNodeSilent, FaultState::kHealed, onset + 3s), nullptr);
    EXPECT_EQ(run.bench->find(kFrozen, FaultState::kConfirmed, kStart), nullptr);
    EXPECT_EQ(run.bench->find(kCameraSilent, FaultState::kConfirmed, kStart), nullptr);
    EXPECT_EQ(run.monitor->mode_name(), "nominal");
  }
}

TEST_P(DemoFaults, DelayOnTheBusIsFoundWithin150MsOfTheFirstDelayedMessage) {
  RecordProperty("verifies", "REQ-MON-042");
  Drive run = start(GetParam());
  for (int i = 0; i < 50; ++i) {
    const Time onset = kStart + 5s + i * 10s + run.bench->uniform(0ms, 100ms);
    run.bench->at(onset, [&] {
      run.vehicle->first_delayed = kNoTime;
      run.vehicle->delay = run.bench->uniform(90ms, 400ms);
    });
    run.bench->at(onset + 3s, [&] { run.vehicle->delay = {}; });
    run.bench->run_until(onset + 8s);
    const FaultEvent* event = run.bench->find(kLate, FaultState::kConfirmed, onset);
    ASSERT_NE(event, nullptr);
    EXPECT_LE(event->detected_at - run.vehicle->first_delayed, 150ms);
    EXPECT_NE(run.bench->find(kChainLate, FaultState::kConfirmed, onset), nullptr);
    EXPECT_EQ(run.monitor->mode_name(), "nominal");
  }
}

TEST_P(DemoFaults, HoursWithoutFaultGiveNoAlarm) {
  RecordProperty("verifies", "REQ-MON-043");
  Drive run = start(GetParam());
  run.bench->run_until(kStart + std::chrono::hours(1));
  EXPECT_EQ(run.bench->confirmed(), 0U);
  EXPECT_EQ(run.bench->modes().size(), 1U) << "the end of the start-up";
  const ChainStatistics chain = statistics_of(run.monitor->chains()[0]);
  EXPECT_GE(chain.samples, 35997U);
  EXPECT_EQ(chain.late, 0U);
  EXPECT_EQ(chain.unanswered, 0U);
  EXPECT_TRUE(chain.reaction_p999.upper_bound);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DemoFaults, testing::Values(1, 2, 3));

}  // namespace
}  // namespace ocelli::safety
