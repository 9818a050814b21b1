#include <gmock/gmock.h>

#include "ocelli/launch/report/results.hpp"
#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using test::at;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Verdict verdict_of(const RunData& run) { return compute_results(run).verdict; }

TEST(Verdict, ARunAsDeclaredIsGoodAndSaysWhy) {
  const Verdict verdict = verdict_of(test::synthetic_run());
  EXPECT_TRUE(verdict.ok) << fmt::format("{}", fmt::join(verdict.reasons, "\n"));
  EXPECT_THAT(verdict.reasons, Contains("all 3 injected faults were detected in time"));
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("modes as declared: nominal → degraded")));
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("tracking recall")));
}

TEST(Verdict, ARunWithoutFaultsNamesTheBoundOfTheFalseAlarmRate) {
  const Verdict verdict = verdict_of(test::synthetic_run(false));
  EXPECT_TRUE(verdict.ok);
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("in 60 s without injections: at most 180 false alarms per hour")));
}

TEST(Verdict, AFalseAlarmFails) {
  RunData run = test::synthetic_run(false);
  run.faults = {test::fault(20.0, "imu.silent", "imu", FaultState::kConfirmed, 20.0, 1, 0)};
  const Verdict verdict = verdict_of(run);
  EXPECT_FALSE(verdict.ok);
  EXPECT_THAT(verdict.reasons, Contains("imu.silent was confirmed at 20.00 s: nothing was injected"));
}

TEST(Verdict, AnUndeclaredConsequenceFails) {
  RunData run = test::synthetic_run();
  run.info.expected[1].also.clear();
  EXPECT_THAT(verdict_of(run).reasons,
              Contains("lidar_tracks.chain_late was confirmed at 30.71 s: not declared as a consequence of what was "
                       "injected"));
}

TEST(Verdict, AnUndetectedOrNeverInjectedFaultFails) {
  RunData run = test::synthetic_run();
  run.info.expected[0].limit = 100ms;
  run.info.expected.push_back({"blind", "", "x.blind", 1s, "", {}});
  const Verdict verdict = verdict_of(run);
  EXPECT_FALSE(verdict.ok);
  EXPECT_THAT(verdict.reasons, Contains("blind: declared, but never injected"));
  EXPECT_THAT(verdict.reasons, Contains("freeze camera/front at 12.31 s: confirmed after 210 ms, limit 100 ms"));
}

TEST(Verdict, OtherModesThanDeclaredFail) {
  RunData run = test::synthetic_run();
  run.info.modes = {"nominal", "degraded", "nominal"};
  EXPECT_THAT(verdict_of(run).reasons, Contains(HasSubstr("declared nominal → degraded → nominal")));
  EXPECT_FALSE(verdict_of(run).ok);
}

TEST(Verdict, AModeOnTheWayDownIsNoOtherOne) {
  RunData run = test::synthetic_run(false);
  const auto at = [&](Duration after, const char* mode) { return ModeChange{run.begin + after, mode}; };
  run.info.mode_table = {"nominal", "degraded", "no_tracks"};
  run.info.modes = {"nominal", "no_tracks", "nominal"};
  run.modes = {at(0s, "nominal"), at(2s, "degraded"), at(2100ms, "no_tracks"), at(4s, "nominal")};
  EXPECT_THAT(verdict_of(run).reasons, Not(Contains(HasSubstr("modes were"))));
  run.modes = {at(0s, "nominal"), at(2s, "no_tracks"), at(3s, "degraded"), at(4s, "nominal")};
  EXPECT_THAT(verdict_of(run).reasons, Contains(HasSubstr("modes were"))) << "on the way up";
}

TEST(Verdict, ARunThatEndedInItsStartSaysSo) {
  RunData run = test::synthetic_run(false);
  run.modes = {{run.begin, "starting"}, {run.begin + 1s, "nominal"}};
  EXPECT_THAT(verdict_of(run).remarks, Not(Contains(HasSubstr("starting"))));
  run.modes.pop_back();
  EXPECT_THAT(verdict_of(run).remarks, Contains(HasSubstr("its mode was still 'starting'")));
}

TEST(Verdict, TrackingBelowItsTargetFails) {
  RunData run = test::synthetic_run(false);
  for (ObjectFrame& frame : run.tracks) frame.objects.resize(frame.objects.size() / 2);
  EXPECT_FALSE(verdict_of(run).ok);
  EXPECT_THAT(verdict_of(run).reasons, Contains(HasSubstr("is below 0.90")));
}

TEST(Verdict, NoTracksWhereTruthIsFail) {
  RunData run = test::synthetic_run(false);
  run.tracks.clear();
  EXPECT_THAT(verdict_of(run).reasons, Contains("no tracks in this recording"));
  run.truth.clear();
  EXPECT_THAT(verdict_of(run).reasons, Contains(HasSubstr("no ground truth"))) << "no data is not a good result";
  run.info.targets.reset();
  EXPECT_TRUE(verdict_of(run).ok) << "without targets there is nothing to judge";
}

TEST(Verdict, AProcessThatDiedIsNotAsExpected) {
  RunData run = test::synthetic_run(false);
  run.info.incidents = {"process 'monitor' ended by itself and was started again"};
  EXPECT_FALSE(verdict_of(run).ok);
  EXPECT_THAT(verdict_of(run).reasons, Contains(HasSubstr("process 'monitor' ended by itself")));
}

TEST(Verdict, AnAlarmThatComesAgainAndAgainIsOneLine) {
  RunData run = test::synthetic_run(false);
  for (int i = 0; i < 3; ++i)
    for (const FaultState state : {FaultState::kConfirmed, FaultState::kHealed}) {
      FaultChange change;
      change.id = "imu.silent";
      change.state = state;
      change.at = run.begin + std::chrono::seconds(2 + 2 * i + (state == FaultState::kHealed));
      run.faults.push_back(change);
    }
  EXPECT_THAT(verdict_of(run).reasons,
              Contains("imu.silent was confirmed 3 times from 2.00 s on: nothing was injected"));
}

TEST(Verdict, ASilentMonitorFailsUnlessTheRunHasNone) {
  RunData run = test::synthetic_run(false);
  run.modes.clear();
  EXPECT_FALSE(verdict_of(run).ok);
  run.info.is_monitored = false;
  EXPECT_TRUE(verdict_of(run).ok);
  EXPECT_THAT(verdict_of(run).remarks, Contains(HasSubstr("the monitor reported no state")));
}

TEST(Verdict, LatenessIsRemarkedOnAndNotJudged) {
  const Verdict verdict = verdict_of(test::synthetic_run());
  EXPECT_THAT(verdict.remarks, Contains(HasSubstr("chain lidar_tracks:")));
  EXPECT_THAT(verdict.remarks, Contains(HasSubstr("0 of them while nothing was injected")));
  EXPECT_THAT(verdict.remarks, Contains(testing::ContainsRegex("chain lidar_tracks: p50 [0-9]+ ms, p99 [0-9]+ ms from "
                                                               "lidar/top to tracks in [0-9]+ reactions while")));
}

}  // namespace
}  // namespace ocelli::report
