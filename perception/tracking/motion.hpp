#pragma once
// Extended Kalman filters for one object on the ground plane. Both models start with (x, y, yaw), so a measured centre
// and heading update them in the same way.
//   turn rate:      x y yaw speed turn_rate acceleration; CTRA with decaying turn rate and acceleration
//   free velocity:  x y yaw vx vy turn_rate; the velocity turns with the turn rate, but need not point along the
//   heading.
//                   Without turn rate (both its constants 0) this is the nearly constant velocity of a pedestrian.
// Must not know: sensors, association.

#include <Eigen/Core>

#include "ocelli/perception/tracking/config.hpp"

namespace ocelli::tracking {

using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;

struct MotionState {
  MotionModel model = MotionModel::kTurnRate;
  Vector6 mean = Vector6::Zero();
  Matrix6 covariance = Matrix6::Zero();
};

[[nodiscard]] MotionState initial_motion(const ClassConfig& config, MotionModel model, const Eigen::Vector2d& position,
                                         double yaw_rad, double position_sigma_m, double yaw_sigma_rad);

/// `extra_acceleration_mps2`: process noise beyond the object's own, as of a frame that moves itself.
void predict(const ClassConfig& config, double step_s, double extra_acceleration_mps2, MotionState& state);

/// Measured centre and heading. Detectors confuse front and rear: the heading is taken modulo half a turn, and a track
/// that clearly drives backwards turns round.
void update_pose(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, double yaw_rad,
                 double yaw_sigma_rad, MotionState& state);

/// Measured centre with any covariance, no heading.
void update_position(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, MotionState& state);

/// Position, heading, velocity and turn rate in one convention for both models.
struct MotionReport {
  Eigen::Vector2d velocity = Eigen::Vector2d::Zero();
  Eigen::Vector2d acceleration = Eigen::Vector2d::Zero();
  double turn_rate_rps = 0.0;
  Matrix6 covariance = Matrix6::Zero();  // x y yaw vx vy turn_rate
};

[[nodiscard]] MotionReport report_motion(const MotionState& state);

/// One measured number: `by_state` is its derivative by the state.
void update_scalar(const Vector6& by_state, double innovation, double sigma, MotionState& state);

/// Derivative of the velocity by the state, for update_scalar.
[[nodiscard]] Eigen::Matrix<double, 2, 6> velocity_by_state(const MotionState& state);

/// The same motion in the other model; what the other one cannot say is dropped.
void change_model(const ClassConfig& config, MotionModel model, MotionState& state);

/// Turns the heading in place; the velocity stays as far as the model allows.
void turn_heading(double angle_rad, MotionState& state);

/// Into another frame: p' = R(yaw) p + t, v' = R(yaw) v + dv. A velocity is added to the free model only.
void transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& dv, double turn_rate_rps,
               MotionState& state);

}  // namespace ocelli::tracking
