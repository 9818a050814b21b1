#include "ocelli/launch/report/fault_metrics.hpp"

#include <gmock/gmock.h>

#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using test::at;
using testing::ElementsAre;
using testing::HasSubstr;

const FaultEpisode& episode_of(const FaultReport& report, const std::string& id) {
  for (const FaultEpisode& episode : report.episodes)
    if (episode.id == id) return episode;
  ADD_FAILURE() << "no episode " << id;
  return report.episodes.front();
}

TEST(FaultReport, PairsInjectionsAndTakesTimesFromTheInjectorsOnset) {
  const FaultReport report = fault_report(test::synthetic_run());
  ASSERT_EQ(report.injections.size(), 3U);
  const InjectionResult& freeze = report.injections[0];
  EXPECT_EQ(freeze.kind, "freeze");
  EXPECT_EQ(freeze.onset, at(12.31));
  EXPECT_EQ(freeze.end, at(14.31));
  EXPECT_EQ(freeze.evidence_after, at(12.40) - at(12.31));
  EXPECT_EQ(freeze.detected_after, at(12.52) - at(12.31));
  EXPECT_EQ(freeze.reacted_after, at(12.53) - at(12.31));
  EXPECT_EQ(freeze.mode_before, "nominal");
  EXPECT_EQ(freeze.mode_reached, "degraded");
  for (const InjectionResult& injection : report.injections) EXPECT_TRUE(injection.is_ok) << injection.verdict;
}

TEST(FaultReport, GivesEveryConfirmedFaultItsRole) {
  RunData run = test::synthetic_run();
  run.info.tolerated = {"gnss.*"};
  for (const auto& [s, id] : {std::pair{20.0, "imu.silent"}, {31.0, "tracks.failed"}, {21.0, "gnss.lost"}})
    run.faults.push_back(test::fault(s, id, id, FaultState::kConfirmed, s, 1, 0));
  run.faults.push_back(test::fault(22.0, "maybe", "m", FaultState::kPending, 22.0, 1, 0));
  std::stable_sort(run.faults.begin(), run.faults.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  const FaultReport report = fault_report(run);
  EXPECT_EQ(episode_of(report, "camera/front.frozen").role, FaultRole::kExpected);
  EXPECT_EQ(episode_of(report, "lidar_tracks.chain_late").role, FaultRole::kConsequence);
  EXPECT_EQ(episode_of(report, "gnss.lost").role, FaultRole::kTolerated);
  EXPECT_EQ(episode_of(report, "imu.silent").role, FaultRole::kFalseAlarm) << "nothing was injected at 20 s";
  EXPECT_EQ(episode_of(report, "tracks.failed").role, FaultRole::kUnexpected) << "not declared for the stop at 30.5 s";
  EXPECT_EQ(episode_of(report, "maybe").role, FaultRole::kUnconfirmed);
  EXPECT_EQ(report.false_alarms, 1U);
  EXPECT_EQ(report.unexpected, 1U);
}

TEST(FaultReport, AFaultBehindTheSettleTimeIsAFalseAlarm) {
  RunData run = test::synthetic_run();
  run.faults.push_back(test::fault(34.1, "tracks.chain_late", "t", FaultState::kConfirmed, 34.0, 1, 0));
  EXPECT_EQ(episode_of(fault_report(run), "tracks.chain_late").role, FaultRole::kFalseAlarm) << "32.0 s + 2 s < 34.1 s";
  run.faults.back() = test::fault(33.9, "tracks.chain_late", "t", FaultState::kConfirmed, 33.8, 1, 0);
  EXPECT_EQ(episode_of(fault_report(run), "tracks.chain_late").role, FaultRole::kConsequence);
}

TEST(FaultReport, AConfirmationBeforeTheOnsetDetectsNothing) {
  RunData run = test::synthetic_run();
  run.faults = {test::fault(12.30, "camera/front.frozen", "camera/front", FaultState::kConfirmed, 12.2, 3, 2)};
  const FaultReport report = fault_report(run);
  EXPECT_FALSE(report.injections[0].detected_after);
  EXPECT_FALSE(report.injections[0].is_ok);
  EXPECT_THAT(report.injections[0].verdict, HasSubstr("camera/front.frozen was not confirmed"));
}

TEST(FaultReport, JudgesLateDetectionMissingModeAndUndeclaredInjection) {
  RunData run = test::synthetic_run();
  run.info.expected[0].limit = 200ms;
  run.info.expected[1].mode = "safe_stop";
  run.info.expected.erase(run.info.expected.begin() + 2);
  const FaultReport report = fault_report(run);
  EXPECT_EQ(report.injections[0].verdict, "confirmed after 210 ms, limit 200 ms");
  EXPECT_EQ(report.injections[1].verdict, "mode safe_stop was not reached");
  EXPECT_EQ(report.injections[2].verdict, "nothing is declared for this injection");
  for (const InjectionResult& injection : report.injections) EXPECT_FALSE(injection.is_ok);
}

TEST(FaultReport, EachOfTwoLikeInjectionsHasItsOwnExpectation) {
  RunData run = test::synthetic_run();
  run.info.expected[0].mode = "first";
  run.info.expected.push_back(run.info.expected[0]);
  run.info.expected.back().mode = "second";
  for (InjectionChange change : std::vector(run.injections)) {
    if (change.target != run.injections[0].target) continue;
    change.at += 30s;
    run.injections.push_back(change);
  }
  const FaultReport report = fault_report(run);
  ASSERT_EQ(report.injections.size(), 4U);
  EXPECT_EQ(report.injections[0].expected->mode, "first");
  EXPECT_EQ(report.injections[3].expected->mode, "second");
  EXPECT_TRUE(report.not_injected.empty());
}

TEST(FaultReport, WhatWasDeclaredButNeverInjectedIsNamed) {
  RunData run = test::synthetic_run();
  run.info.expected.push_back({"blind", "camera/front", "camera/front.blind", 100ms, "", {}});
  EXPECT_THAT(fault_report(run).not_injected, ElementsAre("blind camera/front"));
}

TEST(FaultReport, AnInjectionWithoutEndLastsToTheEndOfTheRun) {
  RunData run = test::synthetic_run();
  run.injections = {{at(12.31), "freeze", "camera/front", true, 0, ""}};
  const FaultReport report = fault_report(run);
  EXPECT_FALSE(report.injections[0].end);
  EXPECT_EQ(report.exposure, at(12.31) - run.begin);
  EXPECT_TRUE(is_disturbed(report.injections, at(59.0)));
  EXPECT_FALSE(is_disturbed(report.injections, at(12.30)));
}

TEST(FaultReport, ExposureLeavesOutInjectionsAndTheirSettleTimeOnce) {
  RunData run = test::synthetic_run();
  const Duration disturbed = (2s + kSettleTime) + (1500ms + kSettleTime) + (2s + kSettleTime);
  EXPECT_EQ(fault_report(run).exposure, 60s - disturbed);
  run.injections.push_back({at(44.5), "freeze", "camera/front", true, 0, ""});  // inside another one
  run.injections.push_back({at(45.0), "freeze", "camera/front", false, 0, ""});
  EXPECT_EQ(fault_report(run).exposure, 60s - disturbed);
}

TEST(FaultReport, TheBoundNeedsAMonitorThatSpoke) {
  RunData run = test::synthetic_run(false);
  const FaultReport report = fault_report(run);
  ASSERT_TRUE(report.false_alarm_bound_per_hour);
  EXPECT_NEAR(*report.false_alarm_bound_per_hour, 60.0 * -std::log(0.05), 1e-6);
  run.modes.clear();
  EXPECT_FALSE(fault_report(run).false_alarm_bound_per_hour);
}

}  // namespace
}  // namespace ocelli::report
