#include "ocelli/launch/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/monitor_bridge.hpp"

namespace ocelli::launch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Expectations : public ::testing::Test {
 protected:
  report::ExpectedFault of(const std::string& injection) {
    return *expectation(*parse_injection(injection), launch_, *monitor_);
  }
  static bool may_follow(const report::ExpectedFault& expected, const std::string& fault) {
    return report::matches_any(expected.also, fault);
  }
  const LaunchFile launch_ = *find_launch("demo");
  const std::unique_ptr<safety::Monitor> monitor_ =
      *safety::Monitor::create(*monitor_config(launch_, *launch_.topics(*source_topics(launch_, 1))));
};

TEST_F(Expectations, ADelayedTopicReachesItsReadersAndTheirChains) {
  const auto expected = of("delay:vehicle/state@5s+1s=80ms");
  EXPECT_EQ(expected.fault, "vehicle/state.late");
  for (const char* fault : {"ego_motion.silent", "tracks.failed", "wheels to ego motion.chain_late"})
    EXPECT_TRUE(may_follow(expected, fault)) << fault;
  for (const char* fault : {"camera/front.frozen", "lidar_objects.silent", "lidar/top.late", "imu.silent"})
    EXPECT_FALSE(may_follow(expected, fault)) << fault;
}

TEST_F(Expectations, ADelayIsFoundWithinTheTimeThatTheMonitorPromises) {
  const auto limit_of = [&](const std::string& topic) { return of("delay:" + topic + "@5s+1s=400ms").limit; };
  EXPECT_GE(limit_of("radar/objects"), 50ms + 50ms + 50ms) << "budget, and two messages in a row";
  EXPECT_GE(limit_of("lidar/objects"), 50ms + 100ms + 100ms);
  EXPECT_LE(limit_of("lidar/objects"), 400ms);
}

TEST_F(Expectations, TheSilenceOfASensorForAWholeRunMayLackItEverywhere) {
  const auto faults = *faults_without({"lidar/top"}, launch_);
  for (const char* fault : {"lidar/top.silent", "lidar_objects.silent", "tracks.lidar_missing"})
    EXPECT_TRUE(report::matches_any(faults, fault)) << fault;
  EXPECT_FALSE(report::matches_any(faults, "camera/front.silent"));
  EXPECT_TRUE(faults_without({}, launch_)->empty());
}

TEST_F(Expectations, WhoFusesMissesWhatComesLaterThanItWaits) {
  const auto late = of("delay:lidar/objects@5s+3s=900ms");
  EXPECT_EQ(late.fault, "lidar/objects.late");
  EXPECT_EQ(late.mode, "camera_only");
  EXPECT_EQ(of("delay:camera/front@5s+3s=900ms").mode, "lidar_only") << "late where it is fused";
  EXPECT_EQ(of("delay:lidar/objects@5s+3s=80ms").mode, "degraded") << "waited for";
  EXPECT_EQ(of("delay:lidar/objects@5s+0.2s=900ms").mode, "degraded") << "over before anybody could tell";
  EXPECT_EQ(of("delay:ego_motion@5s+3s=900ms").mode, "degraded") << "the radar's objects need it";
}

TEST_F(Expectations, OnlyADisturbedSensorIsMissing) {
  const auto missing = [&](const std::string& injection) {
    std::vector<std::string> faults = of(injection).also;
    std::erase_if(faults, [](const std::string& fault) { return !fault.ends_with("_missing"); });
    return faults;
  };
  EXPECT_THAT(missing("lose:camera/front@5s+1s"), ElementsAre("tracks.camera_missing"));
  EXPECT_THAT(missing("stop:radar_objects@5s+1s"), ElementsAre("tracks.radar_missing"));
  EXPECT_THAT(missing("delay:ego_motion@5s+1s=80ms"), ElementsAre("tracks.radar_missing")) << "its objects need it";
  EXPECT_EQ(missing("stop:tracks@5s+1s").size(), 3U) << "it took none of them";
}

TEST_F(Expectations, WhatNoFaultTellsOfIsNotInjected) {
  const auto expected = expectation(*parse_injection("freeze:imu@4s+3s"), launch_, *monitor_);
  ASSERT_FALSE(expected);
  EXPECT_THAT(expected.error().message, HasSubstr("'demo' supervises no fault 'imu.frozen'"));
}

TEST_F(Expectations, AFrozenRadarCostsTheRadar) {
  const auto radar = of("freeze:radar/front@5s+1s");
  EXPECT_EQ(radar.fault, "radar/front.frozen");
  EXPECT_EQ(radar.mode, "degraded");
  EXPECT_THAT(radar.also, ElementsAre("tracks.radar_missing"));
}

TEST_F(Expectations, ALostSensorCostsItsCapability) {
  const auto lidar = of("lose:lidar/top@5s+1s");
  EXPECT_EQ(lidar.fault, "lidar/top.silent");
  EXPECT_EQ(lidar.mode, "camera_only");
  for (const char* fault : {"lidar_objects.silent", "lidar to tracks.chain_late", "tracks.failed"})
    EXPECT_TRUE(may_follow(lidar, fault)) << fault;
  EXPECT_FALSE(may_follow(lidar, "camera/front.silent"));
  EXPECT_EQ(of("lose:camera/front@5s+1s").mode, "lidar_only");
  EXPECT_EQ(of("stop:lidar_objects@5s+1s").mode, "camera_only") << "a lidar that nobody looks at is none";
  EXPECT_EQ(of("delay:imu@5s+1s=80ms").mode, "degraded");
}

TEST_F(Expectations, AStoppedNodeTakesNothingAndGivesNothing) {
  const auto expected = of("stop:tracks@5s+1s");
  EXPECT_EQ(expected.fault, "tracks.silent");
  for (const char* fault : {"lidar/objects.late", "ego_motion.lost", "lidar to tracks.chain_late"})
    EXPECT_TRUE(may_follow(expected, fault)) << fault;
  for (const char* fault : {"lidar/objects.frozen", "lidar_objects.silent", "wheels to ego motion.chain_late"})
    EXPECT_FALSE(may_follow(expected, fault)) << fault;
}

TEST_F(Expectations, LateInferencesFailTheirNodeAndCostTheCamera) {
  const auto expected = of("slow:camera_objects@5s+1s=300ms");
  EXPECT_EQ(expected.fault, "camera_objects.failed");
  EXPECT_EQ(expected.mode, "lidar_only");
  for (const char* fault : {"camera_objects.silent", "camera/front.lost", "camera to tracks.chain_late"})
    EXPECT_TRUE(may_follow(expected, fault)) << fault;
  for (const char* fault : {"camera/front.frozen", "lidar_objects.silent", "lidar/top.late"})
    EXPECT_FALSE(may_follow(expected, fault)) << fault;
  EXPECT_EQ(of("stop:camera_objects@5s+1s").mode, "lidar_only") << "a camera that nobody looks at is none";
}

TEST_F(Expectations, AFrozenSensorReachesWhoeverFusesIt) {
  const auto expected = of("freeze:lidar/top@5s+1s");
  EXPECT_EQ(expected.mode, "camera_only");
  EXPECT_TRUE(may_follow(expected, "tracks.lidar_missing"));
  for (const char* fault : {"lidar_objects.silent", "lidar/top.late", "tracks.failed", "tracks.silent"})
    EXPECT_FALSE(may_follow(expected, fault)) << fault << ": its messages still come in time";
  EXPECT_THAT(expected.also, ElementsAre("tracks.lidar_missing"));
}

}  // namespace
}  // namespace ocelli::launch
