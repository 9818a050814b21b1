#include "ocelli/safety/monitor/debounce.hpp"

#include <gmock/gmock.h>

#include "ocelli/safety/monitor/uds_status.hpp"

namespace ocelli::safety {
namespace {

constexpr Time at(int ms) { return Time{std::chrono::milliseconds(1000 + ms)}; }
constexpr Report kBad = Report::kPreFailed;
constexpr Report kGood = Report::kPrePassed;

DebounceConfig reference_example() {
  DebounceConfig config;
  config.increment = 32;
  config.decrement = 16;
  config.failed_threshold = 127;
  config.passed_threshold = -128;
  return config;
}

TEST(CounterDebounce, FollowsTheExampleOfTheReference) {
  RecordProperty("verifies", "REQ-MON-010");
  CounterDebounce debounce(reference_example());
  std::string counters;
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(debounce.is_failed());
    debounce.report(kBad);
    counters += std::to_string(debounce.counter()) + " ";
  }
  EXPECT_EQ(counters, "32 64 96 127 ");
  EXPECT_TRUE(debounce.is_failed());
  debounce.report(kGood);
  EXPECT_EQ(debounce.counter(), -16) << "jumps down to 0 first";
  EXPECT_TRUE(debounce.is_failed()) << "until passed";
  for (int i = 0; i < 7; ++i) debounce.report(kGood);
  EXPECT_EQ(debounce.fdc(), -128);
  EXPECT_TRUE(debounce.is_passed());
  EXPECT_FALSE(debounce.is_failed());
}

TEST(CounterDebounce, WithoutJumpsItWalksTheWholeWay) {
  RecordProperty("verifies", "REQ-MON-010");
  DebounceConfig config = reference_example();
  config.jumps_up = config.jumps_down = false;
  CounterDebounce debounce(config);
  debounce.report(Report::kFailed);
  debounce.report(kGood);
  EXPECT_EQ(debounce.counter(), 111);
  debounce.report(Report::kPassed);
  debounce.report(kBad);
  EXPECT_EQ(debounce.counter(), -96);
  debounce.report(Report::kNone);
  EXPECT_EQ(debounce.counter(), -96);
  debounce.reset();
  EXPECT_EQ(debounce.counter(), 0);
  EXPECT_FALSE(debounce.is_passed());
}

TEST(CounterDebounce, TheFdcReachesItsEndsOnlyWhenQualified) {
  RecordProperty("verifies", "REQ-MON-011");
  DebounceConfig config;
  config.failed_threshold = 1000;
  config.passed_threshold = -1000;
  config.jumps_up = config.jumps_down = false;
  CounterDebounce debounce(config);
  for (int i = 0; i < 999; ++i) debounce.report(kBad);
  EXPECT_EQ(debounce.fdc(), 126);
  debounce.report(kBad);
  EXPECT_EQ(debounce.fdc(), 127);
  debounce.reset();
  for (int i = 0; i < 999; ++i) debounce.report(kGood);
  EXPECT_EQ(debounce.fdc(), -127);
}

TEST(TimeDebounce, FailsWhenThePreFailedLasts) {
  RecordProperty("verifies", "REQ-MON-012");
  TimeDebounce debounce(debounce_by_time(100ms, 200ms));
  debounce.tick(at(0));
  EXPECT_EQ(debounce.fdc(), 0);
  debounce.report(kBad, at(0));
  debounce.report(kBad, at(60));  // the same direction goes on
  debounce.tick(at(50));
  EXPECT_EQ(debounce.fdc(), 63);
  EXPECT_FALSE(debounce.is_failed());
  debounce.tick(at(99));
  EXPECT_FALSE(debounce.is_failed());
  debounce.tick(at(100));
  EXPECT_TRUE(debounce.is_failed());
  EXPECT_EQ(debounce.fdc(), 127);
  debounce.report(kGood, at(110));
  debounce.tick(at(210));
  EXPECT_EQ(debounce.fdc(), -64);
  EXPECT_TRUE(debounce.is_failed()) << "until it passed";
  debounce.tick(at(310));
  EXPECT_TRUE(debounce.is_passed());
  EXPECT_FALSE(debounce.is_failed());
}

TEST(TimeDebounce, AChangeOfDirectionStartsTheTimerAnew) {
  RecordProperty("verifies", "REQ-MON-012");
  TimeDebounce debounce(debounce_by_time(100ms, 100ms));
  debounce.report(kBad, at(0));
  debounce.report(kGood, at(90));
  debounce.report(kBad, at(95));
  debounce.tick(at(150));
  EXPECT_FALSE(debounce.is_failed());
  debounce.tick(at(195));
  EXPECT_TRUE(debounce.is_failed());
}

TEST(TimeDebounce, ATimerThatIsOverCountsWithoutATickInBetween) {
  RecordProperty("verifies", "REQ-MON-012");
  for (const int changes_at : {9, 10, 15}) {
    TimeDebounce debounce(debounce_by_time(10ms, 100ms));
    debounce.report(Report::kPreFailed, Time{0ms});
    debounce.report(Report::kPrePassed, Time{std::chrono::milliseconds(changes_at)});
    EXPECT_EQ(debounce.is_failed(), changes_at >= 10) << changes_at;
    EXPECT_EQ(debounce.fdc(), 0) << "the passing timer has just begun";
    debounce.tick(Time{std::chrono::milliseconds(changes_at + 100)});
    EXPECT_TRUE(debounce.is_passed());
  }
}

TEST(TimeDebounce, ReportsThatNeedNoDebouncingQualifyAtOnce) {
  RecordProperty("verifies", "REQ-MON-012");
  TimeDebounce debounce(debounce_by_time(100ms, 100ms));
  debounce.report(Report::kNone, at(0));
  debounce.report(Report::kFailed, at(0));
  EXPECT_TRUE(debounce.is_failed());
  debounce.report(Report::kPassed, at(1));
  EXPECT_TRUE(debounce.is_passed());
  debounce.reset();
  EXPECT_FALSE(debounce.is_passed());
  TimeDebounce immediate(debounce_by_time(0ms, 0ms));
  immediate.report(kBad, at(0));
  EXPECT_TRUE(immediate.is_failed());
  immediate.report(kGood, at(0));
  EXPECT_TRUE(immediate.is_passed());
}

TEST(TimeDebounce, TimeThatGoesBackIsNoProgress) {
  RecordProperty("verifies", "REQ-MON-013");
  TimeDebounce debounce(debounce_by_time(100ms, 100ms));
  debounce.report(kBad, at(50));
  debounce.tick(at(0));
  EXPECT_EQ(debounce.fdc(), 0);
  EXPECT_FALSE(debounce.is_failed());
}

TEST(Debounce, IsTheOneThatTheConfigurationChose) {
  RecordProperty("verifies", "REQ-MON-010");
  Debounce by_time(debounce_by_time(100ms, 100ms));
  by_time.report(kBad, at(0));
  EXPECT_FALSE(by_time.is_failed());
  by_time.tick(at(100));
  EXPECT_TRUE(by_time.is_failed());
  EXPECT_FALSE(by_time.is_passed());
  EXPECT_EQ(by_time.fdc(), 127);
  EXPECT_TRUE(by_time.needs_ticks());
  Debounce by_count(debounce_by_count(2, 1));
  by_count.report(kBad, at(0));
  by_count.tick(at(9999));
  EXPECT_FALSE(by_count.needs_ticks());
  EXPECT_FALSE(by_count.is_failed());
  EXPECT_EQ(by_count.fdc(), 63);
  by_count.report(kBad, at(0));
  EXPECT_TRUE(by_count.is_failed());
  by_count.report(kGood, at(0));
  EXPECT_TRUE(by_count.is_passed());
}

TEST(Debounce, ToleranceCountsTheFurtherReportsAtWorst) {
  RecordProperty("verifies", "REQ-MON-020");
  EXPECT_EQ(debounce_tolerance(debounce_by_count(1, 1)), 0);
  EXPECT_EQ(debounce_tolerance(debounce_by_count(3, 1)), 2);
  EXPECT_EQ(debounce_tolerance(debounce_by_time(1s, 1s)), 0);
  EXPECT_EQ(debounce_tolerance(reference_example()), 3);
  DebounceConfig without = reference_example();
  without.jumps_up = false;
  EXPECT_EQ(debounce_tolerance(without), 7) << "from -128 up";
  CounterDebounce debounce(without);
  debounce.report(Report::kPassed);
  int reports = 0;
  for (; !debounce.is_failed(); ++reports) debounce.report(kBad);
  EXPECT_EQ(reports, debounce_tolerance(without) + 1);
}

TEST(UdsStatus, ConfirmsHealsAndAges) {
  RecordProperty("verifies", "REQ-MON-014");
  UdsStatus uds(2, 3, 2);
  EXPECT_EQ(uds.byte(), kNotCompletedSinceClear | kNotCompletedThisCycle);
  uds.failed();
  uds.failed();
  EXPECT_EQ(uds.byte(), kTestFailed | kTestFailedThisCycle | kPending | kTestFailedSinceClear) << "one cycle only";
  uds.begin_cycle();
  EXPECT_EQ(uds.byte(), kTestFailed | kPending | kTestFailedSinceClear | kNotCompletedThisCycle);
  uds.failed();
  EXPECT_EQ(uds.byte(),
            kTestFailed | kTestFailedThisCycle | kPending | kConfirmed | kTestFailedSinceClear | kWarningRequested);
  uds.passed();
  uds.begin_cycle();  // a cycle with a failure heals nothing
  for (int cycle = 0; cycle < 3; ++cycle) {
    EXPECT_EQ(uds.byte() & kWarningRequested, kWarningRequested) << cycle;
    uds.passed();
    uds.begin_cycle();
  }
  EXPECT_EQ(uds.byte(), kConfirmed | kTestFailedSinceClear | kNotCompletedThisCycle) << "healed, remembered";
  uds.begin_cycle();  // not tested: does not age
  uds.passed();
  uds.begin_cycle();
  EXPECT_EQ(uds.byte() & kConfirmed, kConfirmed);
  uds.passed();
  uds.begin_cycle();
  EXPECT_EQ(uds.byte(), kTestFailedSinceClear | kNotCompletedThisCycle) << "aged out";
}

TEST(UdsStatus, APassedCycleEndsThePendingAndTheCountTowardsConfirmation) {
  RecordProperty("verifies", "REQ-MON-014");
  UdsStatus uds(2, 3, 40);
  uds.failed();
  uds.begin_cycle();
  uds.passed();
  uds.begin_cycle();
  EXPECT_EQ(uds.byte() & kPending, 0);
  uds.failed();
  EXPECT_EQ(uds.byte() & kConfirmed, 0) << "two cycles in a row are needed";
}

TEST(UdsStatus, AFailureDuringHealingBeginsItAnew) {
  RecordProperty("verifies", "REQ-MON-014");
  UdsStatus uds(1, 2, 1);
  uds.failed();
  uds.passed();
  uds.begin_cycle();
  uds.passed();
  uds.begin_cycle();
  uds.failed();
  uds.passed();
  uds.begin_cycle();
  uds.passed();
  uds.begin_cycle();
  EXPECT_EQ(uds.byte() & kWarningRequested, kWarningRequested);
  uds.passed();
  uds.begin_cycle();
  EXPECT_EQ(uds.byte() & kWarningRequested, 0);
}

TEST(UdsStatus, ClearingForgets) {
  RecordProperty("verifies", "REQ-MON-014");
  UdsStatus uds(2, 1, 1);
  uds.failed();
  uds.clear_all();
  EXPECT_EQ(uds.byte(), kNotCompletedSinceClear | kNotCompletedThisCycle);
  uds.failed();
  EXPECT_EQ(uds.byte() & kConfirmed, 0);
}

}  // namespace
}  // namespace ocelli::safety
