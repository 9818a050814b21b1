// The monitor as a whole: order, loss, time that jumps, restarts, and the shut-down.
#include "ocelli/safety/monitor/monitor.hpp"

#include <gmock/gmock.h>

#include "ocelli/safety/monitor/observation_queue.hpp"
#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

MonitorConfig small() {
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

std::unique_ptr<Monitor> make(const MonitorConfig& config) {
  auto monitor = Monitor::create(config);
  EXPECT_TRUE(monitor) << monitor.error().message;
  return std::move(*monitor);
}

Observation picture(std::uint64_t sequence, int ms) { return published("driver", "camera", sequence, at(ms), at(ms)); }

/// Writes down what it is called for.
class Diary final : public Detector {
 public:
  Diary(int interests, std::string& pages) : interests_(interests), pages_(pages) {}
  int interests() const override { return interests_; }
  Verdict observe(const Observation& observation) override {
    pages_ += "pral"[static_cast<std::size_t>(observation.kind)];
    return {};
  }
  Verdict tick(const Tick&) override {
    pages_ += 't';
    return {};
  }
  Observability observability() const override { return {}; }

 private:
  int interests_;
  std::string& pages_;
};

std::string topic_diary;
std::string node_diary;

TEST(Monitor, CallsADetectorForWhatItAskedOnly) {
  RecordProperty("verifies", "REQ-MON-001");
  const DetectorRow table[] = {{"of_topic",
                                "",
                                "",
                                "",
                                kTopicTarget,
                                {},
                                [](const DetectorSetup&) -> DetectorResult {
                                  return std::make_unique<Diary>(kPublishes | kHeartbeats, topic_diary);
                                }},
                               {"of_node", "", "", "", kNodeTarget, {}, [](const DetectorSetup&) -> DetectorResult {
                                  return std::make_unique<Diary>(kReceives | kActivations | kTicks, node_diary);
                                }}};
  MonitorConfig config = small();
  config.faults = {fault("a", "of_topic", "camera"), fault("b", "of_node", "detector")};
  const auto monitor = Monitor::create(config, table);
  ASSERT_TRUE(monitor) << monitor.error().message;
  const Observation one = picture(1, 0);
  Observation alive = activated("detector", one, at(4), at(4));
  alive.kind = ObservationKind::kAlive;
  for (const Observation& observation :
       {one, received("detector", one, at(2)), activated("detector", one, at(2), at(3)), alive})
    (*monitor)->observe(observation);
  (*monitor)->tick(at(10));
  EXPECT_EQ(topic_diary, "pl");
  EXPECT_EQ(node_diary, "rat");
}

TEST(Monitor, AnObservationOfAnUnknownKindIsDamaged) {
  RecordProperty("verifies", "REQ-MON-002");
  const auto monitor = make(small());
  Observation odd = picture(1, 0);
  odd.kind = static_cast<ObservationKind>(4);
  monitor->observe(odd);
  monitor->tick(at(10));
  EXPECT_EQ(monitor->counters().damaged, 1U);
  EXPECT_EQ(monitor->counters().lost_observations, 1U);
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kExpired);
}

TEST(Monitor, OrdersObservationsByTheirStamps) {
  RecordProperty("verifies", "REQ-MON-002");
  const auto monitor = make(small());
  const Observation one = picture(1, 0);
  monitor->tick(at(0));
  monitor->observe(activated("detector", one, at(5), at(9)));  // delivered before its reception
  monitor->observe(received("detector", one, at(3)));
  monitor->tick(at(10));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk);
  const Observation two = picture(2, 100);
  monitor->observe(activated("detector", two, at(104), at(105)));
  monitor->observe(received("detector", two, at(106)));
  monitor->tick(at(110));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk) << "something stamped before may still come";
  monitor->tick(at(130));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kExpired);
  EXPECT_EQ(monitor->global().status(), GlobalStatus::kStopped) << "tolerance 0";
  EXPECT_FALSE(monitor->may_feed_watchdog());
  EXPECT_EQ(*monitor->global().first_expired(), 1U);
}

TEST(Monitor, LostObservationsExpireTheSupervisionAndAreAFault) {
  RecordProperty("verifies", "REQ-MON-002");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->count_lost(0);
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk);
  for (std::uint64_t i = 0; i < 9; ++i) monitor->observe(picture(i, static_cast<int>(i)));
  EXPECT_EQ(monitor->counters().lost_observations, 1U) << "room for 8";
  monitor->tick(at(10));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kExpired);
  EXPECT_TRUE(monitor->faults()[2].is_active());
  EXPECT_TRUE(monitor->faults()[1].is_active());
  EXPECT_EQ(monitor->active_faults(), 2U);
  EXPECT_EQ(monitor->mode_name(), "degraded");
  EXPECT_EQ(monitor->mode_since(), at(10));
  monitor->restart(entity_id("detector"));
  monitor->restart(entity_id("nobody"));
  monitor->tick(at(20));
  EXPECT_EQ(monitor->nodes()[1].status(), LocalStatus::kOk);
  EXPECT_EQ(monitor->active_faults(), 0U);
}

TEST(Monitor, DamagedStampsAreLossNotArithmetic) {
  RecordProperty("verifies", "REQ-MON-013");
  for (Time Observation::*stamp :
       {&Observation::sensed_at, &Observation::published_at, &Observation::started_at, &Observation::observed_at})
    for (const std::int64_t ns : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
                                  std::int64_t{1} << 61, -(std::int64_t{1} << 61)}) {
      const auto monitor = make(small());
      Observation o = picture(1, 0);
      o.*stamp = from_ns(ns);
      monitor->observe(o);
      EXPECT_EQ(monitor->counters().damaged, 1U);
      EXPECT_EQ(monitor->counters().lost_observations, 1U);
      o.*stamp = from_ns(ns > 0 ? (std::int64_t{1} << 61) - 1 : 1 - (std::int64_t{1} << 61));
      monitor->observe(o);
      EXPECT_EQ(monitor->counters().damaged, 1U);
      monitor->tick(at(10));
    }
  const auto monitor = make(small());
  Observation o = picture(1, 0);
  o.oldest.sensed_at = Time::max();
  monitor->observe(o);
  o = picture(1, 0);
  o.newest.sensed_at = Time::min();
  monitor->observe(o);
  EXPECT_EQ(monitor->counters().damaged, 2U);
}

TEST(Monitor, TimeThatGoesBackStandsStill) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  monitor->tick(at(1000));
  monitor->tick(at(1010));
  monitor->tick(at(500));
  EXPECT_EQ(monitor->counters().clock_steps_back, 1U);
  EXPECT_EQ(monitor->counters().ticks, 3U);
  monitor->tick(at(1020));
  EXPECT_EQ(monitor->counters().late_ticks, 0U) << "only 10 ms after the newest time";
}

TEST(Monitor, AStarvedMonitorWaitsForWhatIsStillOnItsWay) {
  RecordProperty("verifies", "REQ-MON-016");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->observe(picture(1, 0));
  monitor->tick(at(10));
  monitor->tick(at(400));
  EXPECT_EQ(monitor->counters().late_ticks, 1U);
  EXPECT_FALSE(monitor->faults()[0].is_active()) << "the messages of the gap may come yet";
  monitor->observe(picture(2, 300));
  monitor->tick(at(410));
  monitor->tick(at(420));
  EXPECT_FALSE(monitor->faults()[0].is_active());
  for (int ms = 430; ms <= 530; ms += 10) monitor->tick(at(ms));
  EXPECT_TRUE(monitor->faults()[0].is_active());
}

TEST(Monitor, ATickThatIsJustNotLateIsNotCounted) {
  RecordProperty("verifies", "REQ-MON-016");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->tick(at(50));
  EXPECT_EQ(monitor->counters().late_ticks, 0U);
  monitor->tick(at(101));
  EXPECT_EQ(monitor->counters().late_ticks, 1U);
}

TEST(Monitor, NothingIsLateAfterStandingDown) {
  RecordProperty("verifies", "REQ-MON-017");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->observe(picture(1, 0));
  monitor->tick(at(10));
  monitor->stand_down();
  monitor->observe(picture(2, 20));
  for (int ms = 20; ms < 30'000; ms += 10) monitor->tick(at(ms));
  EXPECT_EQ(monitor->active_faults(), 0U);
  EXPECT_EQ(monitor->topics()[0].published(), 1U);
}

TEST(Monitor, UnknownTopicsAndNodesAreCounted) {
  RecordProperty("verifies", "REQ-MON-061");
  const auto monitor = make(small());
  monitor->observe(published("stranger", "strange", 1, at(0), at(0)));
  monitor->tick(at(0));
  EXPECT_EQ(monitor->counters().unknown, 1U);
  EXPECT_EQ(monitor->counters().observations, 1U);
}

TEST(Monitor, MeasuresRateJitterTransportAndLossOfATopic) {
  RecordProperty("verifies", "REQ-LAT-017");
  const auto monitor = make(small());
  monitor->observe(picture(1, 0));
  monitor->observe(picture(2, 107));
  Observation arrival = received("detector", picture(2, 107), at(110));
  arrival.lost = 3;
  monitor->observe(arrival);
  monitor->tick(at(120));
  const TopicMeter& meter = monitor->topics()[0];
  EXPECT_EQ(meter.published(), 2U);
  EXPECT_EQ(meter.jitter().count(), 1U);
  EXPECT_EQ(meter.jitter().max(), 7ms);
  EXPECT_EQ(meter.transport().max(), 3ms);
  EXPECT_EQ(meter.lost(), 3U);
}

TEST(Monitor, MeasuresNoJitterOfATopicWithoutPeriod) {
  RecordProperty("verifies", "REQ-LAT-017");
  TopicMeter meter(0ms);
  meter.observe(picture(1, 0));
  meter.observe(picture(2, 100));
  Observation heartbeat = picture(3, 0);
  heartbeat.kind = ObservationKind::kAlive;
  meter.observe(heartbeat);
  EXPECT_EQ(meter.published(), 2U);
  EXPECT_EQ(meter.jitter().count(), 0U);
}

TEST(Monitor, DrivesModesAndRecovery) {
  RecordProperty("verifies", "REQ-MON-032");
  MonitorConfig config = small();
  config.faults[0].mode = "minimal_risk";
  config.modes[0].needs = {"sight"};
  config.faults[0].takes = {"sight"};
  const auto monitor = make(config);
  monitor->tick(at(0));
  monitor->observe(picture(1, 0));
  for (int ms = 10; ms <= 300; ms += 10) monitor->tick(at(ms));
  EXPECT_EQ(monitor->mode_name(), "minimal_risk");
  EXPECT_EQ(monitor->mode_name(monitor->mode()), "minimal_risk");
  EXPECT_FALSE(monitor->has_capability("sight"));
  for (int ms = 310; ms <= 2000; ms += 10) {
    if (ms % 100 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
  }
  EXPECT_TRUE(monitor->has_capability("sight"));
  EXPECT_EQ(monitor->mode_name(), "minimal_risk");
  monitor->request_recovery();
  monitor->tick(at(2010));
  EXPECT_EQ(monitor->mode_name(), "nominal");
  EXPECT_TRUE(monitor->mode_change());
  monitor->begin_operation_cycle();
  EXPECT_EQ(monitor->faults()[0].uds_status() & kTestFailedThisCycle, 0);
}

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

TEST(Monitor, AStampFromTheFutureIsSupervisedAsArrivedNow) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  monitor->tick(at(0));
  monitor->observe(activated("detector", picture(1, 0), at(5), at(3'600'000)));
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

TEST(Monitor, AClockThatGoesBackIsAFault) {
  RecordProperty("verifies", "REQ-MON-013");
  MonitorConfig config = small();
  config.faults = {fault("monitor.tick_late", "tick_late", "monitor")};
  const auto monitor = make(config);
  monitor->tick(at(1000));
  monitor->tick(at(1010));
  EXPECT_EQ(monitor->active_faults(), 0U);
  monitor->tick(at(500));
  EXPECT_EQ(monitor->active_faults(), 1U);
  EXPECT_STREQ(monitor->events().back().detail, "the clock went back");
  monitor->tick(at(1020));
  EXPECT_EQ(monitor->active_faults(), 0U);
  monitor->tick(Time::max());
  EXPECT_EQ(monitor->active_faults(), 1U) << "an impossible time is none";
  monitor->tick(at(1030));
  EXPECT_EQ(monitor->active_faults(), 0U);
  EXPECT_EQ(monitor->counters().clock_steps_back, 2U);
}

TEST(Monitor, ChangesThatFindNoRoomAreCounted) {
  RecordProperty("verifies", "REQ-MON-015");
  MonitorConfig config;
  config.topics = {{.name = "camera", .period = 10ms}};
  config.faults = {fault("camera.failed", "failed", "camera")};
  const auto monitor = make(config);
  for (int i = 0; i < 101; ++i) {
    Observation message = picture(static_cast<std::uint64_t>(i), 0);
    message.status = i % 2 == 0 ? ObservationStatus::kFailed : ObservationStatus::kOk;
    monitor->observe(message);
  }
  monitor->tick(at(10));
  EXPECT_EQ(monitor->events().size() + monitor->counters().dropped_events, 101U);
  EXPECT_GT(monitor->counters().dropped_events, 0U);
  EXPECT_EQ(monitor->active_faults(), 1U) << "the state is right all the same";
}

TEST(Monitor, ClearsTheFaultMemory) {
  RecordProperty("verifies", "REQ-MON-014");
  MonitorConfig config = small();
  config.faults = {fault("monitor.tick_late", "tick_late", "monitor")};
  const auto monitor = make(config);
  monitor->tick(at(1000));
  monitor->tick(at(500));
  EXPECT_NE(monitor->faults()[0].uds_status() & kConfirmed, 0);
  monitor->clear_fault_memory();
  EXPECT_EQ(monitor->faults()[0].uds_status(), kNotCompletedSinceClear | kNotCompletedThisCycle);
  EXPECT_TRUE(monitor->faults()[0].is_active());
}

TEST(Monitor, RefusesWhatItCouldNotSeeInTime) {
  RecordProperty("verifies", "REQ-MON-021");
  MonitorConfig config = small();
  config.topics[0].period = 0ms;
  config.faults = {fault("camera.lost", "lost", "camera")};
  EXPECT_THAT(Monitor::create(config).error().message,
              testing::HasSubstr("'lost' sees 'camera' only when a message comes, and it has no period"));
  config = small();
  config.nodes[1].deadline = 10ms;
  config.nodes[1].checkpoints.clear();
  config.faults = {fault("detector.expired", "expired", "detector")};
  EXPECT_THAT(Monitor::create(config).error().message, testing::HasSubstr("needs the trigger of node 'detector'"));
  config.nodes[1].trigger = "camera";
  EXPECT_TRUE(Monitor::create(config));
}

TEST(ObservationQueue, HandsOverEverythingInOrderHoweverFullItIs) {
  RecordProperty("verifies", "REQ-MON-051");
  ObservationQueue queue(8);
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  Observation out;
  for (std::uint64_t round = 0; round < 100; ++round) {
    for (std::uint64_t i = 0; i < 1 + round % 8; ++i) ASSERT_TRUE(queue.push(picture(++pushed, 0)));
    for (std::uint64_t i = 0; i < 1 + round % 8; ++i) {
      ASSERT_TRUE(queue.pop(out));
      ASSERT_EQ(out.sequence, ++popped);
    }
  }
  EXPECT_FALSE(queue.pop(out));
  EXPECT_EQ(queue.take_overflows(), 0U);
}

TEST(ObservationQueue, DropsAndCountsWhenItIsFull) {
  RecordProperty("verifies", "REQ-MON-051");
  ObservationQueue queue(2);
  EXPECT_EQ(queue.capacity(), 2U);
  EXPECT_TRUE(queue.push(picture(1, 0)));
  EXPECT_TRUE(queue.push(picture(2, 0)));
  EXPECT_FALSE(queue.push(picture(3, 0)));
  queue.count_lost(4);
  EXPECT_EQ(queue.take_overflows(), 5U);
  EXPECT_EQ(queue.take_overflows(), 0U);
  Observation out;
  EXPECT_TRUE(queue.pop(out));
  EXPECT_EQ(out.sequence, 1U);
  EXPECT_TRUE(queue.push(picture(4, 0)));
  EXPECT_TRUE(queue.pop(out) && queue.pop(out));
  EXPECT_EQ(out.sequence, 4U);
  EXPECT_FALSE(queue.pop(out));
  EXPECT_DEATH(ObservationQueue(3), "contract broken");
}

}  // namespace
}  // namespace ocelli::safety
