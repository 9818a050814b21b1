// The monitor's start: nothing may drive on what was not seen yet, and a restarted monitor does not forget.
#include <gmock/gmock.h>

#include "ocelli/safety/monitor/monitor.hpp"
#include "ocelli/tests/safety/monitor/small_vehicle.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;

MonitorConfig two_sensors() {
  MonitorConfig config = small();
  config.topics.push_back({.name = "lidar", .period = 100ms});
  config.faults = {fault("camera.silent", "silent", "camera"), fault("lidar.silent", "silent", "lidar")};
  config.faults[0].mode = config.faults[1].mode = "degraded";
  config.start_by = 2s;
  return config;
}

Observation cloud(std::uint64_t sequence, int ms) { return published("driver", "lidar", sequence, at(ms), at(ms)); }

TEST(Start, NothingIsAllowedBeforeEverythingWasSeenOnce) {
  RecordProperty("verifies", "REQ-MON-036");
  const auto monitor = make(two_sensors());
  EXPECT_EQ(monitor->mode_name(), "starting") << "also before the first tick";
  for (int ms = 0; ms < 500; ms += 10) {
    if (ms % 100 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
    EXPECT_TRUE(monitor->is_starting());
    EXPECT_EQ(monitor->mode_name(), "starting") << "the lidar was not seen";
  }
  EXPECT_EQ(monitor->mode_config(monitor->mode()).speed_max_mps, 0.0);
  EXPECT_EQ(monitor->mode_config(monitor->mode()).range_max_m, 0.0);
  monitor->observe(cloud(1, 500));
  monitor->tick(at(500));
  EXPECT_EQ(monitor->mode_name(), "nominal") << "at once, without the hysteresis of a recovery";
  ASSERT_TRUE(monitor->mode_change());
  EXPECT_EQ(monitor->mode_name(monitor->mode_change()->from), "starting");
  EXPECT_EQ(monitor->mode_change()->cause, kNoFault);
  EXPECT_LT(monitor->mode_config(monitor->mode()).speed_max_mps, 0.0) << "not limited";
}

TEST(Start, WhatNeverComesIsFoundSilentAndEndsIt) {
  RecordProperty("verifies", "REQ-MON-036");
  const auto monitor = make(two_sensors());
  int ms = 0;
  for (; monitor->is_starting() && ms < 5000; ms += 10) {
    EXPECT_EQ(monitor->mode_name(), "starting");
    if (ms % 100 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
  }
  EXPECT_NEAR(ms, 2000, 100) << "start_by";
  EXPECT_TRUE(monitor->faults()[1].is_active());
  EXPECT_EQ(monitor->mode_name(), "degraded") << "never nominal on the way";
  ASSERT_TRUE(monitor->mode_change());
  EXPECT_EQ(monitor->mode_change()->cause, 1U);
}

TEST(Start, AFaultBeforeItsEndDecidesWhatComesAfterIt) {
  RecordProperty("verifies", "REQ-MON-036");
  const auto monitor = make(two_sensors());
  monitor->observe(picture(1, 0));
  for (int ms = 0; ms < 500; ms += 10) monitor->tick(at(ms));
  EXPECT_TRUE(monitor->faults()[0].is_active()) << "seen once, silent since";
  EXPECT_EQ(monitor->mode_name(), "starting");
  monitor->observe(cloud(1, 500));
  monitor->tick(at(500));
  EXPECT_EQ(monitor->mode_name(), "degraded");
}

TEST(Start, WhereNothingCanBeSilentThereIsNone) {
  MonitorConfig config = two_sensors();
  config.faults = {fault("monitor.overflow", "overflow", "monitor")};
  const auto monitor = make(config);
  EXPECT_FALSE(monitor->is_starting());
  EXPECT_EQ(monitor->mode_name(), "nominal");
}

TEST(Start, ARunThatEndsBeforeDoesNotBegin) {
  const auto monitor = make(two_sensors());
  monitor->tick(at(0));
  monitor->stand_down();
  for (int ms = 10; ms < 5000; ms += 10) monitor->tick(at(ms));
  EXPECT_EQ(monitor->mode_name(), "starting");
}

TEST(Resume, AModeThatEndsOnRequestGoesOn) {
  RecordProperty("verifies", "REQ-MON-037");
  const auto monitor = make(two_sensors());
  ASSERT_TRUE(monitor->resume("minimal_risk", at(-20'000)));
  EXPECT_EQ(monitor->mode_name(), "minimal_risk");
  monitor->request_recovery();
  int ms = 0;
  const auto drive = [&](int until, bool has_lidar) {
    for (; ms < until; ms += 10) {
      if (ms % 100 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
      if (ms % 100 == 0 && has_lidar) monitor->observe(cloud(static_cast<std::uint64_t>(ms), ms));
      monitor->tick(at(ms));
    }
  };
  drive(1900, false);
  EXPECT_EQ(monitor->mode_name(), "minimal_risk") << "not up on what was not seen, whoever asks";
  drive(2500, true);
  EXPECT_FALSE(monitor->is_starting());
  EXPECT_EQ(monitor->mode_name(), "minimal_risk") << "its hysteresis";
  EXPECT_EQ(monitor->mode_since(), at(-20'000));
  drive(4000, true);
  EXPECT_EQ(monitor->mode_name(), "nominal");
}

TEST(Resume, ItsLongestStayCountsFromItsBegin) {
  RecordProperty("verifies", "REQ-MON-037");
  const auto monitor = make(two_sensors());
  ASSERT_TRUE(monitor->resume("minimal_risk", at(-59'500)));
  monitor->tick(at(0));
  EXPECT_EQ(monitor->mode_name(), "minimal_risk");
  monitor->tick(at(510));
  EXPECT_EQ(monitor->mode_name(), "safe_stop") << "60 s after it began, seen or not";
}

TEST(Resume, AModeThatEndsByItselfIsFoundAnew) {
  RecordProperty("verifies", "REQ-MON-037");
  const auto monitor = make(two_sensors());
  ASSERT_TRUE(monitor->resume("degraded", at(-1000)));
  EXPECT_EQ(monitor->mode_name(), "starting");
  const auto status = monitor->resume("flying", at(0));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("no mode 'flying', expected one of nominal, degraded, minimal_risk"));
}

}  // namespace
}  // namespace ocelli::safety
