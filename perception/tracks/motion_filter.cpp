#include "ocelli/perception/tracks/motion_filter.hpp"

#include <Eigen/LU>

#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {
namespace {

/// sin(a)/w and (1 - cos(a))/w for a = w dt, and their derivatives by w; series near w = 0.
struct TurnTerms {
  double s, c, ds, dc;
};

TurnTerms turn_terms(double w, double dt) {
  const double a = w * dt;
  if (std::abs(a) < 1e-4) return {dt, 0.5 * w * dt * dt, -w * dt * dt * dt / 3.0, 0.5 * dt * dt};
  const double s = std::sin(a) / w;
  const double c = (1.0 - std::cos(a)) / w;
  return {s, c, (dt * std::cos(a) - s) / w, (dt * std::sin(a) - c) / w};
}

Eigen::Matrix2d rotation(double angle_rad) {
  const double c = std::cos(angle_rad);
  const double s = std::sin(angle_rad);
  Eigen::Matrix2d R;
  R << c, -s, s, c;
  return R;
}

}  // namespace

MotionFilter::MotionFilter(const Eigen::Vector2d& position_m, double yaw_rad,
                           const Eigen::Matrix2d& position_covariance, double yaw_sigma_rad, double speed_sigma_mps,
                           double yaw_rate_sigma_rps) {
  x_ << position_m, yaw_rad, 0.0, 0.0, 0.0;
  P_.setZero();
  P_.topLeftCorner<2, 2>() = position_covariance;
  P_(kYaw, kYaw) = yaw_sigma_rad * yaw_sigma_rad;
  P_(kVx, kVx) = P_(kVy, kVy) = speed_sigma_mps * speed_sigma_mps;
  P_(kYawRate, kYawRate) = yaw_rate_sigma_rps * yaw_rate_sigma_rps;
}

void MotionFilter::predict(double dt_s, const Noise& noise) {
  const double w = x_(kYawRate);
  const Eigen::Vector2d v = velocity_mps();
  const TurnTerms turn = turn_terms(w, dt_s);
  const Eigen::Matrix2d R = rotation(w * dt_s);
  Eigen::Matrix2d V;  // position change per velocity
  V << turn.s, -turn.c, turn.c, turn.s;
  Eigen::Matrix2d dV;
  dV << turn.ds, -turn.dc, turn.dc, turn.ds;
  Eigen::Matrix2d quarter;
  quarter << 0.0, -1.0, 1.0, 0.0;

  Matrix6 F = Matrix6::Identity();
  F.block<2, 2>(kX, kVx) = V;
  F.block<2, 1>(kX, kYawRate) = dV * v;
  F(kYaw, kYawRate) = dt_s;
  F.block<2, 2>(kVx, kVx) = R;
  F.block<2, 1>(kVx, kYawRate) = dt_s * (quarter * R * v);

  // White acceleration, constant over the step, in the heading's axes.
  Eigen::Matrix<double, 6, 3> G = Eigen::Matrix<double, 6, 3>::Zero();
  const Eigen::Matrix2d heading = rotation(x_(kYaw));
  const Eigen::Vector2d sigma(noise.along_mps2, noise.across_mps2);
  G.block<2, 2>(kX, 0) = 0.5 * dt_s * dt_s * heading * sigma.asDiagonal();
  G.block<2, 2>(kVx, 0) = dt_s * heading * sigma.asDiagonal();
  G(kYaw, 2) = 0.5 * dt_s * dt_s * noise.turn_rps2;
  G(kYawRate, 2) = dt_s * noise.turn_rps2;

  x_.segment<2>(kX) += V * v;
  x_.segment<2>(kVx) = R * v;
  x_(kYaw) = wrap_angle(x_(kYaw) + w * dt_s);
  P_ = (F * P_ * F.transpose() + G * G.transpose()).eval();
}

double MotionFilter::distance2(const Eigen::Vector2d& position_m, const Eigen::Matrix2d& R) const {
  const Eigen::Vector2d innovation = position_m - this->position_m();
  const Eigen::Matrix2d S = P_.topLeftCorner<2, 2>() + R;
  return innovation.dot(S.inverse() * innovation);
}

void MotionFilter::update_position(const Eigen::Vector2d& position_m, const Eigen::Matrix2d& R) {
  const Eigen::Matrix2d S = P_.topLeftCorner<2, 2>() + R;
  const Eigen::Matrix<double, 6, 2> K = P_.leftCols<2>() * S.inverse();
  const Eigen::Vector2d innovation = position_m - this->position_m();
  x_ += K * innovation;
  x_(kYaw) = wrap_angle(x_(kYaw));
  P_ = (P_ - K * P_.topRows<2>()).eval();
  P_ = (0.5 * (P_ + P_.transpose())).eval();
}

void MotionFilter::update_yaw(double yaw_rad, double sigma_rad) {
  update_scalar(Vector6::Unit(kYaw), wrap_angle(yaw_rad - x_(kYaw)), sigma_rad);
}

void MotionFilter::update_yaw_rate(double yaw_rate_rps, double sigma_rps) {
  update_scalar(Vector6::Unit(kYawRate), yaw_rate_rps - x_(kYawRate), sigma_rps);
}

/// Measures 0 = vy cos(yaw) - vx sin(yaw).
void MotionFilter::update_sideways(double sigma_mps) {
  const double c = std::cos(x_(kYaw));
  const double s = std::sin(x_(kYaw));
  Vector6 h = Vector6::Zero();
  h(kYaw) = -s * x_(kVy) - c * x_(kVx);
  h(kVx) = -s;
  h(kVy) = c;
  update_scalar(h, s * x_(kVx) - c * x_(kVy), sigma_mps);
}

void MotionFilter::update_scalar(const Vector6& h, double innovation, double sigma) {
  const Vector6 Ph = P_ * h;
  const double variance = h.dot(Ph) + sigma * sigma;
  x_ += Ph * (innovation / variance);
  x_(kYaw) = wrap_angle(x_(kYaw));
  P_ = (P_ - Ph * Ph.transpose() / variance).eval();
  P_ = (0.5 * (P_ + P_.transpose())).eval();
}

void MotionFilter::turn(double angle_rad) { x_(kYaw) = wrap_angle(x_(kYaw) + angle_rad); }

void MotionFilter::set_yaw(double yaw_rad, double sigma_rad) {
  x_(kYaw) = wrap_angle(yaw_rad);
  P_.row(kYaw).setZero();
  P_.col(kYaw).setZero();
  P_(kYaw, kYaw) = sigma_rad * sigma_rad;
}

void MotionFilter::transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& dv, double yaw_rate_rps) {
  const Eigen::Matrix2d R = rotation(yaw_rad);
  Matrix6 T = Matrix6::Identity();
  T.block<2, 2>(kX, kX) = R;
  T.block<2, 2>(kVx, kVx) = R;
  x_ = (T * x_).eval();
  x_.segment<2>(kX) += t;
  x_.segment<2>(kVx) += dv;
  x_(kYaw) = wrap_angle(x_(kYaw) + yaw_rad);
  x_(kYawRate) += yaw_rate_rps;
  P_ = (T * P_ * T.transpose()).eval();
}

double MotionFilter::speed_along_mps() const { return std::cos(x_(kYaw)) * x_(kVx) + std::sin(x_(kYaw)) * x_(kVy); }

}  // namespace ocelli::perception
