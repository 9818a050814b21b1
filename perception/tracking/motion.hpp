#pragma once
// Extended Kalman filters for one object on the ground plane. Both models start with (x, y, yaw), so a measured centre
// and heading update them in the same way.
//   turn rate:          x y yaw speed turn_rate acceleration; CTRA with decaying turn rate and acceleration
//   constant velocity:  x y yaw vx vy (unused); the heading is a random walk
// Must not know: sensors, association.

#include <Eigen/Core>

#include "ocelli/perception/tracking/config.hpp"

namespace ocelli::tracking {

using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;

struct MotionState {
  Vector6 mean = Vector6::Zero();
  Matrix6 covariance = Matrix6::Zero();
};

[[nodiscard]] MotionState initial_motion(const ClassConfig& config, double x_m, double y_m, double yaw_rad,
                                         double position_sigma_m);

void predict(const ClassConfig& config, double step_s, MotionState& state);

/// Measured centre and heading. Detectors confuse front and rear: the heading is taken modulo half a turn, and a track
/// that clearly drives backwards turns round.
void update_pose(const ClassConfig& config, double x_m, double y_m, double yaw_rad, double position_sigma_m,
                 MotionState& state);

/// Measured centre with any covariance, no heading.
void update_position(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, MotionState& state);

/// Position, heading, velocity and turn rate in one convention for both models.
struct MotionReport {
  Eigen::Vector2d velocity = Eigen::Vector2d::Zero();
  Eigen::Vector2d acceleration = Eigen::Vector2d::Zero();
  double turn_rate_rps = 0.0;
  Matrix6 covariance = Matrix6::Zero();  // x y yaw vx vy turn_rate
};

[[nodiscard]] MotionReport report_motion(const ClassConfig& config, const MotionState& state);

}  // namespace ocelli::tracking
