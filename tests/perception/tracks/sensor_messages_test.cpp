#include "ocelli/perception/tracks/sensor_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/perception/camera_messages.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli::perception {
namespace {

using testing::HasSubstr;

ocelli::msg::CameraCalibration calibration() {
  ocelli::msg::CameraCalibration message;
  message.width(1280);
  message.height(360);
  message.projection() = {700, 0, 640, 0, 0, 700, 180, 0, 0, 0, 1, 0};
  message.pose(message_of(pose_from_xyz_rpy(1.0, 0.0, 1.5, -M_PI_2, 0.0, -M_PI_2)));
  return message;
}

TEST(SensorMessages, AReturnKnowsWhereItWasSeenFromAndIsNeverTooSure) {
  ocelli::msg::RadarObjects message;
  message.sensor_x_m(3.6);
  ocelli::msg::RadarObject& object = message.objects().emplace_back();
  object.x_m(30);
  object.y_m(-2);
  object.range_rate_mps(-4);
  object.radial_sigma_mps(0.01);
  std::vector<tracking::RadarReturn> returns(7);
  returns_of(message, returns);
  ASSERT_EQ(returns.size(), 1U);
  EXPECT_EQ(returns[0].p_vehicle, Eigen::Vector3d(30, -2, 0));
  EXPECT_EQ(returns[0].sensor_vehicle, Eigen::Vector2d(3.6, 0));
  EXPECT_EQ(returns[0].range_rate_mps, -4);
  EXPECT_GE(returns[0].range_rate_sigma_mps, 0.1);
}

TEST(SensorMessages, BoxesOfThePictureKeepTheirPlaceClassAndScore) {
  const std::vector<Box2> boxes{
      {.object_class = ObjectClass::kCyclist, .score = 0.7, .x_min = 10, .y_min = 20, .x_max = 30, .y_max = 60}};
  std::vector<tracking::Detection2> detections;
  camera_detections_of(message_of(boxes, Time{}, "camera/front"), detections);
  ASSERT_EQ(detections.size(), 1U);
  EXPECT_EQ(detections[0].object_class, ObjectClass::kCyclist);
  EXPECT_EQ(detections[0].score, 0.7);
  EXPECT_EQ(detections[0].image.left_px, 9.5);
  EXPECT_EQ(detections[0].image.bottom_px, 59.5);
}

TEST(SensorMessages, ACalibrationMapsTheVehicleFrameToPixels) {
  const auto camera = camera_model_of(calibration());
  ASSERT_TRUE(camera);
  const Eigen::Vector3d p = camera->P_image_vehicle * Eigen::Vector4d(21.0, 2.0, 1.5, 1.0);  // 20 m ahead, 2 m left
  EXPECT_NEAR(p.x() / p.z(), 640 - 700 * 2.0 / 20.0, 1e-9);
  EXPECT_NEAR(p.y() / p.z(), 180, 1e-9);
}

TEST(SensorMessages, ACalibrationThatCannotBeIsRefused) {
  auto reflected = calibration();
  reflected.projection()[0] = -700;
  auto blind = calibration();
  blind.projection().fill(0);
  auto endless = calibration();
  endless.projection()[2] = INFINITY;
  auto empty = calibration();
  empty.width(0);
  for (const auto& message : {reflected, blind, endless, empty}) {
    const auto camera = camera_model_of(message);
    ASSERT_FALSE(camera);
    EXPECT_THAT(camera.error().message, HasSubstr("camera calibration: "));
  }
}

}  // namespace
}  // namespace ocelli::perception
