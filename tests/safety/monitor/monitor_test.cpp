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

}  // namespace
}  // namespace ocelli::safety
