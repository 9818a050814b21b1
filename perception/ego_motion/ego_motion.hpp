#pragma once
// Dead reckoning on the plane: speed from the wheels of the rear axle, turning from the gyro, the gyro's bias learnt
// whenever the vehicle stands. Every sample counts at its own stamp. What is not known is said: without wheels or gyro
// for longer than max_age the motion is absent, never zero.
// The covariance is that of a Kalman filter over (x, y, yaw, gyro bias, speed scale) that only predicts while driving
// and measures the bias while standing.
// Must not know: messages, the clock.

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::perception {

/// Front left, front right, rear left, rear right [m/s], forward positive; NaN: that wheel's value is not valid.
struct WheelSample {
  Time stamp;
  std::array<double, 4> speed_mps{};
};

/// About the vehicle's z axis, left positive; NaN: not valid.
struct GyroSample {
  Time stamp;
  double yaw_rate_rps = 0.0;
};

struct EgoMotionConfig {
  Duration max_age = 200ms;
  double track_width_m = 1.55;
  double speed_noise_mps = 0.1;
  double speed_scale_sigma = 0.01;
  double gyro_noise_rps = 0.005;
  double gyro_bias_sigma_rps = 0.01;
  double gyro_drift_rps_per_rt_s = 1e-5;
  double standstill_mps = 0.05;
  Duration standstill_after = 300ms;
  double gap_speed_sigma_mps = 2.0;
  double gap_yaw_rate_sigma_rps = 0.2;

  static constexpr auto fields() {
    using C = EgoMotionConfig;
    return std::tuple{
        field("max_age", &C::max_age, "s", 0.01, 5.0, "without wheels or gyro for longer, ego motion is absent"),
        field("track_width_m", &C::track_width_m, "m", 0.5, 3.0, "between the rear wheels"),
        field("speed_noise_mps", &C::speed_noise_mps, "m/s", 0.0, 5.0, "of one wheel sample"),
        field("speed_scale_sigma", &C::speed_scale_sigma, "", 0.0, 0.2, "unknown part of the wheel radius"),
        field("gyro_noise_rps", &C::gyro_noise_rps, "rad/s", 1e-6, 1.0, "of one gyro sample"),
        field("gyro_bias_sigma_rps", &C::gyro_bias_sigma_rps, "rad/s", 0.0, 0.5, "bias before the first standstill"),
        field("gyro_drift_rps_per_rt_s", &C::gyro_drift_rps_per_rt_s, "", 0.0, 0.01, "random walk of the bias"),
        field("standstill_mps", &C::standstill_mps, "m/s", 0.0, 1.0, "wheels slower than this stand"),
        field("standstill_after", &C::standstill_after, "s", 0.0, 10.0, "standing for so long counts as standstill"),
        field("gap_speed_sigma_mps", &C::gap_speed_sigma_mps, "m/s", 0.0, 50.0, "doubt while wheels were missing"),
        field("gap_yaw_rate_sigma_rps", &C::gap_yaw_rate_sigma_rps, "rad/s", 0.0, 3.0,
              "doubt while the gyro was missing")};
  }
};

/// Planar motion at a time. The world frame begins at the pose of the first sample.
struct EgoState {
  Time stamp{};
  double x_m = 0.0;
  double y_m = 0.0;
  double yaw_rad = 0.0;
  double speed_mps = 0.0;                                // along vehicle x
  double yaw_rate_rps = 0.0;                             // without bias
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();  // x, y, yaw

  [[nodiscard]] Pose T_world_vehicle() const { return pose_from_xyz_rpy(x_m, y_m, 0.0, 0.0, 0.0, yaw_rad); }
  /// The same motion continued (or taken back) along an arc; the covariance stays.
  [[nodiscard]] EgoState moved_to(Time time) const;
};

class EgoMotion {
 public:
  explicit EgoMotion(const EgoMotionConfig& config);

  /// Gyro samples may come before or after wheel samples of the same time; samples older than the last of their kind
  /// are ignored and counted.
  void add(const GyroSample& sample);
  void add(const WheelSample& sample);

  /// Nothing when wheels or gyro are absent: never there, or older than max_age at `time`.
  [[nodiscard]] std::optional<EgoState> at(Time time) const;

  [[nodiscard]] double gyro_bias_rps() const { return bias_rps_; }
  [[nodiscard]] std::uint64_t ignored_samples() const { return ignored_; }

 private:
  using Matrix5 = Eigen::Matrix<double, 5, 5>;

  [[nodiscard]] std::optional<double> rear_speed_mps(const WheelSample& sample) const;
  [[nodiscard]] double yaw_rate_at(Time time) const;
  void advance(Time to, double speed_mps);
  void step(Duration dt, double speed_mps, double yaw_rate_rps);
  void learn_bias(double yaw_rate_rps);
  void watch_standstill(const WheelSample& sample);

  EgoMotionConfig config_;
  std::deque<GyroSample> gyro_;    // from just before the state's stamp onwards
  std::optional<EgoState> state_;  // at the last valid wheel sample
  double bias_rps_ = 0.0;
  Matrix5 P_ = Matrix5::Zero();
  std::optional<Time> standing_since_;
  bool is_standing_ = false;
  std::uint64_t ignored_ = 0;
};

}  // namespace ocelli::perception
