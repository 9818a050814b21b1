#pragma once
// Extended Kalman filter over (x, y, yaw, vx, vy, yaw rate): the velocity turns with the yaw rate (constant turn rate
// and velocity; Bar-Shalom, Li, Kirubarajan 2001, 11.7). Velocity and heading are states of their own, tied together by
// the measurement "a vehicle does not move sideways" where that holds.
// Must not know: boxes, classes, frames.

#include <Eigen/Core>

#include <optional>

namespace ocelli::perception {

class MotionFilter {
 public:
  enum Index { kX, kY, kYaw, kVx, kVy, kYawRate };
  using Vector6 = Eigen::Matrix<double, 6, 1>;
  using Matrix6 = Eigen::Matrix<double, 6, 6>;

  /// Standard deviations of what the model does not know: acceleration along and across the heading [m/s^2], yaw
  /// acceleration [rad/s^2].
  struct Noise {
    double along_mps2;
    double across_mps2;
    double turn_rps2;
  };

  MotionFilter(const Eigen::Vector2d& position_m, double yaw_rad, const Eigen::Matrix2d& position_covariance,
               double yaw_sigma_rad, double speed_sigma_mps, double yaw_rate_sigma_rps);

  void predict(double dt_s, const Noise& noise);
  /// Squared Mahalanobis distance of a position, and its normaliser ln|S|.
  [[nodiscard]] double distance2(const Eigen::Vector2d& position_m, const Eigen::Matrix2d& R) const;
  void update_position(const Eigen::Vector2d& position_m, const Eigen::Matrix2d& R);
  /// The caller resolves ambiguity: the innovation is wrapped to (-pi, pi].
  void update_yaw(double yaw_rad, double sigma_rad);
  void update_sideways(double sigma_mps);
  void update_yaw_rate(double yaw_rate_rps, double sigma_rps);

  /// Turns the heading in place without touching the velocity.
  void turn(double angle_rad);
  void set_yaw(double yaw_rad, double sigma_rad);
  /// Into another frame: p' = R(yaw) p + t, v' = R(yaw) v + dv.
  void transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& dv, double yaw_rate_rps);

  [[nodiscard]] const Vector6& state() const { return x_; }
  [[nodiscard]] const Matrix6& covariance() const { return P_; }
  [[nodiscard]] Eigen::Vector2d position_m() const { return x_.segment<2>(kX); }
  [[nodiscard]] Eigen::Vector2d velocity_mps() const { return x_.segment<2>(kVx); }
  [[nodiscard]] double yaw_rad() const { return x_(kYaw); }
  [[nodiscard]] double speed_along_mps() const;

 private:
  void update_scalar(const Vector6& h, double innovation, double sigma);

  Vector6 x_;
  Matrix6 P_;
};

}  // namespace ocelli::perception
