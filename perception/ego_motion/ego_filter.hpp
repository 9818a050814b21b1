#pragma once
// An error-state Kalman filter of planar motion (Sola, "Quaternion kinematics for the error-state Kalman filter", 2017,
// section 5, reduced to the plane): the nominal state moves along arcs, the covariance is that of its error.
// World frame: begins at the first pose and never jumps when fixes come; where it lies on Earth is estimated beside the
// motion (rotation and shift into east-north), so that fixes correct scale, heading and way without a step in the pose.
// A fix measures  z = R(geo_yaw) (p + R(yaw) antenna + velocity * fix_delay) + geo_shift + drift + noise,
// drift being a first-order Gauss-Markov process and fix_delay the constant error of the stamps (Li and Mourikis 2014).
// Copyable: a copy is a snapshot from which late samples are replayed. Must not know: the order of arrival, messages.

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <optional>

#include "ocelli/perception/ego_motion/ego_config.hpp"

namespace ocelli::perception {

/// Sources of measurements whose innovations are watched.
enum class EgoSource : std::uint8_t { kWheels, kGyro, kSteering, kGnss };
inline constexpr std::size_t kEgoSources = 4;

/// How well the innovations of a source fit their own covariance.
struct Consistency {
  double mean_nis = 1.0;  // normalised innovation squared per axis, exponential mean
  int rejected = 0;       // in a row
  Time last{};            // accepted
  Time heard{};           // accepted or not
};

class EgoFilter {
 public:
  static constexpr int kSize = 14;
  enum Index { kX, kY, kYaw, kSpeed, kRate, kBias, kScale, kSteer, kGeoYaw, kGeoX, kGeoY, kDriftX, kDriftY, kDelay };
  using Vector = Eigen::Matrix<double, kSize, 1>;
  using Matrix = Eigen::Matrix<double, kSize, kSize>;

  /// `config` outlives the filter and its copies.
  EgoFilter(const EgoMotionConfig& config, const EgoCalibration& calibration, Time stamp, double wheel_mps,
            std::optional<double> gyro_rps);

  /// Moves the state on. Precondition: time is not before stamp().
  void predict(Time time);

  void measure(const WheelSample& sample);
  void measure(const GyroSample& sample);
  /// `z_m`: east and north of the plane's origin.
  void measure_fix(const Eigen::Vector2d& z_m, double variance_m2);

  [[nodiscard]] Time stamp() const { return stamp_; }
  [[nodiscard]] double operator[](Index index) const { return x_(index); }
  [[nodiscard]] const Matrix& covariance() const { return P_; }
  [[nodiscard]] bool is_standing() const { return is_standing_; }
  /// Fixes have told where the world frame lies.
  [[nodiscard]] bool is_georeferenced() const { return is_georeferenced_; }
  [[nodiscard]] const Consistency& consistency(EgoSource source) const {
    return consistency_[static_cast<std::size_t>(source)];
  }

 private:
  struct Anchor {  // the fix from which the heading is found
    Eigen::Vector2d p_m;
    Eigen::Vector2d z_m;
  };

  [[nodiscard]] std::optional<double> rear_speed_mps(const WheelSample& sample) const;
  void watch_standstill(const WheelSample& sample);
  void stand();
  void measure_steering(double steering_rad);
  void align(const Eigen::Vector2d& p_m, const Eigen::Vector2d& z_m);
  [[nodiscard]] Eigen::Vector2d antenna_m() const;
  /// One axis of a measurement; the correction of the state. Nothing: the innovation is beyond `gate` standard
  /// deviations and was not used.
  std::optional<Vector> update(EgoSource source, double innovation, const Vector& h, double variance, double gate);
  Vector correct(double innovation, const Vector& h, double variance);

  const EgoMotionConfig* config_;
  Time stamp_;
  Vector x_ = Vector::Zero();
  Matrix P_ = Matrix::Zero();
  bool is_georeferenced_ = false;
  std::optional<Anchor> anchor_;
  std::optional<Time> standing_since_;
  bool is_standing_ = false;
  std::array<Consistency, kEgoSources> consistency_{};
};

}  // namespace ocelli::perception
