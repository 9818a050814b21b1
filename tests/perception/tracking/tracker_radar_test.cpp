// Range rates in the tracker: they say how fast an object is, from the own motion and whether they fit.
#include <gtest/gtest.h>

#include <limits>

#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kEgo_mps = 15.0;

/// A car 30 m ahead, seen twice by the lidar while the vehicle drives; then one radar return from its rear.
class RadarTracker : public ::testing::TestWithParam<MotionModel> {
 protected:
  void SetUp() override {
    Config config;
    config.car.motion = GetParam();
    tracker_.emplace(config);
    for (int frame = 0; frame < 2; ++frame) {
      Detection3 car;
      car.p_vehicle = {30.0, 0.0, 0.0};
      car.length_m = 4.0;
      car.width_m = 1.8;
      car.height_m = 1.5;
      car.score = 8.0;
      const std::vector<Detection3> cars{car};
      Measurements measurements = at(frame);
      measurements.lidar = cars;
      ASSERT_TRUE(tracker_->update(measurements));
    }
  }
  [[nodiscard]] static Measurements at(int frame) {
    Measurements measurements;
    measurements.stamp = Time{frame * 100ms};
    measurements.ego = Ego{pose_from_xyz_rpy(0.1 * kEgo_mps * frame, 0, 0, 0, 0, 0), kEgo_mps, 0.0};
    return measurements;
  }
  void hear(double range_rate_mps, double x_m = 28.0, double y_m = 0.2) {
    const std::vector<RadarReturn> returns{{{x_m, y_m, 0.0}, range_rate_mps, 0.1}};
    Measurements measurements = at(1);
    measurements.radar = returns;
    ASSERT_TRUE(tracker_->update(measurements));
    ASSERT_EQ(tracker_->tracks().size(), 1U);
  }
  [[nodiscard]] double speed_mps() const { return tracker_->tracks()[0].v_world.x(); }

  std::optional<Tracker> tracker_;
};

TEST_P(RadarTracker, ARangeRateIsRelativeToTheOwnMotion) {
  EXPECT_GT(tracker_->tracks()[0].covariance(3, 3), 1.0);
  hear(-3.0);
  EXPECT_NEAR(speed_mps(), kEgo_mps - 3.0, 0.1);
  EXPECT_LT(tracker_->tracks()[0].covariance(3, 3), 0.02);
  EXPECT_EQ(tracker_->tracks()[0].sources & kSourceRadar, kSourceRadar);
  EXPECT_EQ(tracker_->tracks()[0].radar_at, Time{100ms});
}

TEST_P(RadarTracker, AReturnBesideTheObjectOrWithAnImpossibleRateSaysNothing) {
  const double before_mps = speed_mps();
  hear(-3.0, 28.0, 6.0);
  EXPECT_EQ(speed_mps(), before_mps);
  hear(80.0);
  EXPECT_EQ(speed_mps(), before_mps);
  EXPECT_EQ(tracker_->tracks()[0].sources & kSourceRadar, 0U);
}

TEST_P(RadarTracker, WhatIsNoNumberReachesNoTrack) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const double before_mps = speed_mps();
  std::vector<RadarReturn> returns(3, {{28.0, 0.2, 0.0}, -3.0, 0.1});
  returns[0].range_rate_mps = kNan;
  returns[1].sensor_vehicle.x() = kNan;
  returns[2].p_vehicle.z() = kNan;
  Measurements measurements = at(1);
  measurements.radar = returns;
  ASSERT_TRUE(tracker_->update(measurements));
  EXPECT_EQ(speed_mps(), before_mps);
}

TEST_P(RadarTracker, WithoutOwnMotionTheSpeedIsTheRangeRate) {
  Measurements measurements = at(2);
  measurements.ego.reset();
  const std::vector<RadarReturn> returns{{{28.0, 0.2, 0.0}, -3.0, 0.1}};
  measurements.radar = returns;
  ASSERT_TRUE(tracker_->update(measurements));
  EXPECT_FALSE(tracker_->is_world());
  EXPECT_NEAR(speed_mps(), -3.0, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Models, RadarTracker, ::testing::Values(MotionModel::kTurnRate, MotionModel::kFreeVelocity));

}  // namespace
}  // namespace ocelli::tracking
