#include "ocelli/perception/ego_motion/ego_motion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ocelli/perception/ego_motion/ego_motion_node.hpp"

namespace ocelli::perception {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Duration kWheelPeriod = 20ms;
constexpr Duration kGyroPeriod = 10ms;

/// Wheels at 50 Hz and a gyro at 100 Hz of a vehicle with constant motion.
class Drive {
 public:
  EgoMotion motion{EgoMotionConfig{}};
  Time now = from_ns(1'000'000'000'000);

  void run(Duration duration, double speed_mps, double yaw_rate_rps, bool has_wheels = true, bool has_gyro = true) {
    const Time end = now + duration;
    for (; now < end; now += kGyroPeriod) {
      if (has_gyro) motion.add(GyroSample{now, yaw_rate_rps});
      if (has_wheels && (now.time_since_epoch() % kWheelPeriod) == Duration{})
        motion.add(WheelSample{now, {speed_mps, speed_mps, speed_mps, speed_mps}});
    }
  }
};

TEST(EgoMotion, GoesStraight) {
  Drive drive;
  drive.run(10s, 10.0, 0.0);
  const auto state = drive.motion.at(drive.now);
  ASSERT_TRUE(state);
  EXPECT_NEAR(state->x_m, 100.0, 0.01);
  EXPECT_NEAR(state->y_m, 0.0, 1e-6);
  EXPECT_DOUBLE_EQ(state->speed_mps, 10.0);
}

TEST(EgoMotion, ComesBackRoundACircle) {
  Drive drive;
  drive.run(10s, 2.0 * M_PI, 2.0 * M_PI / 10.0);  // radius 10 m
  const auto state = drive.motion.at(drive.now);
  ASSERT_TRUE(state);
  EXPECT_NEAR(state->x_m, 0.0, 0.02);
  EXPECT_NEAR(state->y_m, 0.0, 0.02);
  EXPECT_NEAR(std::remainder(state->yaw_rad, 2.0 * M_PI), 0.0, 0.005);
}

TEST(EgoMotion, LearnsTheGyroBiasStandingAndDoesNotTurnMeanwhile) {
  Drive drive;
  drive.run(5s, 0.0, 0.008);
  EXPECT_NEAR(drive.motion.calibration().gyro_bias_rps, 0.008, 5e-4);
  const auto standing = drive.motion.at(drive.now - kGyroPeriod);
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->yaw_rate_rps, 0.0);
  const double yaw_rad = standing->yaw_rad;
  drive.run(10s, 10.0, 0.008);
  EXPECT_NEAR(drive.motion.at(drive.now)->yaw_rad, yaw_rad, 0.01);
}

TEST(EgoMotion, IsAbsentBeforeAndWithoutGyroOrWheels) {
  Drive none;
  EXPECT_FALSE(none.motion.at(none.now));
  Drive no_gyro;
  no_gyro.run(1s, 10.0, 0.0, true, false);
  EXPECT_FALSE(no_gyro.motion.at(no_gyro.now));
  Drive no_wheels;
  no_wheels.run(1s, 10.0, 0.0, false, true);
  EXPECT_FALSE(no_wheels.motion.at(no_wheels.now));
}

TEST(EgoMotion, IsAbsentInAGapAndDoubtsAfterIt) {
  Drive drive;
  drive.run(2s, 10.0, 0.0);
  const double before = drive.motion.at(drive.now)->covariance(2, 2);
  drive.run(1s, 10.0, 0.0, true, false);
  EXPECT_FALSE(drive.motion.at(drive.now)) << "the gyro is gone";
  drive.run(100ms, 10.0, 0.0);
  const auto back = drive.motion.at(drive.now);
  ASSERT_TRUE(back);
  EXPECT_GT(back->covariance(2, 2), before);
  EXPECT_NEAR(back->x_m, 31.0, 0.2);
}

TEST(EgoMotion, UsesOneRearWheelWhenTheOtherIsNotValid) {
  EgoMotion motion{EgoMotionConfig{}};
  Time now = from_ns(1'000'000'000'000);
  for (int i = 0; i < 100; ++i, now += kWheelPeriod) {
    motion.add(GyroSample{now, 0.2});
    motion.add(WheelSample{now, {kNan, kNan, 5.0 - 0.5 * EgoMotionConfig{}.track_width_m * 0.2, kNan}});
  }
  ASSERT_TRUE(motion.at(now));
  EXPECT_NEAR(motion.at(now)->speed_mps, 5.0, 1e-9);
}

TEST(EgoMotion, IgnoresAndCountsOldAndInvalidSamples) {
  Drive drive;
  drive.run(1s, 10.0, 0.0);
  const auto expected = drive.motion.at(drive.now);
  drive.motion.add(WheelSample{drive.now - 500ms, {99.0, 99.0, 99.0, 99.0}});
  drive.motion.add(GyroSample{drive.now - 500ms, 9.0});
  drive.motion.add(GyroSample{drive.now, kNan});
  EXPECT_EQ(drive.motion.ignored_samples(), 3U);
  EXPECT_EQ(drive.motion.at(drive.now)->x_m, expected->x_m);
}

TEST(EgoMotion, AbsurdNumbersAreIgnoredHoweverFiniteTheyAre) {
  EgoMotion motion(EgoMotionConfig{});
  const Time start = from_ns(1'000'000'000'000);
  motion.add(GyroSample{start, 0.0});
  motion.add(WheelSample{start, {1e308, 1e308, 1e308, 1e308}});
  EXPECT_FALSE(motion.at(start)) << "nothing to begin with";
  Drive drive;
  drive.run(1s, 10.0, 0.0);
  const auto expected = drive.motion.at(drive.now);
  WheelSample steered{drive.now, {10.0, 10.0, 10.0, 10.0}};
  steered.steering_rad = -1e308;
  drive.motion.add(steered);
  drive.motion.add(WheelSample{drive.now, {10.0, 10.0, 10.0, -1e308}});
  drive.motion.add(WheelSample{drive.now, {10.0, 10.0, HUGE_VAL, 10.0}});
  drive.motion.add(GyroSample{drive.now, 1e308});
  drive.motion.add(GnssSample{drive.now, {50.0, 8.0, 1e308}, 1.0});
  drive.motion.add(GnssSample{drive.now, {50.0, 8.0, 100.0}, 1e308});
  EXPECT_EQ(drive.motion.ignored_samples(), 6U);
  EXPECT_EQ(drive.motion.at(drive.now)->x_m, expected->x_m);
  EXPECT_EQ(drive.motion.at(drive.now)->speed_mps, expected->speed_mps);
}

TEST(EgoMotionNode, TellsTheSamplesItCouldNotUseAndMarksADisagreement) {
  EgoMotionNode node({});
  const Time start = from_ns(1'000'000'000'000);
  const auto step = [&](Time at, bool has_gyro, double altitude_m, EgoMotionNode::Out& out) {
    ocelli::msg::VehicleState state;
    state.wheel_speed_mps().fill(10.0);
    state.is_wheel_speed_valid(true);
    state.is_steering_valid(true);
    sensor_msgs::msg::NavSatFix fix;
    fix.altitude(altitude_m);
    EgoMotionNode::In in;
    in.vehicle.bind(std::vector{input_sample<topics::VehicleState>(state, at)});
    if (has_gyro) in.imu.bind(std::vector{input_sample<topics::ImuData>({}, at)});
    in.gnss.bind(std::vector{input_sample<topics::GnssFix>(fix, at)});
    ASSERT_TRUE(node.step(in, out));
  };
  EgoMotionNode::Out good;
  step(start, true, std::nan(""), good);
  EXPECT_EQ(good.ego.left_out(), 0U) << "NaN: the receiver knows no altitude";
  EXPECT_FALSE(good.ego.is_degraded());
  EgoMotionNode::Out absurd;
  step(start + 20ms, true, 1e9, absurd);
  EXPECT_EQ(absurd.ego.left_out(), 1U);
  EgoMotionNode::Out blind;
  for (int i = 2; i < 20; ++i) {
    blind = {};
    step(start + i * 20ms, false, 0.0, blind);
  }
  EXPECT_TRUE(blind.ego.is_degraded()) << "without a gyro it is not to be believed";
}

}  // namespace
}  // namespace ocelli::perception
