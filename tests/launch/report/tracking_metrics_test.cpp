#include "ocelli/launch/report/tracking_metrics.hpp"

#include <gtest/gtest.h>

#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using test::at;

const IsDisturbed kNever = [](Time) { return false; };

ObjectState car(std::uint32_t id, double x_m, double y_m, std::uint32_t returns = 100) {
  return test::object(id, ObjectClass::kCar, x_m, y_m, 0.0, {4.0, 1.8, 1.5}, {0.0, 0.0}, returns);
}

/// The same objects at 10 Hz for two seconds; the first second is warm-up.
std::vector<ObjectFrame> frames_of(const std::vector<ObjectState>& objects, bool is_world = true) {
  std::vector<ObjectFrame> frames;
  for (int k = 0; k <= 20; ++k) {
    ObjectFrame& frame = frames.emplace_back();
    frame.stamp = at(0.1 * k);
    frame.is_world = is_world;
    frame.objects = objects;
  }
  return frames;
}

constexpr std::size_t kScored = 11;  // frames from 1.0 s to 2.0 s

TEST(TrackingReport, CountsFoundAndRightPerFrame) {
  const auto report = tracking_report(frames_of({car(101, 10.5, 0.0), car(102, 30.0, 9.0)}),
                                      frames_of({car(1, 10, 0), car(2, 20, 0)}), kNever);
  EXPECT_EQ(report.frames, kScored);
  EXPECT_EQ(report.whole.truth, 2 * kScored);
  EXPECT_EQ(report.whole.found, kScored);
  EXPECT_DOUBLE_EQ(*report.whole.recall(), 0.5);
  EXPECT_DOUBLE_EQ(*report.whole.precision(), 0.5);
  EXPECT_NEAR(*report.whole.position_rmse_m(), 0.5, 1e-9);
}

TEST(TrackingReport, WeighsErrorsAgainstTheCovariancesThatWerePromised) {
  ObjectState truth = car(1, 10, 0);
  ObjectState track = car(101, 10.3, 0.4);
  track.velocity.x() = 1.0;
  ObjectState silent = car(102, 20.3, 0.4);
  track.covariance = Eigen::Vector4d(0.01, 0.04, 0.25, 0.25).asDiagonal();
  const auto score = tracking_report(frames_of({track, silent}), frames_of({truth, car(2, 20, 0)}), kNever).whole;
  EXPECT_EQ(score.found, 2 * kScored);
  EXPECT_EQ(score.position.pairs, kScored) << "of those that promise something";
  EXPECT_NEAR(*score.position.nees(), 9.0 + 4.0, 1e-9);
  EXPECT_NEAR(*score.position.beyond_share(), 1.0, 1e-9);
  EXPECT_NEAR(*score.velocity.nees(), 4.0, 1e-9);
  EXPECT_NEAR(*score.velocity.beyond_share(), 0.0, 1e-9);
  Score sum = score;
  sum += score;
  EXPECT_EQ(sum.position.pairs, 2 * kScored);
  EXPECT_NEAR(*sum.velocity.nees(), 4.0, 1e-9);
}

TEST(TrackingReport, ACovarianceTurnsWithTheFrame) {
  ObjectState track = car(101, 0, 10.0);
  track.covariance = Eigen::Vector4d(1.0, 4.0, 9.0, 16.0).asDiagonal();
  ObjectFrame frame;
  frame.is_world = true;
  frame.T_world_vehicle = pose_from_xyz_rpy(1, 2, 0, 0, 0, M_PI_2);
  frame.objects = {track};
  const Eigen::Matrix4d turned = *to_vehicle(frame).objects[0].covariance;
  EXPECT_TRUE(turned.diagonal().isApprox(Eigen::Vector4d(4.0, 1.0, 16.0, 9.0)));
}

TEST(TrackingReport, TheGateIsTwoMetresForVehiclesAndOneForOthers) {
  const auto found = [](ObjectClass c, double offset_m) {
    ObjectState truth = car(1, 10, 0);
    truth.classification = c;
    ObjectState track = truth;
    track.position.x() += offset_m;
    return tracking_report(frames_of({track}), frames_of({truth}), kNever).whole.found > 0;
  };
  EXPECT_TRUE(found(ObjectClass::kCar, 1.9));
  EXPECT_FALSE(found(ObjectClass::kCar, 2.1));
  EXPECT_TRUE(found(ObjectClass::kPedestrian, 0.9));
  EXPECT_FALSE(found(ObjectClass::kPedestrian, 1.1));
}

TEST(TrackingReport, AnotherIdOnTheSameObjectIsASwitch) {
  auto tracks = frames_of({car(101, 10, 0)});
  for (std::size_t k = 15; k < tracks.size(); ++k) tracks[k].objects[0].id = 102;
  const auto report = tracking_report(tracks, frames_of({car(1, 10, 0)}), kNever);
  EXPECT_EQ(report.whole.switches, 1U);
  EXPECT_DOUBLE_EQ(*report.whole.recall(), 1.0);
}

TEST(TrackingReport, AnObjectKeepsItsTrackWhileANearerOnePassesBy) {
  auto tracks = frames_of({car(101, 10.5, 0)});
  for (std::size_t k = 15; k < tracks.size(); ++k) tracks[k].objects.push_back(car(102, 10.1, 0));
  EXPECT_EQ(tracking_report(tracks, frames_of({car(1, 10, 0)}), kNever).whole.switches, 0U);
}

TEST(TrackingReport, ObjectsWithFewReturnsAreNeitherFoundNorMissed) {
  const auto report = tracking_report(frames_of({car(101, 10, 0)}), frames_of({car(1, 10, 0, 5)}), kNever);
  EXPECT_EQ(report.whole.truth, 0U);
  EXPECT_EQ(report.whole.tracks, 0U);
  EXPECT_FALSE(report.whole.recall()) << "nothing to count is no number, not zero";
  EXPECT_FALSE(report.whole.precision());
}

TEST(TrackingReport, ATrackOnAHiddenObjectIsWrongAndSaidToBeThere) {
  const auto report = tracking_report(frames_of({car(101, 10, 0)}), frames_of({car(1, 10, 0, 0)}), kNever);
  EXPECT_EQ(report.whole.truth, 0U) << "it cannot be seen";
  EXPECT_EQ(report.hidden, kScored);
  EXPECT_DOUBLE_EQ(*report.whole.precision(), 0.0);
}

TEST(TrackingReport, BeyondFiftyMetresNothingCounts) {
  const auto report = tracking_report(frames_of({car(101, 51, 0)}), frames_of({car(1, 50.5, 0)}), kNever);
  EXPECT_EQ(report.whole.truth, 0U);
  EXPECT_EQ(report.whole.tracks, 0U);
}

TEST(TrackingReport, TruthWithoutTracksCountsAsMissed) {
  auto tracks = frames_of({car(101, 10, 0)});
  tracks.erase(tracks.begin() + 12, tracks.begin() + 15);
  const auto report = tracking_report(tracks, frames_of({car(1, 10, 0)}), kNever);
  EXPECT_EQ(report.unanswered, 3U);
  EXPECT_EQ(report.whole.truth, kScored);
  EXPECT_EQ(report.whole.found, kScored - 3);
}

TEST(TrackingReport, DisturbedFramesCountInTheWholeOnly) {
  const auto report =
      tracking_report(frames_of({car(101, 10, 0)}), frames_of({car(1, 10, 0)}), [](Time t) { return t > at(1.55); });
  EXPECT_EQ(report.whole.found, kScored);
  EXPECT_EQ(report.undisturbed.found, 6U);
}

TEST(TrackingReport, ComparesInTheVehicleFrameSoThatWorldsMayDiffer) {
  auto tracks = frames_of({car(101, 10, 0)});
  for (ObjectFrame& frame : tracks) {  // the tracker's world is turned and moved
    frame.T_world_vehicle = pose_from_xyz_rpy(100, -50, 0, 0, 0, 1.0);
    frame.objects[0].position = frame.T_world_vehicle * frame.objects[0].position;
  }
  const auto report = tracking_report(tracks, frames_of({car(1, 10, 0)}), kNever);
  EXPECT_DOUBLE_EQ(*report.whole.recall(), 1.0);
  EXPECT_NEAR(*report.whole.position_rmse_m(), 0.0, 1e-9);
}

TEST(TrackingReport, VelocitiesOfVehicleRelativeTracksAreNotCompared) {
  const auto report = tracking_report(frames_of({car(101, 10, 0)}, false), frames_of({car(1, 10, 0)}), kNever);
  EXPECT_FALSE(report.is_world);
  EXPECT_FALSE(report.whole.velocity_rmse_mps());
}

TEST(TrackingReport, SaysWhyThereAreNoNumbers) {
  EXPECT_EQ(tracking_report({}, frames_of({}), kNever).absent, "no tracks in this recording");
  EXPECT_EQ(tracking_report(frames_of({}), {}, kNever).absent, "no ground truth in this recording");
  auto late = frames_of({car(101, 10, 0)});
  for (ObjectFrame& frame : late) frame.stamp += 100s;
  EXPECT_EQ(tracking_report(late, frames_of({}), kNever).absent,
            "no tracks message at a time for which there is truth");
}

TEST(FrameAt, InterpolatesBetweenNeighboursAndNotAcrossGaps) {
  auto frames = frames_of({car(1, 10, 0)});
  frames[11].objects[0].position.x() = 12.0;
  const auto between = frame_at(frames, at(1.05));
  ASSERT_TRUE(between);
  EXPECT_NEAR(between->objects[0].position.x(), 11.0, 1e-4);
  frames.erase(frames.begin() + 11, frames.begin() + 15);
  EXPECT_FALSE(frame_at(frames, at(1.2)));
  EXPECT_FALSE(frame_at(frames, at(9.0)));
}

}  // namespace
}  // namespace ocelli::report
