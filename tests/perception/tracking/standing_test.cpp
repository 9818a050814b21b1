// Which of two models, "it stands" and "it moves", an object's measurements fit.
#include "ocelli/perception/tracking/standing.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/perception/tracking/config.hpp"

namespace ocelli::tracking {
namespace {

/// A new object at the origin, as it is before a second place of it is known.
class Standing : public ::testing::Test {
 protected:
  void see(double x_m) {
    predict(config_, 0.1, 0.0, motion_);
    predict(0.1, rest_);
    const Eigen::Matrix2d covariance = 0.04 * Eigen::Matrix2d::Identity();
    weigh_place({x_m, 0.0}, covariance, motion_, rest_);
    update_position({x_m, 0.0}, covariance, motion_);
  }
  ClassConfig config_{.motion = MotionModel::kFreeVelocity, .initial_speed_mps = 8.0, .initial_turn_rps = 0.0};
  MotionState motion_ = initial_motion(config_, MotionModel::kFreeVelocity, Eigen::Vector2d::Zero(), 0.0, 0.2, 0.1);
  Rest rest_ = rest_at(motion_);
};

TEST_F(Standing, IsWhatOneExpectsAndWhatPlacesConfirm) {
  EXPECT_TRUE(rest_.is_likelier());
  for (const double x_m : {0.1, -0.1, 0.05, -0.15, 0.1}) see(x_m);
  EXPECT_GT(rest_.log_odds, 2.0);
  EXPECT_NEAR(rest_.place_m.x(), 0.0, 0.05);
  EXPECT_LT(rest_.covariance(0, 0), 0.02);
}

TEST_F(Standing, EndsWithinScansOfWhatMovesHoweverLongItLasted) {
  for (int i = 0; i < 200; ++i) see(i % 2 == 0 ? 0.1 : -0.1);
  int scans = 0;
  for (double x_m = 0.2; rest_.is_likelier() && scans < 100; x_m += 0.2, ++scans) see(x_m);
  EXPECT_LE(scans, 12) << "a car that leaves at 2 m/s";
  for (int i = 0; i < 15; ++i) see(0.2 * scans);
  EXPECT_TRUE(rest_.is_likelier()) << "and stops again";
}

TEST_F(Standing, OneWrongPlaceDoesNotEndIt) {
  for (int i = 0; i < 5; ++i) see(0.0);
  see(1.5);
  EXPECT_TRUE(rest_.is_likelier());
}

TEST_F(Standing, OneMeasurementSaysLittleAndAllOfThemHaveALimit) {
  for (int i = 0; i < 100; ++i) see(0.0);
  EXPECT_NEAR(rest_.log_odds, 5.0, 0.3) << "some that stand leave";
  weigh_speed(20.0, 0.1, 0.0, 0.03, rest_);
  EXPECT_NEAR(rest_.log_odds, 3.0, 0.3) << "a range rate may be another's";
}

TEST_F(Standing, WhatWasMeasuredFades) {
  rest_.log_odds = 4.0;
  weigh_place({0.0, 0.0}, 1e6 * Eigen::Matrix2d::Identity(), motion_, rest_);
  EXPECT_NEAR(rest_.log_odds, 3.8, 0.01) << "a place that says nothing";
}

TEST_F(Standing, BeginsWithWhatTheVelocitySaysAgainstIt) {
  EXPECT_NEAR(rest_at(motion_).log_odds, 0.0, 1e-9) << "none is known";
  motion_.mean.segment<2>(3) << 3.0, 0.0;
  motion_.covariance.block<2, 2>(3, 3) = Eigen::Matrix2d::Identity();
  EXPECT_NEAR(rest_at(motion_).log_odds, -0.5 * 9.0, 0.15);
  EXPECT_FALSE(rest_at(motion_).is_likelier());
  motion_.mean(3) = 30.0;
  EXPECT_NEAR(rest_at(motion_).log_odds, -5.0, 1e-9) << "and may stop";
}

TEST_F(Standing, ASpeedDecidesWhenItIsUnlikeTheOther) {
  weigh_speed(0.05, 0.1, 0.05, 64.0, rest_);
  EXPECT_GT(rest_.log_odds, 1.0) << "of a speed that could have been any";
  const double before = rest_.log_odds;
  weigh_speed(0.05, 0.1, 0.0, 0.03, rest_);
  EXPECT_NEAR(rest_.log_odds, before, 0.3) << "of one that the other model expects as well";
  for (int i = 0; i < 4; ++i) weigh_speed(4.5, 0.1, 0.1, 0.03, rest_);
  EXPECT_FALSE(rest_.is_likelier());
}

TEST_F(Standing, IsReportedWithoutMotion) {
  motion_.mean << 3.0, 0.0, 0.3, 1.0, 2.0, 0.1;
  motion_.covariance(0, 5) = motion_.covariance(5, 0) = 0.01;
  MotionReport report = report_motion(motion_);
  const double yaw_variance = report.covariance(2, 2);
  report_rest(rest_, motion_.mean.head<2>(), report);
  EXPECT_EQ(report.velocity.norm(), 0.0);
  EXPECT_EQ(report.acceleration.norm(), 0.0);
  EXPECT_EQ(report.turn_rate_rps, 0.0);
  EXPECT_DOUBLE_EQ(report.covariance(2, 2), yaw_variance);
  const double moves = 1.0 / (1.0 + std::exp(1.5));
  EXPECT_GT(report.covariance(4, 4), moves * 2.0 * 2.0) << "as likely as it moves, it is off by its speed";
  for (int i = 0; i < 30; ++i) see(0.0);
  report = report_motion(motion_);
  report_rest(rest_, motion_.mean.head<2>(), report);
  EXPECT_NEAR(report.covariance(0, 0), rest_.covariance(0, 0), 0.01);
  EXPECT_LT(report.covariance(4, 4), 0.2 * 0.2);
}

}  // namespace
}  // namespace ocelli::tracking
