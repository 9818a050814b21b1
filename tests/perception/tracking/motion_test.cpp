#include "ocelli/perception/tracking/motion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::tracking {
namespace {

MotionState moving(const ClassConfig& config, MotionModel model, double speed_mps, double yaw_rad, double turn_rps) {
  MotionState state = initial_motion(config, model, {0.0, 0.0}, yaw_rad, 0.1, 0.1);
  if (model == MotionModel::kTurnRate)
    state.mean.tail<3>() << speed_mps, turn_rps, 0.0;
  else
    state.mean.tail<3>() << speed_mps * std::cos(yaw_rad), speed_mps * std::sin(yaw_rad), turn_rps;
  return state;
}

/// The filter's own derivative must be that of its prediction.
TEST(Motion, BothModelsDriveACircle) {
  ClassConfig config;
  config.turn_decay_s = config.acceleration_decay_s = 100.0;
  for (const MotionModel model : {MotionModel::kTurnRate, MotionModel::kFreeVelocity}) {
    MotionState state = moving(config, model, 10.0, 0.0, 0.5);
    for (int i = 0; i < 20; ++i) predict(config, 0.05, 0.0, state);
    EXPECT_NEAR(state.mean[0], 20.0 * std::sin(0.5), 0.05);
    EXPECT_NEAR(state.mean[1], 20.0 * (1.0 - std::cos(0.5)), 0.05);
    EXPECT_NEAR(state.mean[2], 0.5, 0.01);
  }
}

TEST(Motion, TheCovarianceFollowsTheDerivativeOfThePrediction) {
  ClassConfig config;
  config.acceleration_noise_mps2 = config.jerk_noise_mps3 = config.turn_noise_rps2 = config.yaw_noise_rate_rps = 0.0;
  constexpr double kStep = 1e-6;
  for (const MotionModel model : {MotionModel::kTurnRate, MotionModel::kFreeVelocity}) {
    const MotionState start = moving(config, model, 8.0, 0.4, 0.3);
    Matrix6 F;
    for (int j = 0; j < 6; ++j) {
      MotionState low = start;
      MotionState high = start;
      low.mean[j] -= kStep;
      high.mean[j] += kStep;
      predict(config, 0.1, 0.0, low);
      predict(config, 0.1, 0.0, high);
      F.col(j) = (high.mean - low.mean) / (2.0 * kStep);
    }
    MotionState state = start;
    predict(config, 0.1, 0.0, state);
    EXPECT_LT((state.covariance - F * start.covariance * F.transpose()).cwiseAbs().maxCoeff(), 1e-4);
  }
}

TEST(Motion, AChangeOfModelAndBackKeepsTheMotion) {
  const ClassConfig config;
  const MotionState start = moving(config, MotionModel::kTurnRate, 8.0, 0.4, 0.3);
  MotionState state = start;
  change_model(config, MotionModel::kFreeVelocity, state);
  EXPECT_NEAR(state.mean[3], 8.0 * std::cos(0.4), 1e-9);
  change_model(config, MotionModel::kTurnRate, state);
  EXPECT_LT((state.mean - start.mean).norm(), 1e-9);
  EXPECT_LT((state.covariance - start.covariance).norm(), 1e-9);
}

TEST(Motion, AnotherFrameTurnsAndMovesAndAddsItsOwnMotion) {
  const ClassConfig config;
  MotionState state = moving(config, MotionModel::kFreeVelocity, 8.0, 0.0, 0.1);
  state.covariance(3, 3) = 4.0;
  state.covariance(4, 4) = 1.0;
  transform(M_PI_2, {10.0, 20.0}, {1.0, 2.0}, 0.2, state);
  EXPECT_NEAR(state.mean[0], 10.0, 1e-9);
  EXPECT_NEAR(state.mean[1], 20.0, 1e-9);
  EXPECT_NEAR(state.mean[2], M_PI_2, 1e-9);
  EXPECT_NEAR(state.mean[3], 1.0, 1e-9);
  EXPECT_NEAR(state.mean[4], 10.0, 1e-9);
  EXPECT_NEAR(state.mean[5], 0.3, 1e-9);
  EXPECT_NEAR(state.covariance(3, 3), 1.0, 1e-9);
  EXPECT_NEAR(state.covariance(4, 4), 4.0, 1e-9);
}

TEST(Motion, AHeadingIsTakenModuloHalfATurn) {
  const ClassConfig config;
  MotionState state = moving(config, MotionModel::kTurnRate, 0.0, 0.1, 0.0);
  update_pose({0.0, 0.0}, Eigen::Matrix2d::Identity() * 0.01, 0.1 + M_PI, 0.1, state);
  EXPECT_NEAR(state.mean[2], 0.1, 1e-6);
}

TEST(Motion, WhatDrivesBackwardsTurnsRoundAndKeepsItsVelocity) {
  const ClassConfig config;
  MotionState state = moving(config, MotionModel::kTurnRate, -5.0, 0.0, 0.0);
  update_pose({0.0, 0.0}, Eigen::Matrix2d::Identity(), 0.0, 0.1, state);
  EXPECT_NEAR(std::abs(state.mean[2]), M_PI, 1e-6);
  EXPECT_NEAR(report_motion(state).velocity.x(), -5.0, 0.5);
}

}  // namespace
}  // namespace ocelli::tracking
