// What the monitor does for supervision: events in the order of their stamps, however and whenever they arrive.
#include <gtest/gtest.h>

#include "ocelli/tests/safety/monitor/small_vehicle.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

TEST(Monitor, OrdersObservationsOfDifferentTicksForSupervision) {
  RecordProperty("verifies", "REQ-MON-002");
  const auto monitor = make(small());
  monitor->tick(at(0));
  const Observation one = picture(1, 0);
  monitor->observe(activated("detector", one, at(5), at(9)));
  monitor->tick(at(10));
  monitor->observe(received("detector", one, at(3)));  // 15 ms on its way
  monitor->tick(at(20));
  monitor->tick(at(30));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk);
  const Observation two = picture(2, 40);
  monitor->observe(activated("detector", two, at(44), at(45)));
  monitor->tick(at(50));
  monitor->tick(at(70));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kExpired) << "it never received that";
}

TEST(Monitor, AStampALittleAheadIsSupervisedAsArrivedNow) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->observe(activated("detector", picture(1, 0), at(5), at(25)));
  monitor->tick(at(10));
  monitor->tick(at(30));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kExpired) << "an activation without a reception";
}

TEST(Monitor, WithoutRoomToWaitTheOldestAreSupervisedAtOnce) {
  RecordProperty("verifies", "REQ-MON-002");
  MonitorConfig config = small();
  config.observation_delay = 10s;
  config.faults = {fault("detector.expired", "expired", "detector", {}, 60s)};
  const auto monitor = make(config);
  for (int tick = 0; tick <= 5; ++tick) {
    for (int i = 0; i < 8; ++i) {
      const int ms = 10 * tick + i;
      monitor->observe(received("detector", picture(static_cast<std::uint64_t>(ms), ms), at(ms)));
    }
    monitor->tick(at(10 * tick + 9));
    EXPECT_EQ(monitor->nodes()[1].status(), tick < 4 ? LocalStatus::kOk : LocalStatus::kExpired) << tick;
  }
}

TEST(Monitor, WithoutRoomToWaitNoMoreThanTheOldestAreSupervised) {
  RecordProperty("verifies", "REQ-MON-002");
  MonitorConfig config = small();
  config.observation_delay = 10s;
  config.faults = {fault("detector.expired", "expired", "detector", {}, 60s)};
  const auto monitor = make(config);
  for (int tick = 0; tick <= 5; ++tick) {  // four full ticks of eight may wait
    for (int i = 0; i < 8; ++i) {
      const int ms = 10 * tick + i;
      const Observation message = picture(static_cast<std::uint64_t>(ms), ms);
      const bool is_reception = tick == 0 && i % 2 == 0;  // proper steps in the first tick, none after it
      monitor->observe(is_reception ? received("detector", message, at(ms))
                                    : activated("detector", message, at(ms), at(ms)));
    }
    monitor->tick(at(10 * tick + 9));
    EXPECT_EQ(monitor->nodes()[1].status(), tick < 5 ? LocalStatus::kOk : LocalStatus::kExpired) << tick;
  }
}

/// A node that steps every `cycle` for 3 s; ticks between `from` and `until` do not happen.
void expect_alive(Duration cycle, Duration from = 0ms, Duration until = 0ms) {
  MonitorConfig config;
  config.topics = {{.name = "camera", .period = cycle}};
  NodeConfig node;
  node.name = "detector";
  node.alive = {.cycle = cycle, .min = 1, .max = 1, .tolerance = 0};
  config.nodes = {node};
  const auto monitor = make(config);
  Duration next{};
  for (Duration now{}; now < 3s; now += config.tick_period) {
    if (now > from && now < until) continue;
    for (; next <= now; next += cycle)
      monitor->observe(activated("detector", picture(1, 0), kStart + next, kStart + next));
    monitor->tick(kStart + now);
    ASSERT_EQ(monitor->nodes()[0].status(), LocalStatus::kOk)
        << to_milliseconds(cycle) << " ms, at " << to_milliseconds(now) << " ms";
  }
  EXPECT_GT(monitor->nodes()[0].cycles(), static_cast<std::uint64_t>(2900ms / cycle) - 1);
}

TEST(Monitor, CountsCyclesThatAreShorterThanTheWayOfAnObservation) {
  RecordProperty("verifies", "REQ-MON-001");
  for (const Duration cycle : {5ms, 10ms, 20ms, 50ms, 100ms}) expect_alive(cycle);
}

TEST(Monitor, AStarvedTickMakesNoHealthyNodeExpire) {
  RecordProperty("verifies", "REQ-MON-016");
  for (const Duration gap : {150ms, 250ms, 500ms, 1500ms}) expect_alive(100ms, 1s, 1s + gap);
}

TEST(Monitor, ANodeThatNeverStartsExpires) {
  RecordProperty("verifies", "REQ-MON-001");
  MonitorConfig config;
  config.start_by = 1s;
  NodeConfig node;
  node.name = "detector";
  node.alive = {.cycle = 500ms, .min = 1, .max = 10, .tolerance = 0};
  config.nodes = {node};
  const auto monitor = make(config);
  int ms = 0;
  const auto run = [&](int until_ms) {
    for (; ms <= until_ms; ms += 10) monitor->tick(at(ms));
    return monitor->nodes()[0].status();
  };
  EXPECT_EQ(run(1500), LocalStatus::kOk);
  EXPECT_EQ(run(1520), LocalStatus::kExpired) << "the first cycle begins when the start-up is over";
  monitor->restart(entity_id("detector"));
  EXPECT_EQ(run(3020), LocalStatus::kOk);
  EXPECT_EQ(run(3050), LocalStatus::kExpired) << "nor did it come back";
}

TEST(Monitor, ARestartForgetsWhatSupervisionStillHeld) {
  RecordProperty("verifies", "REQ-MON-002");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->observe(activated("detector", picture(1, 0), at(5), at(9)));
  monitor->tick(at(10));
  monitor->restart(entity_id("detector"));
  monitor->tick(at(50));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk);
}

}  // namespace
}  // namespace ocelli::safety
