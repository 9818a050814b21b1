#include "ocelli/perception/tracks/odometry.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ocelli::perception {
namespace {

constexpr Time kStart = from_ns(1'000'000'000'000);

EgoState state(Duration after, double x_m, double speed_mps, double yaw_rate_rps = 0.0) {
  EgoState ego;
  ego.stamp = kStart + after;
  ego.x_m = x_m;
  ego.speed_mps = speed_mps;
  ego.yaw_rate_rps = yaw_rate_rps;
  return ego;
}

TEST(Odometry, AJumpOfThePoseMovesNothing) {
  Odometry odometry;
  odometry.hear(state(0ms, 100.0, 10.0));
  odometry.hear(state(100ms, 103.0, 10.0));  // two metres too far
  EXPECT_NEAR(odometry.at(kStart + 100ms).x_m, 101.0, 1e-9);
  EXPECT_NEAR(odometry.at(kStart + 150ms).x_m, 101.5, 1e-9);
  EXPECT_NEAR(odometry.at(kStart + 50ms).x_m, 100.5, 1e-9) << "and back";
}

TEST(Odometry, GoesAlongTheArcAtTheMeanSpeed) {
  Odometry odometry;
  odometry.hear(state(0ms, 0.0, 10.0, 0.2));
  odometry.hear(state(100ms, 0.0, 12.0, 0.4));
  const EgoState now = odometry.at(kStart + 100ms);
  EXPECT_NEAR(now.yaw_rad, 0.03, 1e-9);
  EXPECT_NEAR(std::hypot(now.x_m, now.y_m), 1.1, 1e-3);
}

TEST(Odometry, BrakingDoesNotMoveWhereTheVehicleWas) {
  Odometry odometry;
  constexpr double kBraking_mps2 = 6.0;
  const auto way_m = [](double s) { return 10.0 * s - 0.5 * kBraking_mps2 * s * s; };
  for (int i = 0; i <= 20; ++i) {
    const double s = 0.05 * i;
    odometry.hear(state(from_seconds(s), way_m(s), 10.0 - kBraking_mps2 * s));
  }
  for (const double s : {0.0, 0.51, 0.7, 0.925}) {
    const EgoState then = odometry.at(kStart + from_seconds(s));
    EXPECT_NEAR(then.x_m, way_m(s), 1e-6) << s;
    EXPECT_NEAR(then.speed_mps, 10.0 - kBraking_mps2 * s, 1e-6) << s;
  }
}

TEST(Odometry, AnOlderStateChangesNothingAndALongGapBeginsAnew) {
  Odometry odometry;
  odometry.hear(state(100ms, 5.0, 10.0));
  odometry.hear(state(0ms, 77.0, 20.0));
  EXPECT_EQ(odometry.at(kStart + 100ms).x_m, 5.0);
  odometry.hear(state(5s, 60.0, 10.0));
  EXPECT_EQ(odometry.at(kStart + 5s).x_m, 60.0);
}

TEST(InFrame, TurnsWhatHasADirection) {
  tracking::Track track;
  track.p_world = {1, 0, 0.5};
  track.v_world = {3, 0, 0};
  track.covariance(0, 0) = 4.0;
  track.covariance(3, 3) = 9.0;
  const tracking::Track moved = in_frame(pose_from_xyz_rpy(10, 0, 0, 0, 0, M_PI_2), track);
  EXPECT_LT((moved.p_world - Eigen::Vector3d(10, 1, 0.5)).norm(), 1e-12);
  EXPECT_LT((moved.v_world - Eigen::Vector3d(0, 3, 0)).norm(), 1e-12);
  EXPECT_NEAR(moved.yaw_rad, M_PI_2, 1e-12);
  EXPECT_NEAR(moved.covariance(1, 1), 4.0, 1e-12);
  EXPECT_NEAR(moved.covariance(4, 4), 9.0, 1e-12);
}

}  // namespace
}  // namespace ocelli::perception
