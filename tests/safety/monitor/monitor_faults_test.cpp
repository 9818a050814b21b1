// The monitor as a whole: modes, faults of its own, and what it refuses to watch.
#include <gmock/gmock.h>

#include "ocelli/safety/monitor/monitor.hpp"
#include "ocelli/tests/safety/monitor/small_vehicle.hpp"

namespace ocelli::safety {
namespace {

using namespace test;

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
