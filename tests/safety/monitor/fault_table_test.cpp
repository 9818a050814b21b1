#include "ocelli/safety/monitor/fault_table.hpp"

#include <gmock/gmock.h>

#include "ocelli/safety/monitor/detectors/detectors.hpp"
#include "ocelli/safety/monitor/timing.hpp"
#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety {
namespace {

using namespace test;
using testing::HasSubstr;
constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

class Dumb final : public Detector {
 public:
  int interests() const override { return 0; }
  Observability observability() const override { return {}; }
};

struct Row {
  explicit Row(DebounceConfig debounce)
      : fault_(test::fault("f", "silent", "t", debounce), *find_detector(detectors(), "silent"),
               std::make_unique<Dumb>(), {}) {
    events.reserve(8);
  }
  Fault fault_;
  std::vector<FaultEvent> events;
  std::string states() const {
    std::string text;
    for (const FaultEvent& event : events) text += std::string(to_string(event.state)) + " ";
    return text;
  }
};

TEST(Detector, WithoutInterestsJudgesNothing) {
  Dumb dumb;
  EXPECT_EQ(dumb.observe({}).report, Report::kNone);
  EXPECT_EQ(dumb.tick({}).report, Report::kNone);
}

TEST(Fault, GoesFromPendingToConfirmedToHealed) {
  RecordProperty("verifies", "REQ-MON-015");
  Row row(debounce_by_count(2, 2));
  Fault& fault = row.fault_;
  fault.report({}, at(0), 4, row.events);
  EXPECT_TRUE(row.events.empty());
  fault.report(pre_failed(at(5), 1.0, 0.5, "why"), at(10), 4, row.events);
  EXPECT_EQ(fault.state(), FaultState::kPending);
  EXPECT_FALSE(fault.is_active());
  fault.report(pre_failed(at(15), 2.0, 0.5, "why"), at(20), 4, row.events);
  EXPECT_TRUE(fault.is_active());
  EXPECT_EQ(row.events.back().evidence_at, at(5)) << "the first evidence of the episode";
  EXPECT_EQ(row.events.back().detected_at, at(20));
  EXPECT_DOUBLE_EQ(row.events.back().value, 2.0);
  EXPECT_EQ(row.events.back().fault, 4U);
  EXPECT_EQ(fault.occurrences(), 1U);
  EXPECT_EQ(fault.since(), at(20));
  EXPECT_EQ(fault.uds_status() & kConfirmed, kConfirmed);
  fault.report(pre_failed(at(25), 3.0, 0.5), at(30), 4, row.events);
  fault.report(pre_passed(at(35), 0.1, 0.5), at(40), 4, row.events);
  EXPECT_TRUE(fault.is_active());
  fault.report(pre_passed(at(45), 0.2, 0.5), at(50), 4, row.events);
  EXPECT_EQ(fault.state(), FaultState::kHealed);
  EXPECT_EQ(row.events.back().evidence_at, at(45));
  EXPECT_DOUBLE_EQ(row.events.back().value, 0.2);
  EXPECT_EQ(row.states(), "pending confirmed healed ");
  EXPECT_EQ(fault.uds_status() & kTestFailed, 0);
  EXPECT_EQ(fault.last().value, 0.2);
  EXPECT_EQ(fault.fdc(), -128);
  EXPECT_EQ(fault.row().name, "silent");
  fault.report(pre_failed(at(55), 1.0, 0.5), at(60), 4, row.events);
  EXPECT_EQ(fault.state(), FaultState::kPending) << "and again";
}

TEST(Fault, WhatDoesNotLastPassesWithoutBeingConfirmed) {
  RecordProperty("verifies", "REQ-MON-015");
  Row row(debounce_by_count(3, 2));
  row.fault_.report(pre_failed(at(5), 1.0, 0.5), at(10), 0, row.events);
  row.fault_.report(pre_failed(at(6), 1.0, 0.5), at(10), 0, row.events);
  row.fault_.report(pre_passed(at(15), 0.0, 0.5), at(20), 0, row.events);
  EXPECT_EQ(row.states(), "pending passed ");
  EXPECT_EQ(row.fault_.occurrences(), 0U);
}

TEST(Fault, IsConfirmedByTheTimerWhenDebouncedByTime) {
  RecordProperty("verifies", "REQ-MON-012");
  Row row(debounce_by_time(50ms, 50ms));
  row.fault_.report(pre_failed(at(5), 1.0, 0.5), at(10), 0, row.events);
  row.fault_.tick(at(54), 0, row.events);
  EXPECT_FALSE(row.fault_.is_active());
  row.fault_.tick(at(55), 0, row.events);
  EXPECT_TRUE(row.fault_.is_active());
  EXPECT_EQ(row.fault_.uds_status() & kTestFailed, kTestFailed);
  row.fault_.report(pre_passed(at(60), 0.0, 0.5), at(60), 0, row.events);
  row.fault_.tick(at(110), 0, row.events);
  EXPECT_EQ(row.states(), "pending confirmed healed ");
  EXPECT_EQ(row.fault_.uds_status() & kTestFailed, 0);
}

TEST(Fault, AReportWithoutDebouncingConfirmsAtOnce) {
  RecordProperty("verifies", "REQ-MON-015");
  Row row(debounce_by_count(100, 100));
  row.fault_.report({Report::kFailed, at(5), 1.0, 0.0, "now"}, at(10), 0, row.events);
  EXPECT_EQ(row.states(), "confirmed ");
  EXPECT_EQ(row.events[0].evidence_at, at(5));
}

TEST(Fault, NeverLetsTheListOfEventsGrow) {
  RecordProperty("verifies", "REQ-MON-050");
  Row row(debounce_by_count(1, 1));
  for (int i = 0; i < 20; ++i) {
    row.fault_.report(pre_failed(at(i), 1.0, 0.5), at(i), 0, row.events);
    row.fault_.report(pre_passed(at(i), 0.0, 0.5), at(i), 0, row.events);
  }
  EXPECT_EQ(row.events.size(), row.events.capacity());
  EXPECT_EQ(row.events.size(), 8U);
  EXPECT_EQ(row.fault_.occurrences(), 20U);
}

TEST(Fault, RemembersOverOperationCyclesUntilCleared) {
  RecordProperty("verifies", "REQ-MON-014");
  Row row(debounce_by_count(1, 1));
  row.fault_.report(pre_failed(at(0), 1.0, 0.5), at(0), 0, row.events);
  row.fault_.begin_operation_cycle();
  EXPECT_EQ(row.fault_.uds_status() & kTestFailedThisCycle, 0);
  EXPECT_EQ(row.fault_.uds_status() & kConfirmed, kConfirmed);
  row.fault_.clear_memory();
  EXPECT_EQ(row.fault_.uds_status(), kNotCompletedSinceClear | kNotCompletedThisCycle);
  EXPECT_TRUE(row.fault_.is_active()) << "the detector is not cleared";
}

TimingBudget example() {
  TimingBudget budget;
  budget.first = 100ms;
  budget.period = 100ms;
  budget.tolerance = 1;
  budget.debounce = 5ms;
  budget.transport = 20ms;
  budget.tick = 10ms;
  budget.jitter = 60ms;
  budget.frti = 50ms;
  budget.ftti = 346ms;
  return budget;
}

TEST(Fault, ACycleOfPassesIsNoFailedCycleWhileTheDebounceStillFails) {
  RecordProperty("verifies", "REQ-MON-014");
  FaultConfig config = test::fault("f", "silent", "t", debounce_by_count(1, 100));
  config.confirmation_cycles = 2;
  Fault fault(config, *find_detector(detectors(), "silent"), std::make_unique<Dumb>(), {});
  std::vector<FaultEvent> events;
  events.reserve(8);
  fault.report(pre_failed(at(0), 1.0, 0.5), at(0), 0, events);
  fault.begin_operation_cycle();
  for (int i = 1; i < 5; ++i) fault.report(pre_passed(at(i), 0.0, 0.5), at(i), 0, events);
  EXPECT_EQ(fault.uds_status() & (kConfirmed | kTestFailedThisCycle), 0);
  fault.report(pre_failed(at(9), 1.0, 0.5), at(9), 0, events);
  EXPECT_EQ(fault.uds_status() & (kConfirmed | kTestFailedThisCycle), kConfirmed | kTestFailedThisCycle);
}

TEST(Fault, APreFailedReportDoesNotCompleteTheTestOfACycle) {
  RecordProperty("verifies", "REQ-MON-014");
  Row row(debounce_by_count(3, 1));
  row.fault_.report(pre_passed(at(0), 0.0, 0.5), at(0), 0, row.events);
  EXPECT_EQ(row.fault_.uds_status() & kNotCompletedThisCycle, 0);
  row.fault_.begin_operation_cycle();
  row.fault_.report(pre_failed(at(1), 1.0, 0.5), at(1), 0, row.events);
  EXPECT_EQ(row.fault_.uds_status() & kNotCompletedThisCycle, kNotCompletedThisCycle);
}

TEST(Timing, AddsUpTheWorstCaseAndPrintsItsArithmetic) {
  RecordProperty("verifies", "REQ-MON-021");
  const TimingBudget budget = example();
  EXPECT_EQ(budget.fdti(), 295ms);
  EXPECT_EQ(budget.margin(), 1ms);
  EXPECT_TRUE(budget.holds());
  EXPECT_EQ(
      budget.explain(),
      "FDTI = 100 ms observation + 100 ms × 1 + 5 ms debounce + 20 ms transport + 10 ms tick + 60 ms jitter = 295 "
      "ms; FDTI + FRTI = 295 ms + 50 ms = 345 ms < assumed FTTI 346 ms (margin 1 ms, 0 %)");
}

TEST(Timing, AnEqualSumDoesNotHold) {
  RecordProperty("verifies", "REQ-MON-021");
  TimingBudget budget = example();
  budget.ftti = 345ms;
  EXPECT_FALSE(budget.holds());
  EXPECT_THAT(budget.explain(), HasSubstr("345 ms is not < assumed FTTI 345 ms (margin 0 ms"));
}

TEST(Timing, ARequiredMarginMustStayFree) {
  RecordProperty("verifies", "REQ-MON-022");
  TimingBudget budget = example();
  budget.ftti = 460ms;
  budget.least_margin = 0.25;
  EXPECT_FALSE(budget.holds()) << "345 of 460 ms are three quarters";
  budget.ftti = 461ms;
  EXPECT_TRUE(budget.holds());
  EXPECT_THAT(budget.explain(), HasSubstr("assumed FTTI 461 ms less 25 % to stay free (margin 116 ms, 25 %)"));
}

TEST(Timing, EndlessPartsDoNotOverflow) {
  RecordProperty("verifies", "REQ-MON-021");
  TimingBudget budget = example();
  budget.tolerance = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(budget.holds());
  EXPECT_GT(budget.fdti(), std::chrono::hours(24 * 100));
  budget = example();
  budget.first = Duration::max();
  EXPECT_FALSE(budget.holds());
  budget.period = {};
  budget.tolerance = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(budget.holds());
}

TEST(Timing, TakesItsPartsFromTheConfiguration) {
  RecordProperty("verifies", "REQ-MON-021");
  MonitorConfig monitor;
  monitor.least_margin = 0.2;
  FaultConfig by_time = test::fault("f", "silent", "t", debounce_by_time(70ms, 1s));
  const TimingBudget budget = timing_budget(monitor, by_time, {200ms, 100ms});
  EXPECT_EQ(budget.fdti(), 200ms + 70ms + monitor.observation_delay + monitor.tick_period + monitor.jitter);
  EXPECT_EQ(budget.frti, by_time.frti);
  EXPECT_EQ(budget.ftti, 1s);
  EXPECT_EQ(budget.least_margin, 0.2);
  const TimingBudget counted =
      timing_budget(monitor, test::fault("f", "silent", "t", debounce_by_count(3, 1)), {200ms, 100ms});
  EXPECT_EQ(counted.fdti(), 400ms + monitor.observation_delay + monitor.tick_period + monitor.jitter);
}

}  // namespace
}  // namespace ocelli::safety
