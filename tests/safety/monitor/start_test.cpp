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

/// Camera and lidar at 10 Hz, and the modes on the way.
struct Drive {
  Monitor& monitor;
  int ms = 0;
  std::vector<std::string> modes{};

  void until(int end_ms, bool has_lidar) {
    for (; ms < end_ms; ms += 10) {
      if (ms % 100 == 0) monitor.observe(picture(static_cast<std::uint64_t>(ms), ms));
      if (ms % 100 == 0 && has_lidar) monitor.observe(cloud(static_cast<std::uint64_t>(ms), ms));
      monitor.tick(at(ms));
      if (modes.empty() || modes.back() != monitor.mode_name()) modes.emplace_back(monitor.mode_name());
    }
  }
};

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

TEST(Start, WhatIsThereAndBadIsNotAllowedToDriveEither) {
  RecordProperty("verifies", "REQ-MON-036");
  MonitorConfig config = two_sensors();
  config.topics[0].quality = QualityKind::kImage;
  config.modes[0].needs = {"sight"};
  config.faults.push_back(fault("camera.frozen", "frozen", "camera", debounce_by_count(2, 2)));
  config.faults.back().takes = {"sight"};
  for (const bool is_frozen : {true, false}) {
    const auto monitor = make(config);
    std::vector<std::string> modes;
    for (int ms = 0; ms < 1500; ms += 10) {
      if (ms % 100 == 0) {
        Observation seen = picture(static_cast<std::uint64_t>(ms), ms);
        seen.content_hash = is_frozen ? 7 : static_cast<std::uint64_t>(ms + 1);
        monitor->observe(seen);
        monitor->observe(cloud(static_cast<std::uint64_t>(ms), ms));
      }
      monitor->tick(at(ms));
      if (modes.empty() || modes.back() != monitor->mode_name()) modes.emplace_back(monitor->mode_name());
    }
    EXPECT_THAT(modes, testing::ElementsAre("starting", is_frozen ? "degraded" : "nominal"));
  }
}

TEST(Start, WhatIsAboutToFailIsWaitedForUntilStartBy) {
  RecordProperty("verifies", "REQ-MON-036");
  MonitorConfig config = two_sensors();
  config.faults.push_back(fault("camera.lost", "lost", "camera", debounce_by_count(100, 100)));
  config.faults.back().mode = "degraded";
  config.faults.back().assumed_ftti = 60s;
  const auto monitor = make(config);
  int ms = 0;
  for (; monitor->is_starting() && ms < 5000; ms += 10) {
    if (ms % 100 == 0) {
      Observation taken = received("detector", picture(static_cast<std::uint64_t>(ms), ms), at(ms));
      taken.lost = 1;
      monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
      monitor->observe(taken);
      monitor->observe(cloud(static_cast<std::uint64_t>(ms), ms));
    }
    monitor->tick(at(ms));
  }
  EXPECT_EQ(monitor->faults()[2].state(), FaultState::kPending) << "neither good nor bad for ever";
  EXPECT_NEAR(ms, 2000, 50) << "start_by";
  EXPECT_EQ(monitor->mode_name(), "nominal");
}

TEST(Start, WhatTakesACapabilityAndCannotBeTestedIsNotWaitedForAfterStartBy) {
  RecordProperty("verifies", "REQ-MON-036");
  MonitorConfig config = two_sensors();
  config.modes[0].needs = {"sight"};
  config.faults.push_back(fault("camera.lost", "lost", "camera"));
  config.faults.back().takes = {"sight"};
  const auto monitor = make(config);
  int ms = 0;
  for (; monitor->is_starting() && ms < 5000; ms += 10) {  // nobody takes the pictures
    if (ms % 100 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));
    if (ms % 100 == 0) monitor->observe(cloud(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
  }
  EXPECT_NEAR(ms, 2000, 50) << "start_by";
  EXPECT_EQ(monitor->mode_name(), "nominal");
}

TEST(Start, SilenceThatNeverIsDecidedDoesNotHoldItForEver) {
  RecordProperty("verifies", "REQ-MON-036");
  MonitorConfig config = two_sensors();
  config.topics[0].max_gap = 120ms;
  config.faults[0].debounce = debounce_by_count(2, 2);
  const auto monitor = make(config);
  int ms = 0;
  for (; monitor->is_starting() && ms < 10'000; ms += 10) {
    if (ms % 200 == 0) monitor->observe(picture(static_cast<std::uint64_t>(ms), ms));  // pending, passed, pending, ...
    if (ms % 100 == 0) monitor->observe(cloud(static_cast<std::uint64_t>(ms), ms));
    monitor->tick(at(ms));
  }
  EXPECT_FALSE(monitor->faults()[0].is_tested());
  EXPECT_GT(ms, 2000);
  EXPECT_LT(ms, 3000) << "start_by and the detection time";
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
  Drive drive{*monitor};
  drive.until(1900, false);
  EXPECT_EQ(monitor->mode_name(), "minimal_risk") << "not up on what was not seen, whoever asks";
  drive.until(2500, true);
  EXPECT_FALSE(monitor->is_starting());
  EXPECT_EQ(monitor->mode_name(), "minimal_risk") << "its hysteresis";
  EXPECT_EQ(monitor->mode_since(), at(-20'000));
  drive.until(4000, true);
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

TEST(Resume, AModeThatEndsByItselfIsTheBestThatItsStartMayEndIn) {
  RecordProperty("verifies", "REQ-MON-037");
  MonitorConfig config = two_sensors();
  config.modes[1].max_dwell = 5s;
  config.modes[1].then = "minimal_risk";
  const auto monitor = make(config);
  ASSERT_TRUE(monitor->resume("degraded", at(-3000)));
  EXPECT_EQ(monitor->mode_name(), "starting");
  Drive drive{*monitor};
  drive.until(300, true);
  EXPECT_THAT(drive.modes, testing::ElementsAre("degraded")) << "everything is there: never better at once";
  EXPECT_EQ(monitor->mode_since(), at(0)) << "entered anew";
  drive.until(2500, true);
  EXPECT_THAT(drive.modes, testing::ElementsAre("degraded", "nominal"))
      << "nothing leads there: it recovers before its end";
  const auto again = make(config);
  ASSERT_TRUE(again->resume("degraded", at(-1000)));
  Drive without_lidar{*again};
  without_lidar.until(3990, false);  // its silence is found at the end of the short start
  EXPECT_THAT(without_lidar.modes, testing::ElementsAre("starting", "degraded"));
  without_lidar.until(4020, false);
  EXPECT_EQ(again->mode_name(), "minimal_risk") << "5 s after the other life entered it";
}

TEST(Resume, RefusesAModeThatIsNone) {
  const auto monitor = make(two_sensors());
  EXPECT_TRUE(monitor->resume("starting", at(0))) << "as a first life";
  EXPECT_EQ(monitor->mode_name(), "starting");
  const auto status = monitor->resume("flying", at(0));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("no mode 'flying', expected one of nominal, degraded, minimal_risk"));
}

TEST(Start, CountsFromTheBeginOfTheRun) {
  RecordProperty("verifies", "REQ-MON-036");
  const auto monitor = make(two_sensors());
  int ms = 0;
  for (; ms < 20'000; ms += 10) {  // processes are started, nobody has begun
    monitor->put_off_start();
    monitor->tick(at(ms));
  }
  EXPECT_EQ(monitor->mode_name(), "starting");
  EXPECT_EQ(monitor->active_faults(), 0U) << "start_by is 2 s";
  for (; monitor->is_starting() && ms < 30'000; ms += 10) monitor->tick(at(ms));
  EXPECT_NEAR(ms, 22'000, 100);
  EXPECT_EQ(monitor->active_faults(), 2U);
}

}  // namespace
}  // namespace ocelli::safety
