// The node `tracks` on messages of lidar, radar and camera: what each of them gives to the tracks.
#include "ocelli/tests/perception/tracks/fused_tracks.hpp"

namespace ocelli::perception {
namespace {

using namespace test;
using tracking::kSourceCamera;
using tracking::kSourceLidar;
using tracking::kSourceRadar;

TEST_F(FusedTracks, TheLidarPacesTheOutputWhileItIsThere) {
  for (int i = 0; i < 10; ++i) {
    lidar(i * 100ms);
    ASSERT_NE(tracks(), nullptr);
    EXPECT_EQ(stamp(), kStart + i * 100ms);
    EXPECT_FALSE(out_.tracks.is_degraded());
    for (const Duration later : {20ms, 70ms}) {
      radar(i * 100ms + later);
      EXPECT_EQ(tracks(), nullptr);
    }
  }
}

TEST_F(FusedTracks, EgoMotionWhoseSourcesDisagreeMakesTheTracksDegraded) {
  lidar(0ms);
  lidar(100ms);
  EXPECT_FALSE(out_.tracks.is_degraded());
  is_ego_integral_ = false;
  lidar(200ms);
  EXPECT_TRUE(out_.tracks.is_degraded());
  EXPECT_TRUE(tracks()->is_degraded());
  EXPECT_EQ(tracks()->sensors_missing(), 0U) << "it is not a sensor that is missing";
  is_ego_integral_ = true;
  lidar(300ms);
  EXPECT_FALSE(tracks()->is_degraded());
}

TEST_F(FusedTracks, DetectionsThatTheTrackerCannotUseAreTold) {
  lidar(0ms);
  radar(20ms);
  EXPECT_EQ(out_.tracks.left_out(), 0U);
  radar(60ms, std::nan(""));
  EXPECT_EQ(out_.tracks.left_out(), 1U);
  radar(80ms);
  EXPECT_EQ(out_.tracks.left_out(), 0U) << "those of the step, not of the drive";
}

TEST_F(FusedTracks, DetectionsBeyondTheLimitAreTold) {
  std::vector<Box3> boxes(500);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    boxes[i].centre_m = {10.0 + 0.1 * static_cast<double>(i), 0.0, 0.75};
    boxes[i].size_m = {4.2, 1.8, 1.5};
    boxes[i].score = 0.5;
  }
  lidar_boxes(boxes, 0ms);
  EXPECT_EQ(out_.tracks.left_out(), 500U - static_cast<std::uint64_t>(TracksNode::Config{}.tracker.max_detections));
}

TEST_F(FusedTracks, ALengthGrowsWithALongerViewAndOneWrongScanStretchesItLittle) {
  const auto length_m = [&] { return tracks()->tracks().at(0).size().x(); };
  for (int i = 0; i < 10; ++i) lidar(i * 100ms, 3.0);
  EXPECT_NEAR(length_m(), 3.0, 0.1);
  for (int i = 10; i < 14; ++i) lidar(i * 100ms, 4.2);
  EXPECT_GT(length_m(), 4.0);
  const double before_m = length_m();
  lidar(1400ms, 9.0);
  EXPECT_LT(length_m(), before_m + 1.2);
}

/// Scans until a box that goes on by `step_m` over ground from scan to scan is a track.
class NewBox : public FusedTracks {
 protected:
  int scans_until_reported(double speed_mps) {
    for (int i = 0; i < 12; ++i) {
      Box3 car;
      car.object_class = ObjectClass::kCar;
      car.centre_m = {60.0 + 0.1 * i * (speed_mps - kEgo_mps), 0.5, 0.75};
      car.size_m = {4.2, 1.8, 1.5};
      car.score = 0.9;
      car.is_length_seen = car.is_width_seen = true;
      lidar_boxes({car}, i * 100ms);
      if (!tracks()->tracks().empty()) return i + 1;
    }
    return 99;
  }
};
TEST_F(NewBox, OfAStandingCarIsATrackInItsThirdScan) { EXPECT_EQ(scans_until_reported(0.0), 3); }
TEST_F(NewBox, OfAFastCarIsATrackAsSoon) { EXPECT_EQ(scans_until_reported(25.0), 3); }
TEST_F(NewBox, ThatJumpsAsARowOfParkedCarsWouldHasToDoSoForLonger) {
  const int scans = scans_until_reported(40.0);
  EXPECT_GT(scans, 3);
  EXPECT_LE(scans, 8) << "some are as fast as that";
}

TEST_F(FusedTracks, EachTrackNamesTheSensorsThatSawIt) {
  calibrate();
  for (int i = 0; i < 5; ++i) lidar(i * 100ms);
  ASSERT_EQ(tracks()->tracks().size(), 1U);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar);
  EXPECT_EQ(tracks()->sensors(), kSourceLidar);
  camera(410ms);
  radar(450ms);
  lidar(500ms);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar | kSourceCamera | kSourceRadar);
  EXPECT_EQ(tracks()->sensors(), kSourceLidar | kSourceCamera | kSourceRadar);
  for (int i = 6; i < 9; ++i) lidar(i * 100ms);
  EXPECT_EQ(tracks()->tracks()[0].sources(), kSourceLidar) << "what was long ago does not count";
}

TEST_F(FusedTracks, TheRangeRateSaysHowFastSoonerThanBoxesDo) {
  for (int i = 0; i < 3; ++i) lidar(i * 100ms);
  const double unsure = tracks()->tracks()[0].covariance()[3 * 6 + 3];
  radar(250ms);
  lidar(300ms);
  EXPECT_NEAR(tracks()->tracks()[0].velocity().x(), kCar_mps, 0.2);
  EXPECT_LT(tracks()->tracks()[0].covariance()[3 * 6 + 3], 0.2 * unsure);
}

}  // namespace
}  // namespace ocelli::perception
