// The camera in the tracker: it confirms, contradicts and keeps alive, and is not asked about what it cannot see.
#include <gtest/gtest.h>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

struct Eye {
  explicit Eye(const Config& config = {}) : tracker_(config) {
    CameraModel camera;
    camera.P_image_vehicle << 600, -700, 0, 0, 180, 0, -700, 0, 1, 0, 0, 0;
    camera.width_px = 1200;
    camera.height_px = 360;
    tracker_.set_camera(camera);
  }

  void update(int frame, const std::vector<Detection3>& lidar, const std::optional<std::vector<Detection2>>& camera) {
    Measurements measurements;
    measurements.stamp = Time{frame * 100ms};
    measurements.ego = Ego{};
    measurements.lidar = lidar;
    if (camera) measurements.camera = *camera;
    ASSERT_TRUE(tracker_.update(measurements));
  }
  [[nodiscard]] std::span<const Track> tracks() const { return tracker_.tracks(); }

  Tracker tracker_;
};

Detection3 car(double x_m, double y_m, double score) {
  Detection3 detection;
  detection.p_vehicle = {x_m, y_m, 0.0};
  detection.length_m = 4.0;
  detection.width_m = 1.8;
  detection.height_m = 1.5;
  detection.score = score;
  return detection;
}
/// What the camera sees of a car there.
Detection2 image_of(double x_m, double y_m) {
  const double near_m = x_m - 2.0;
  return {ObjectClass::kCar,
          {600.0 - 700.0 * (y_m + 0.9) / near_m, 180.0 - 700.0 * 0.75 / near_m, 600.0 - 700.0 * (y_m - 0.9) / near_m,
           180.0 + 700.0 * 0.75 / near_m},
          0.9};
}
class CameraTracker : public ::testing::Test, protected Eye {};

TEST_F(CameraTracker, ABoxMakesAWeakDetectionSurerAndItsAbsenceLess) {
  const auto existence = [](const std::optional<std::vector<Detection2>>& camera) {
    Eye eye;
    eye.update(0, {car(20, 0, 0.8)}, camera);
    return eye.tracks().empty() ? 0.0 : eye.tracks()[0].existence;
  };
  EXPECT_GT(existence(std::vector{image_of(20, 0)}), existence(std::nullopt));
  EXPECT_LT(existence(std::vector<Detection2>{}), existence(std::nullopt));
}

TEST_F(CameraTracker, AClassThatTheCameraDoesNotKnowIsNotContradicted) {
  const std::vector<Detection3> lidar{car(20, 0, 0.8)};
  const std::vector<Detection2> nothing;
  Measurements measurements;
  measurements.ego = Ego{};
  measurements.lidar = lidar;
  measurements.camera = nothing;
  measurements.camera_looks.fill(false);
  ASSERT_TRUE(tracker_.update(measurements));
  Eye alone;
  alone.update(0, lidar, std::nullopt);
  EXPECT_EQ(tracks()[0].existence, alone.tracks()[0].existence);
}

TEST_F(CameraTracker, KeepsAliveAndInBearingWhatTheLidarLost) {
  for (int frame = 0; frame < 10; ++frame) update(frame, {car(20, 0, 8.0)}, std::vector{image_of(20, 0)});
  for (int frame = 10; frame < 25; ++frame) {
    const double y_m = 0.01 * (frame - 9);  // it drifts to the left, only the camera sees it
    update(frame, {}, std::vector{image_of(20, y_m)});
    ASSERT_EQ(tracks().size(), 1U) << frame;
    EXPECT_EQ(tracks()[0].id, 1U);
    EXPECT_EQ(tracks()[0].sources, kSourceCamera);
    EXPECT_NEAR(tracks()[0].p_world.y(), y_m, 0.1);
  }
  EXPECT_EQ(tracks()[0].lidar_at, Time{900ms});
  EXPECT_EQ(tracks()[0].camera_at, Time{2400ms});
}

TEST_F(CameraTracker, ABoxElsewhereInTheImageIsNotTaken) {
  for (int frame = 0; frame < 10; ++frame) update(frame, {car(20, 0, 8.0)}, std::vector{image_of(20, 0)});
  update(10, {}, std::vector{image_of(20, 8)});
  for (const Track& track : tracks()) EXPECT_EQ(track.sources, 0U);
}

TEST_F(CameraTracker, OutsideTheImageTheCameraSaysNothing) {
  for (int frame = 0; frame < 5; ++frame) update(frame, {car(20, 60, 8.0)}, std::vector<Detection2>{});
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_FALSE(tracks()[0].image);
  EXPECT_GT(tracks()[0].existence, 0.9);
}

TEST_F(CameraTracker, ACameraUpdateThatComesLateCountsAtItsOwnStamp) {
  Eye in_time;
  for (int frame = 0; frame < 6; ++frame) {
    for (Eye* eye : {static_cast<Eye*>(this), &in_time}) eye->update(frame, {car(20, 0, 1.0)}, std::nullopt);
    if (frame != 3) continue;
    Measurements camera;
    const std::vector<Detection2> boxes{image_of(20, 0)};
    camera.stamp = Time{320ms};
    camera.ego = Ego{};
    camera.camera = boxes;
    ASSERT_TRUE(in_time.tracker_.update(camera));
  }
  Measurements camera;
  const std::vector<Detection2> boxes{image_of(20, 0)};
  camera.stamp = Time{320ms};
  camera.ego = Ego{};
  camera.camera = boxes;
  ASSERT_TRUE(tracker_.update(camera));
  ASSERT_EQ(tracks().size(), 1U);
  EXPECT_EQ(tracks()[0].existence, in_time.tracks()[0].existence);
  EXPECT_EQ(tracks()[0].p_world, in_time.tracks()[0].p_world);
}

}  // namespace
}  // namespace ocelli::tracking
