#include "ocelli/perception/tracking/scene.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ocelli::tracking {
namespace {

Object car(double x_m, double y_m, double yaw_rad = 0.0) {
  Object object;
  object.motion.mean << x_m, y_m, yaw_rad, 0.0, 0.0, 0.0;
  object.size_m = {4.0, 2.0, 1.5};
  return object;
}

Detection3 seen_car(double x_m, double score = 4.0) {
  Detection3 detection;
  detection.p_vehicle = {x_m, 0.0, 0.0};
  detection.length_m = 4.0;
  detection.width_m = 2.0;
  detection.height_m = 1.5;
  detection.score = score;
  return detection;
}

CameraModel pinhole() {
  CameraModel camera;
  camera.P_image_vehicle << 600, -700, 0, 0, 180, 0, -700, 0, 1, 0, 0, 0;
  camera.width_px = 1200;
  camera.height_px = 360;
  return camera;
}

TEST(Scene, TheCommonGroundIsAShareOfTheSmaller) {
  EXPECT_NEAR(ground_cover(car(0, 0), car(2, 0)), 0.5, 1e-9);
  EXPECT_NEAR(ground_cover(car(0, 0), car(0, 0, M_PI_2)), 0.5, 1e-9);
  EXPECT_EQ(ground_cover(car(0, 0), car(10, 0)), 0.0);
  Object point = car(0, 0);
  point.size_m.setZero();
  EXPECT_EQ(ground_cover(car(0, 0), point), 0.0);
}

TEST(Scene, ADetectionIsCarriedByTheWholePose) {
  const Pose T = pose_from_xyz_rpy(10, 20, 1, 0.0, -0.1, M_PI_2);  // nose up
  const WorldDetection place = seen_in_world(ClassConfig{}, T, seen_car(30.0));
  EXPECT_NEAR(place.p_world.x(), 10.0, 1e-9);
  EXPECT_NEAR(place.p_world.y(), 20.0 + 30.0 * std::cos(0.1), 1e-9);
  EXPECT_NEAR(place.p_world.z(), 1.0 + 30.0 * std::sin(0.1), 1e-9);
  EXPECT_NEAR(place.yaw_rad, M_PI_2, 1e-9);
}

TEST(Scene, AWeakOrFarDetectionIsLessExact) {
  ClassConfig config;
  config.position_noise_weak_m = 0.5;
  config.position_noise_per_m = 0.01;
  const double near_strong = seen_in_world(config, Pose::Identity(), seen_car(10.0, 9.0)).sigma_m;
  EXPECT_GT(seen_in_world(config, Pose::Identity(), seen_car(10.0, 0.0)).sigma_m, near_strong);
  EXPECT_NEAR(seen_in_world(config, Pose::Identity(), seen_car(60.0, 9.0)).sigma_m, near_strong + 0.5, 1e-9);
}

TEST(Scene, TheEvidenceOfAScoreIsLinearAndBounded) {
  ClassConfig config;
  EXPECT_NEAR(evidence_of(config, config.score_middle), 0.0, 1e-12);
  EXPECT_NEAR(evidence_of(config, config.score_middle + 1.0), config.score_slope, 1e-12);
  EXPECT_EQ(evidence_of(config, 1e9), config.evidence_hit_high);
  EXPECT_EQ(evidence_of(config, -1e9), config.evidence_hit_low);
}

TEST(Scene, ABoxProjectsWhereItsCornersDo) {
  const auto box = project(pinhole(), Pose::Identity(), car(20.0, 0.0));
  ASSERT_TRUE(box);
  EXPECT_NEAR(box->left_px, 600.0 - 700.0 / 18.0, 1e-6);
  EXPECT_NEAR(box->right_px, 600.0 + 700.0 / 18.0, 1e-6);
  EXPECT_NEAR(box->bottom_px, 180.0 + 700.0 * 0.75 / 18.0, 1e-6);
}

TEST(Scene, ABoxThatReachesBehindTheCameraHasNoImage) {
  EXPECT_FALSE(project(pinhole(), Pose::Identity(), car(1.0, 0.0)));
  EXPECT_FALSE(project(pinhole(), Pose::Identity(), car(-20.0, 0.0)));
}

TEST(Scene, TheSizeIsAMeanThatForgets) {
  ClassConfig config;
  config.size_memory = 4.0;
  const WorldDetection place = seen_in_world(config, Pose::Identity(), seen_car(20.0));
  Object object = new_object(config, MotionModel::kTurnRate, place, seen_car(20.0), Time{});
  Detection3 longer = seen_car(20.0);
  longer.length_m = 5.0;
  update_object(config, place, place_whole(config, place, longer), longer, Time{100ms}, object);
  EXPECT_NEAR(object.size_m.x(), 4.5, 1e-9);
  for (int i = 0; i < 60; ++i)
    update_object(config, place, place_whole(config, place, longer), longer, Time{100ms}, object);
  EXPECT_NEAR(object.size_m.x(), 5.0, 1e-6);
}

}  // namespace
}  // namespace ocelli::tracking
