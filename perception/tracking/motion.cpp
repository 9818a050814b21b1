#include "ocelli/perception/tracking/motion.hpp"

#include <Eigen/LU>

#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::tracking {
namespace {

constexpr double kBackwardSpeedMps = -2.0;

double square(double value) { return value * value; }

/// P <- P - K (P H^T)^T. Rounding makes P asymmetric, and this form of the update lets the asymmetry grow from step to
/// step, so it is taken out each time.
template <int kMeasured>
void reduce(const Eigen::Matrix<double, 6, kMeasured>& K, const Eigen::Matrix<double, 6, kMeasured>& PH, Matrix6& P) {
  P.noalias() -= K * PH.transpose();
  const Matrix6 transposed = P.transpose();
  P = 0.5 * (P + transposed);
}

/// P <- F P F^T for an F that differs from identity in few places is written out by Eigen's fixed-size product.
void predict_turn_rate(const ClassConfig& config, double step_s, MotionState& state) {
  Vector6& m = state.mean;
  const double speed = m[3];
  const double turn = m[4];
  const double acceleration = m[5];
  const double heading = m[2] + 0.5 * turn * step_s;
  const double way = speed * step_s + 0.5 * acceleration * step_s * step_s;
  const double c = std::cos(heading);
  const double s = std::sin(heading);
  const double keep_turn = std::exp(-step_s / config.turn_decay_s);
  const double keep_acceleration = std::exp(-step_s / config.acceleration_decay_s);
  Matrix6 F = Matrix6::Identity();
  F(0, 2) = -way * s;
  F(0, 3) = step_s * c;
  F(0, 4) = -0.5 * step_s * way * s;
  F(0, 5) = 0.5 * step_s * step_s * c;
  F(1, 2) = way * c;
  F(1, 3) = step_s * s;
  F(1, 4) = 0.5 * step_s * way * c;
  F(1, 5) = 0.5 * step_s * step_s * s;
  F(2, 4) = step_s;
  F(3, 5) = step_s;
  F(4, 4) = keep_turn;
  F(5, 5) = keep_acceleration;
  m[0] += way * c;
  m[1] += way * s;
  m[2] += turn * step_s;
  m[3] += acceleration * step_s;
  m[4] *= keep_turn;
  m[5] *= keep_acceleration;
  const Matrix6 FP = F * state.covariance;
  state.covariance.noalias() = FP * F.transpose();
  // White acceleration noise of the velocity, in every direction, and random walks of heading, turn and acceleration.
  const double q = square(config.acceleration_noise_mps2) * step_s;
  state.covariance(0, 0) += q * step_s * step_s / 3.0;
  state.covariance(1, 1) += q * step_s * step_s / 3.0;
  state.covariance(2, 2) += square(config.yaw_noise_rate_rps) * step_s;
  state.covariance(3, 3) += q;
  state.covariance(4, 4) += square(config.turn_noise_rps2) * step_s;
  state.covariance(5, 5) += square(config.jerk_noise_mps3) * step_s;
}

void predict_constant_velocity(const ClassConfig& config, double step_s, MotionState& state) {
  Matrix6& P = state.covariance;
  state.mean.head<2>() += step_s * state.mean.segment<2>(3);
  P.row(0) += step_s * P.row(3);
  P.row(1) += step_s * P.row(4);
  P.col(0) += step_s * P.col(3);
  P.col(1) += step_s * P.col(4);
  const double q = square(config.acceleration_noise_mps2) * step_s;
  for (int axis = 0; axis < 2; ++axis) {
    P(axis, axis) += q * step_s * step_s / 3.0;
    P(axis, axis + 3) += q * step_s / 2.0;
    P(axis + 3, axis) += q * step_s / 2.0;
    P(axis + 3, axis + 3) += q;
  }
  P(2, 2) += square(config.yaw_noise_rate_rps) * step_s;
}

}  // namespace

MotionState initial_motion(const ClassConfig& config, double x_m, double y_m, double yaw_rad, double position_sigma_m) {
  MotionState state;
  state.mean << x_m, y_m, yaw_rad, 0.0, 0.0, 0.0;
  const double speed_variance = square(config.initial_speed_mps);
  if (config.motion == MotionModel::kTurnRate)
    state.covariance.diagonal() << square(position_sigma_m), square(position_sigma_m), square(config.yaw_noise_rad),
        speed_variance, square(config.initial_turn_rps), square(config.initial_acceleration_mps2);
  else
    state.covariance.diagonal() << square(position_sigma_m), square(position_sigma_m), square(config.yaw_noise_rad),
        speed_variance, speed_variance, 0.0;
  return state;
}

void predict(const ClassConfig& config, double step_s, MotionState& state) {
  if (step_s <= 0.0) return;
  if (config.motion == MotionModel::kTurnRate)
    predict_turn_rate(config, step_s, state);
  else
    predict_constant_velocity(config, step_s, state);
}

void update_pose(const ClassConfig& config, double x_m, double y_m, double yaw_rad, double position_sigma_m,
                 MotionState& state) {
  double turn = wrap_angle(yaw_rad - state.mean[2]);
  if (std::abs(turn) > M_PI / 2) turn = wrap_angle(turn + M_PI);
  const Eigen::Vector3d innovation(x_m - state.mean[0], y_m - state.mean[1], turn);
  Eigen::Matrix3d S = state.covariance.topLeftCorner<3, 3>();
  S(0, 0) += square(position_sigma_m);
  S(1, 1) += square(position_sigma_m);
  S(2, 2) += square(config.yaw_noise_rad);
  const Eigen::Matrix<double, 6, 3> PH = state.covariance.leftCols<3>();
  const Eigen::Matrix<double, 6, 3> K = PH * S.inverse();
  state.mean.noalias() += K * innovation;
  reduce(K, PH, state.covariance);
  if (config.motion == MotionModel::kTurnRate && state.mean[3] < kBackwardSpeedMps) {
    state.mean[2] += M_PI;
    state.mean[3] = -state.mean[3];
    state.mean[5] = -state.mean[5];
    for (const int mirrored : {3, 5}) {
      state.covariance.row(mirrored) *= -1.0;
      state.covariance.col(mirrored) *= -1.0;
    }
  }
  state.mean[2] = wrap_angle(state.mean[2]);
}

void update_position(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, MotionState& state) {
  const Eigen::Matrix2d S = state.covariance.topLeftCorner<2, 2>() + covariance;
  const Eigen::Matrix<double, 6, 2> PH = state.covariance.leftCols<2>();
  const Eigen::Matrix<double, 6, 2> K = PH * S.inverse();
  state.mean += K * (position - state.mean.head<2>());
  reduce(K, PH, state.covariance);
}

MotionReport report_motion(const ClassConfig& config, const MotionState& state) {
  MotionReport report;
  if (config.motion == MotionModel::kConstantVelocity) {
    report.velocity = state.mean.segment<2>(3);
    report.covariance = state.covariance;
    return report;
  }
  const double c = std::cos(state.mean[2]);
  const double s = std::sin(state.mean[2]);
  const double speed = state.mean[3];
  report.turn_rate_rps = state.mean[4];
  report.velocity = Eigen::Vector2d(speed * c, speed * s);
  report.acceleration = Eigen::Vector2d(state.mean[5] * c - speed * report.turn_rate_rps * s,
                                        state.mean[5] * s + speed * report.turn_rate_rps * c);
  Matrix6 J = Matrix6::Zero();  // of (x y yaw vx vy turn_rate) by the state
  J(0, 0) = J(1, 1) = J(2, 2) = J(5, 4) = 1.0;
  J(3, 2) = -speed * s;
  J(3, 3) = c;
  J(4, 2) = speed * c;
  J(4, 3) = s;
  const Matrix6 JP = J * state.covariance;
  report.covariance.noalias() = JP * J.transpose();
  return report;
}

}  // namespace ocelli::tracking
