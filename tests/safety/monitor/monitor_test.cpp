// The monitor as a whole: order, loss, time that jumps, restarts, and the shut-down.
#include "ocelli/safety/monitor/monitor.hpp"

#include <gmock/gmock.h>

#include "ocelli/tests/safety/monitor/small_vehicle.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

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

TEST(Monitor, OneWildTickDoesNotStopTheTimersForGood) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  std::uint64_t sequence = 0;
  int ms = 0;
  const auto tick = [&](bool is_alive) {
    ms += 10;
    if (is_alive && ms % 100 == 0) monitor->observe(picture(++sequence, ms));
    monitor->tick(at(ms));
  };
  while (ms < 1000) tick(true);
  monitor->tick(at(3'600'000));
  while (ms < 2000) tick(true);
  EXPECT_EQ(monitor->counters().clock_steps_back, Monitor::kBackTicks + 0U);
  EXPECT_EQ(monitor->active_faults(), 0U);
  monitor->tick(at(7'200'000));
  while (ms < 3000) tick(true);
  EXPECT_EQ(monitor->counters().clock_steps_back, 2U * Monitor::kBackTicks) << "each time as many";
  while (ms < 3500) tick(false);
  EXPECT_TRUE(monitor->faults()[0].is_active()) << "the camera is silent";
}

TEST(Monitor, AnImpossibleFirstTickIsNoStart) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  monitor->tick(Time::max());
  monitor->observe(picture(1, 0));
  for (int ms = 0; ms <= 200; ms += 10) {
    monitor->tick(at(ms));
    EXPECT_EQ(monitor->active_faults(), 0U) << "nothing is silent before it had its time to start";
  }
  EXPECT_EQ(monitor->counters().clock_steps_back, 1U);
}

TEST(Monitor, AStampFromTheFutureBlindsNobody) {
  RecordProperty("verifies", "REQ-MON-013");
  const auto monitor = make(small());
  for (int ms = 0; ms <= 1000; ms += 100) {
    monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
  }
  monitor->observe(picture(2000, 3'600'000));
  for (int ms = 1010; ms <= 1500; ms += 10) monitor->tick(at(ms));
  EXPECT_EQ(monitor->counters().damaged, 1U);
  EXPECT_EQ(monitor->counters().lost_observations, 1U);
  EXPECT_TRUE(monitor->faults()[0].is_active()) << "the camera is silent since 1 s";
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

TEST(Monitor, AnEventThatItsReceiverMissedIsAFaultThoughEventsHaveNoPeriod) {
  RecordProperty("verifies", "REQ-MON-021");
  MonitorConfig config = small();
  config.topics[0].period = 0ms;
  config.topics[0].loss_shows_within = 50ms;
  config.faults = {fault("camera.lost", "lost", "camera")};
  config.faults[0].debounce = debounce_by_count(1, 1);
  const auto monitor = make(config);
  monitor->tick(at(0));
  Observation received = picture(7, 5);
  received.kind = ObservationKind::kReceive;
  received.lost = 3;
  monitor->observe(received);
  monitor->tick(at(10));
  EXPECT_TRUE(monitor->faults()[0].is_active());
  received.observed_at = at(15);
  received.lost = 0;
  monitor->observe(received);
  monitor->tick(at(20));
  EXPECT_FALSE(monitor->faults()[0].is_active());
  config.faults[0].detector = "bad_stamp";
  EXPECT_THAT(Monitor::create(config).error().message, testing::HasSubstr("the detection time has no bound"))
      << "of other detectors nobody knows when they see something";
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

}  // namespace
}  // namespace ocelli::safety
