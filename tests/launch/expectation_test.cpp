#include "ocelli/launch/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/monitor_bridge.hpp"

namespace ocelli::launch {
namespace {

class Expectations : public ::testing::Test {
 protected:
  report::ExpectedFault of(const std::string& injection) {
    const auto sources = *source_topics(launch_, 1);
    return *expectation(*parse_injection(injection), launch_, *monitor_config(launch_, *launch_.topics(sources)));
  }
  static bool may_follow(const report::ExpectedFault& expected, const std::string& fault) {
    return report::matches_any(expected.also, fault);
  }
  const LaunchFile launch_ = *find_launch("demo");
};

TEST_F(Expectations, ADelayedTopicReachesItsReadersAndTheirChains) {
  const auto expected = of("delay:vehicle/state@5s+1s=80ms");
  EXPECT_EQ(expected.fault, "vehicle/state.late");
  EXPECT_EQ(expected.limit, 150ms);
  for (const char* fault : {"ego_motion.silent", "tracks.failed", "wheels to ego motion.chain_late"})
    EXPECT_TRUE(may_follow(expected, fault)) << fault;
  for (const char* fault : {"camera/front.frozen", "lidar_objects.silent", "lidar/top.late", "imu.silent"})
    EXPECT_FALSE(may_follow(expected, fault)) << fault;
}

TEST_F(Expectations, ASlowTopicIsGivenThreePeriodsToBeLate) {
  EXPECT_EQ(of("delay:lidar/objects@5s+1s=80ms").limit, 300ms);
}

TEST_F(Expectations, WhatNoFaultTellsOfIsNotInjected) {
  const auto sources = *source_topics(launch_, 1);
  const auto expected = expectation(*parse_injection("freeze:radar/front@4s+3s"), launch_,
                                    *monitor_config(launch_, *launch_.topics(sources)));
  ASSERT_FALSE(expected);
  EXPECT_THAT(expected.error().message, ::testing::HasSubstr("'demo' supervises no fault 'radar/front.frozen'"));
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
  EXPECT_EQ(expected.also.size(), 3U) << "lidar, camera and radar missing";
}

}  // namespace
}  // namespace ocelli::launch
