#include "ocelli/perception/tracking/motion.hpp"

#include <Eigen/Geometry>
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

/// Ways that a velocity goes while it turns: sin(a)/w and (1 - cos(a))/w for a = w dt, and their derivatives by w.
struct TurnTerms {
  double along, across, along_by_w, across_by_w;
};

TurnTerms turn_terms(double w, double dt) {
  const double a = w * dt;
  if (std::abs(a) < 1e-4) return {dt, 0.5 * w * dt * dt, -w * dt * dt * dt / 3.0, 0.5 * dt * dt};
  const double along = std::sin(a) / w;
  const double across = (1.0 - std::cos(a)) / w;
  return {along, across, (dt * std::cos(a) - along) / w, (dt * std::sin(a) - across) / w};
}

Matrix6 free_velocity_by_state(const MotionState& state, const TurnTerms& turn, double step_s) {
  const Eigen::Vector2d v = state.mean.segment<2>(3);
  const double c = std::cos(state.mean[5] * step_s);
  const double s = std::sin(state.mean[5] * step_s);
  Matrix6 F = Matrix6::Identity();
  F(0, 3) = F(1, 4) = turn.along;
  F(0, 4) = -turn.across;
  F(1, 3) = turn.across;
  F(0, 5) = turn.along_by_w * v.x() - turn.across_by_w * v.y();
  F(1, 5) = turn.across_by_w * v.x() + turn.along_by_w * v.y();
  F(2, 5) = step_s;
  F(3, 3) = F(4, 4) = c;
  F(3, 4) = -s;
  F(4, 3) = s;
  F(3, 5) = -step_s * (s * v.x() + c * v.y());
  F(4, 5) = step_s * (c * v.x() - s * v.y());
  return F;
}

void predict_free_velocity(const ClassConfig& config, double step_s, MotionState& state) {
  Vector6& m = state.mean;
  Matrix6& P = state.covariance;
  if (m[5] == 0.0 && P(5, 5) == 0.0) {
    m.head<2>() += step_s * m.segment<2>(3);
    P.row(0) += step_s * P.row(3);
    P.row(1) += step_s * P.row(4);
    P.col(0) += step_s * P.col(3);
    P.col(1) += step_s * P.col(4);
  } else {
    const TurnTerms turn = turn_terms(m[5], step_s);
    const Matrix6 F = free_velocity_by_state(state, turn, step_s);
    const Eigen::Vector2d v = m.segment<2>(3);
    m[0] += turn.along * v.x() - turn.across * v.y();
    m[1] += turn.across * v.x() + turn.along * v.y();
    m[2] = wrap_angle(m[2] + step_s * m[5]);
    m.segment<2>(3) = F.block<2, 2>(3, 3) * v;
    const Matrix6 FP = F * P;
    P.noalias() = FP * F.transpose();
  }
  P(2, 2) += square(config.yaw_noise_rate_rps) * step_s;
  P(5, 5) += square(config.turn_noise_rps2) * step_s;
}

/// White acceleration over the step (Bar-Shalom, Li, Kirubarajan 2001, 6.2.2), along the heading and across it.
void add_free_noise(double along_mps2, double across_mps2, double step_s, MotionState& state) {
  Matrix6& P = state.covariance;
  const double c = std::cos(state.mean[2]);
  const double s = std::sin(state.mean[2]);
  const double a = square(along_mps2);
  const double b = square(across_mps2);
  Eigen::Matrix2d q;
  q << a * c * c + b * s * s, (a - b) * c * s, (a - b) * c * s, a * s * s + b * c * c;
  q *= step_s;
  P.block<2, 2>(0, 0) += q * (step_s * step_s / 3.0);
  P.block<2, 2>(0, 3) += q * (step_s / 2.0);
  P.block<2, 2>(3, 0) += q * (step_s / 2.0);
  P.block<2, 2>(3, 3) += q;
}

}  // namespace

MotionState initial_motion(const ClassConfig& config, MotionModel model, const Eigen::Vector2d& position,
                           double yaw_rad, double position_sigma_m, double yaw_sigma_rad) {
  MotionState state;
  state.model = model;
  state.mean << position, yaw_rad, 0.0, 0.0, 0.0;
  const double variance = square(position_sigma_m);
  const double speed_variance = square(config.initial_speed_mps);
  const double turn_variance = square(config.initial_turn_rps);
  if (model == MotionModel::kTurnRate)
    state.covariance.diagonal() << variance, variance, square(yaw_sigma_rad), speed_variance, turn_variance,
        square(config.initial_acceleration_mps2);
  else
    state.covariance.diagonal() << variance, variance, square(yaw_sigma_rad), speed_variance, speed_variance,
        turn_variance;
  return state;
}

void predict(const ClassConfig& config, double step_s, double extra_acceleration_mps2, MotionState& state) {
  if (step_s <= 0.0) return;
  if (state.model == MotionModel::kTurnRate) {
    predict_turn_rate(config, step_s, state);
    return;
  }
  predict_free_velocity(config, step_s, state);
  add_free_noise(std::hypot(config.acceleration_noise_mps2, extra_acceleration_mps2),
                 std::hypot(config.acceleration_noise_mps2 * config.sideways_share, extra_acceleration_mps2), step_s,
                 state);
}

void update_pose(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, double yaw_rad,
                 double yaw_sigma_rad, MotionState& state) {
  double turn = wrap_angle(yaw_rad - state.mean[2]);
  if (std::abs(turn) > M_PI / 2) turn = wrap_angle(turn + M_PI);
  const Eigen::Vector3d innovation(position.x() - state.mean[0], position.y() - state.mean[1], turn);
  Eigen::Matrix3d S = state.covariance.topLeftCorner<3, 3>();
  S.topLeftCorner<2, 2>() += covariance;
  S(2, 2) += square(yaw_sigma_rad);
  const Eigen::Matrix<double, 6, 3> PH = state.covariance.leftCols<3>();
  const Eigen::Matrix<double, 6, 3> K = PH * S.inverse();
  state.mean.noalias() += K * innovation;
  reduce(K, PH, state.covariance);
  if (state.model == MotionModel::kTurnRate && state.mean[3] < kBackwardSpeedMps) turn_heading(M_PI, state);
  state.mean[2] = wrap_angle(state.mean[2]);
}

void update_position(const Eigen::Vector2d& position, const Eigen::Matrix2d& covariance, MotionState& state) {
  const Eigen::Matrix2d S = state.covariance.topLeftCorner<2, 2>() + covariance;
  const Eigen::Matrix<double, 6, 2> PH = state.covariance.leftCols<2>();
  const Eigen::Matrix<double, 6, 2> K = PH * S.inverse();
  state.mean += K * (position - state.mean.head<2>());
  reduce(K, PH, state.covariance);
}

void update_scalar(const Vector6& by_state, double innovation, double sigma, MotionState& state) {
  const Vector6 Ph = state.covariance * by_state;
  const double variance = by_state.dot(Ph) + square(sigma);
  state.mean += Ph * (innovation / variance);
  state.mean[2] = wrap_angle(state.mean[2]);
  state.covariance.noalias() -= Ph * Ph.transpose() / variance;
}

Eigen::Matrix<double, 2, 6> velocity_by_state(const MotionState& state) {
  Eigen::Matrix<double, 2, 6> J = Eigen::Matrix<double, 2, 6>::Zero();
  if (state.model == MotionModel::kFreeVelocity) {
    J(0, 3) = J(1, 4) = 1.0;
    return J;
  }
  const double c = std::cos(state.mean[2]);
  const double s = std::sin(state.mean[2]);
  J(0, 2) = -state.mean[3] * s;
  J(0, 3) = c;
  J(1, 2) = state.mean[3] * c;
  J(1, 3) = s;
  return J;
}

MotionReport report_motion(const MotionState& state) {
  MotionReport report;
  if (state.model == MotionModel::kFreeVelocity) {
    report.velocity = state.mean.segment<2>(3);
    report.turn_rate_rps = state.mean[5];
    report.acceleration = report.turn_rate_rps * Eigen::Vector2d(-report.velocity.y(), report.velocity.x());
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
  J.middleRows<2>(3) = velocity_by_state(state);
  const Matrix6 JP = J * state.covariance;
  report.covariance.noalias() = JP * J.transpose();
  return report;
}

void change_model(const ClassConfig& config, MotionModel model, MotionState& state) {
  if (state.model == model) return;
  if (model == MotionModel::kFreeVelocity) {
    const MotionReport report = report_motion(state);
    state.mean.tail<3>() << report.velocity, report.turn_rate_rps;
    state.covariance = report.covariance;
  } else {
    const double c = std::cos(state.mean[2]);
    const double s = std::sin(state.mean[2]);
    const Eigen::Vector2d v = state.mean.segment<2>(3);
    Matrix6 J = Matrix6::Zero();  // of (x y yaw speed turn_rate acceleration) by the state
    J(0, 0) = J(1, 1) = J(2, 2) = J(4, 5) = 1.0;
    J(3, 2) = c * v.y() - s * v.x();
    J(3, 3) = c;
    J(3, 4) = s;
    state.mean.tail<3>() << c * v.x() + s * v.y(), state.mean[5], 0.0;
    const Matrix6 JP = J * state.covariance;
    state.covariance.noalias() = JP * J.transpose();
    state.covariance(5, 5) = square(config.initial_acceleration_mps2);
  }
  state.model = model;
}

void turn_heading(double angle_rad, MotionState& state) {
  state.mean[2] = wrap_angle(state.mean[2] + angle_rad);
  if (state.model == MotionModel::kFreeVelocity) return;
  // Speed and acceleration are those along the new heading; only half a turn keeps all of them.
  const double kept = std::cos(angle_rad);
  for (const int along : {3, 5}) {
    state.mean[along] *= kept;
    const double variance = state.covariance(along, along);
    state.covariance.row(along) *= kept;
    state.covariance.col(along) *= kept;
    state.covariance(along, along) = variance;
  }
}

void transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& dv, double turn_rate_rps,
               MotionState& state) {
  const Eigen::Matrix2d R = Eigen::Rotation2Dd(yaw_rad).toRotationMatrix();
  Matrix6 T = Matrix6::Identity();
  T.topLeftCorner<2, 2>() = R;
  if (state.model == MotionModel::kFreeVelocity) T.block<2, 2>(3, 3) = R;
  state.mean = (T * state.mean).eval();
  state.mean.head<2>() += t;
  state.mean[2] = wrap_angle(state.mean[2] + yaw_rad);
  if (state.model == MotionModel::kFreeVelocity) {
    state.mean.segment<2>(3) += dv;
    if (state.covariance(5, 5) > 0.0) state.mean[5] += turn_rate_rps;
  }
  const Matrix6 TP = T * state.covariance;
  state.covariance.noalias() = TP * T.transpose();
}

}  // namespace ocelli::tracking
