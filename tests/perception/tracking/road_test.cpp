#include "ocelli/perception/tracking/road.hpp"

#include <gtest/gtest.h>

namespace ocelli::tracking {
namespace {

/// 700 px of focal length, 1.5 m above the road, looking ahead.
CameraModel camera_ahead() {
  CameraModel camera;
  Eigen::Matrix3d K;
  K << 700, 0, 640, 0, 700, 180, 0, 0, 1;
  Eigen::Matrix<double, 3, 4> T_camera_vehicle;
  T_camera_vehicle << 0, -1, 0, 0, 0, 0, -1, 1.5, 1, 0, 0, 0;
  camera.P_image_vehicle = K * T_camera_vehicle;
  camera.width_px = 1280;
  camera.height_px = 360;
  return camera;
}

/// The box of something upright on the road.
ImageBox box_at(double x_m, double y_m, double height_m, double width_m = 1.8) {
  const double scale = 700.0 / x_m;
  const double bottom = 180 + 1.5 * scale;
  return {640 - (y_m + 0.5 * width_m) * scale, bottom - height_m * scale, 640 - (y_m - 0.5 * width_m) * scale, bottom};
}

TEST(Road, TheLowerEdgeOfABoxSaysWhereItStands) {
  for (const double x_m : {8.0, 20.0, 45.0}) {
    const auto place = place_on_road(camera_ahead(), box_at(x_m, 3.0, 1.5));
    ASSERT_TRUE(place) << x_m;
    EXPECT_NEAR(place->p_vehicle.x(), x_m, 1e-6);
    EXPECT_NEAR(place->p_vehicle.y(), 3.0, 1e-6);
    EXPECT_NEAR(place->height_m, 1.5, 1e-6);
  }
}

TEST(Road, TheDoubtGrowsWithTheRangeAndLiesAlongTheSight) {
  const auto near = place_on_road(camera_ahead(), box_at(10, 0, 1.5));
  const auto far = place_on_road(camera_ahead(), box_at(40, 0, 1.5));
  ASSERT_TRUE(near && far);
  EXPECT_GT(far->covariance(0, 0), 4.0 * near->covariance(0, 0));
  EXPECT_GT(far->covariance(0, 0), 4.0 * far->covariance(1, 1));
  EXPECT_NEAR(far->covariance(0, 1), 0.0, 1e-6);
}

TEST(Road, ABoxThatIsCutOffOrReachesTheHorizonHasNoPlace) {
  EXPECT_FALSE(place_on_road(camera_ahead(), box_at(5.5, 0, 1.5))) << "below the image";
  EXPECT_FALSE(place_on_road(camera_ahead(), {600, 100, 680, 181})) << "a kilometre away";
  EXPECT_FALSE(place_on_road(camera_ahead(), {600, 100, 680, 170})) << "in the sky";
  EXPECT_FALSE(place_on_road(CameraModel{}, box_at(20, 0, 1.5)));
}

TEST(Road, ADetectionHasTheUsualSizeOfItsClass) {
  const CameraModel camera = camera_ahead();
  const auto place = place_on_road(camera, box_at(20, 2, 1.8, 0.6));
  ASSERT_TRUE(place);
  Detection2 walker;
  walker.object_class = ObjectClass::kPedestrian;
  walker.score = 0.9;
  const Detection3 seen = standing_on_road(walker, *place);
  EXPECT_EQ(seen.object_class, ObjectClass::kPedestrian);
  EXPECT_NEAR(seen.height_m, 1.8, 1e-6);
  EXPECT_LT(seen.length_m, 1.0);
  EXPECT_FALSE(seen.is_length_seen);
  EXPECT_NEAR(seen.p_vehicle.head<2>().norm(), place->p_vehicle.norm() + 0.5 * seen.length_m, 1e-9);
  EXPECT_NEAR(seen.score, std::log(9.0), 1e-9);
}

}  // namespace
}  // namespace ocelli::tracking
