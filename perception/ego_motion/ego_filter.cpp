#include "ocelli/perception/ego_motion/ego_filter.hpp"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {
namespace {

constexpr double kLine = 1e-4;        // half turns below this are a line
constexpr double kGate = 6.0;         // sigmas, of wheels, gyro and steering: faults, not noise
constexpr double kFixGate = 4.0;      // sigmas per axis of a fix
constexpr int kFixesToRealign = 50;   // rejected in a row: the old alignment is wrong
constexpr double kNisForgets = 0.02;  // share of the newest innovation in the mean
constexpr double kMostNis = 50.0;     // one outlier must not blind the mean for long
constexpr double kSteeringLeast_mps = 2.0;
constexpr double kStandingSigma = 1e-6;

double square(double value) { return value * value; }
Eigen::Matrix2d turn(double angle_rad) { return Eigen::Rotation2Dd(angle_rad).toRotationMatrix(); }
/// d/d(angle) of turn(angle).
Eigen::Matrix2d turned(double angle_rad) { return turn(angle_rad + M_PI_2); }

}  // namespace

EgoFilter::EgoFilter(const EgoMotionConfig& config, const EgoCalibration& calibration, Time stamp, double wheel_mps,
                     std::optional<double> gyro_rps)
    : config_(&config), stamp_(stamp) {
  x_(kBias) = calibration.gyro_bias_rps;
  x_(kScale) = calibration.speed_scale - 1.0;
  x_(kSteer) = calibration.steering_offset_rad;
  x_(kSpeed) = wheel_mps * calibration.speed_scale;
  x_(kRate) = gyro_rps.value_or(calibration.gyro_bias_rps) - calibration.gyro_bias_rps;
  Vector sigma = Vector::Zero();
  sigma(kSpeed) = config.speed_noise_mps;
  sigma(kRate) = gyro_rps ? config.gyro_noise_rps : 0.5;
  sigma(kBias) = calibration.gyro_bias_sigma_rps;
  sigma(kScale) = calibration.speed_scale_sigma;
  sigma(kSteer) = calibration.steering_offset_sigma_rad;
  sigma(kDriftX) = sigma(kDriftY) = config.fix_drift_sigma_m;
  sigma(kDelay) = config.fix_delay_sigma_s;
  P_.diagonal() = sigma.cwiseAbs2();
  // The wheels that gave the speed have the scale error, the gyro that gave the rate has the bias.
  P_(kSpeed, kSpeed) += square(wheel_mps * sigma(kScale));
  P_(kSpeed, kScale) = P_(kScale, kSpeed) = wheel_mps * square(sigma(kScale));
  consistency_[static_cast<std::size_t>(EgoSource::kWheels)].last = stamp;
  if (!gyro_rps) return;
  P_(kRate, kRate) += square(sigma(kBias));
  P_(kRate, kBias) = P_(kBias, kRate) = -square(sigma(kBias));
  consistency_[static_cast<std::size_t>(EgoSource::kGyro)].last = stamp;
}

/// One arc at constant speed and rate; the noise of both drives the way and the heading within the step.
void EgoFilter::predict(Time time) {
  const double dt_s = to_seconds(time - stamp_);
  stamp_ = time;
  if (dt_s <= 0.0) return;
  const double way_m = x_(kSpeed) * dt_s;
  const double half = 0.5 * x_(kRate) * dt_s;
  const double heading = x_(kYaw) + half;
  const double chord_m = std::abs(half) < kLine ? way_m : way_m * std::sin(half) / half;
  const Eigen::Vector2d along(std::cos(heading), std::sin(heading));
  const Eigen::Vector2d left(-along.y(), along.x());
  Matrix F = Matrix::Identity();
  F.block<2, 1>(kX, kYaw) = chord_m * left;
  F.block<2, 1>(kX, kSpeed) = dt_s * along;
  F.block<2, 1>(kX, kRate) = 0.5 * dt_s * chord_m * left;
  F(kYaw, kRate) = dt_s;
  const double memory = std::exp(-dt_s / to_seconds(config_->fix_drift_time));
  F(kDriftX, kDriftX) = F(kDriftY, kDriftY) = memory;
  P_ = (F * P_ * F.transpose()).eval();
  x_.segment<2>(kX) += chord_m * along;
  x_(kYaw) = wrap_angle(x_(kYaw) + 2.0 * half);
  x_.segment<2>(kDriftX) *= memory;
  const double drift = (1.0 - memory * memory) * square(config_->fix_drift_sigma_m);
  P_(kDriftX, kDriftX) += drift;
  P_(kDriftY, kDriftY) += drift;
  P_(kBias, kBias) += square(config_->gyro_drift_rps_per_rt_s) * dt_s;
  P_(kScale, kScale) += square(config_->speed_scale_drift_per_rt_s) * dt_s;
  if (is_standing_) return;
  const double speed_q = square(config_->acceleration_noise);
  const double rate_q = square(config_->yaw_acceleration_noise);
  const Eigen::Vector2d with_speed = 0.5 * dt_s * dt_s * speed_q * along;
  P_.block<2, 2>(kX, kX) += dt_s * dt_s * dt_s / 3.0 * speed_q * along * along.transpose() +
                            square(config_->slip_noise_m_per_rt_s) * dt_s * Eigen::Matrix2d::Identity();
  P_.block<2, 1>(kX, kSpeed) += with_speed;
  P_.block<1, 2>(kSpeed, kX) += with_speed.transpose();
  P_(kSpeed, kSpeed) += speed_q * dt_s;
  P_(kYaw, kYaw) += dt_s * dt_s * dt_s / 3.0 * rate_q;
  P_(kYaw, kRate) += 0.5 * dt_s * dt_s * rate_q;
  P_(kRate, kYaw) += 0.5 * dt_s * dt_s * rate_q;
  P_(kRate, kRate) += rate_q * dt_s;
}

EgoFilter::Vector EgoFilter::correct(double innovation, const Vector& h, double variance) {
  const Vector Ph = P_ * h;
  const double s = h.dot(Ph) + variance;
  const Vector gain = Ph / s;
  const Vector correction = gain * innovation;
  x_ += correction;
  P_ -= gain * Ph.transpose();
  P_ = (0.5 * (P_ + P_.transpose())).eval();
  x_(kYaw) = wrap_angle(x_(kYaw));
  x_(kGeoYaw) = wrap_angle(x_(kGeoYaw));
  if (is_standing_) x_(kSpeed) = x_(kRate) = 0.0;
  return correction;
}

std::optional<EgoFilter::Vector> EgoFilter::update(EgoSource source, double innovation, const Vector& h,
                                                   double variance, double gate) {
  const double s = h.dot(P_ * h) + variance;
  const double nis = innovation * innovation / s;
  Consistency& seen = consistency_[static_cast<std::size_t>(source)];
  seen.heard = stamp_;
  seen.mean_nis += kNisForgets * (std::min(nis, kMostNis) - seen.mean_nis);
  if (nis > gate * gate) {
    ++seen.rejected;
    return std::nullopt;
  }
  seen.rejected = 0;
  seen.last = stamp_;
  return correct(innovation, h, variance);
}

/// Speed of the middle of the rear axle. One wheel alone is corrected by the turn rate.
std::optional<double> EgoFilter::rear_speed_mps(const WheelSample& sample) const {
  const double left = sample.speed_mps[2];
  const double right = sample.speed_mps[3];
  const double turn_mps = 0.5 * config_->track_width_m * x_(kRate);
  if (std::isfinite(left) && std::isfinite(right)) return 0.5 * (left + right);
  if (std::isfinite(left)) return left + turn_mps;
  if (std::isfinite(right)) return right - turn_mps;
  return std::nullopt;
}

void EgoFilter::measure(const WheelSample& sample) {
  const std::optional<double> speed_mps = rear_speed_mps(sample);
  if (!speed_mps) return;
  watch_standstill(sample);
  if (is_standing_) {
    consistency_[static_cast<std::size_t>(EgoSource::kWheels)].last = stamp_;
    return stand();
  }
  const double scale = 1.0 + x_(kScale);
  Vector h = Vector::Zero();
  h(kSpeed) = 1.0 / scale;
  h(kScale) = -x_(kSpeed) / square(scale);
  update(EgoSource::kWheels, *speed_mps - x_(kSpeed) / scale, h, square(config_->speed_noise_mps), kGate);
  if (std::isfinite(sample.steering_rad)) measure_steering(sample.steering_rad);
}

/// Single-track model, steady turning: rate = v tan(angle) / (base + understeer v^2).
void EgoFilter::measure_steering(double steering_rad) {
  const double v = x_(kSpeed);
  if (v < kSteeringLeast_mps) return;
  const double base_m = config_->wheel_base_m + config_->understeer_s2pm * v * v;
  const double tangent = std::tan(steering_rad - x_(kSteer));
  const double rate = v * tangent / base_m;
  Vector h = Vector::Zero();
  h(kRate) = 1.0;
  h(kSpeed) = -tangent / base_m;
  h(kSteer) = v * (1.0 + tangent * tangent) / base_m;
  const double variance = square(config_->steering_noise_rps) + square(config_->steering_model_error * rate);
  update(EgoSource::kSteering, rate - x_(kRate), h, variance, kGate);
}

void EgoFilter::measure(const GyroSample& sample) {
  Vector h = Vector::Zero();
  h(kRate) = 1.0;
  h(kBias) = 1.0;
  update(EgoSource::kGyro, sample.yaw_rate_rps - x_(kRate) - x_(kBias), h, square(config_->gyro_noise_rps), kGate);
}

void EgoFilter::watch_standstill(const WheelSample& sample) {
  const bool stands = std::all_of(sample.speed_mps.begin(), sample.speed_mps.end(), [&](double speed_mps) {
    return !std::isfinite(speed_mps) || std::abs(speed_mps) <= config_->standstill_mps;
  });
  const bool is_gap = sample.stamp - consistency(EgoSource::kWheels).last > config_->max_age;
  if (!stands || is_gap) standing_since_.reset();
  if (stands && !standing_since_) standing_since_ = sample.stamp;
  is_standing_ = standing_since_ && sample.stamp - *standing_since_ >= config_->standstill_after;
}

/// Standing, the vehicle neither moves nor turns: what the gyro shows is its bias.
void EgoFilter::stand() {
  Vector h = Vector::Zero();
  h(kSpeed) = 1.0;
  correct(-x_(kSpeed), h, square(kStandingSigma));
  h.setZero();
  h(kRate) = 1.0;
  correct(-x_(kRate), h, square(kStandingSigma));
}

/// Of the antenna in the world, at the instant that the fix belongs to.
Eigen::Vector2d EgoFilter::antenna_m() const {
  const Eigen::Vector2d lever(config_->antenna_x_m, config_->antenna_y_m);
  const Eigen::Vector2d along(std::cos(x_(kYaw)), std::sin(x_(kYaw)));
  return x_.segment<2>(kX) + turn(x_(kYaw)) * lever + x_(kSpeed) * x_(kDelay) * along;
}

/// Heading and shift from the way between two fixes; their errors and that of the shift have the drift in common.
void EgoFilter::align(const Eigen::Vector2d& p_m, const Eigen::Vector2d& z_m) {
  if (!anchor_) anchor_ = Anchor{p_m, z_m};
  const Eigen::Vector2d way_p = p_m - anchor_->p_m;
  const Eigen::Vector2d way_z = z_m - anchor_->z_m;
  if (way_p.norm() < config_->align_distance_m || way_z.norm() < 0.5 * config_->align_distance_m) return;
  x_(kGeoYaw) = wrap_angle(std::atan2(way_z.y(), way_z.x()) - std::atan2(way_p.y(), way_p.x()));
  x_.segment<2>(kGeoX) = z_m - turn(x_(kGeoYaw)) * p_m;
  x_.segment<2>(kDriftX).setZero();
  const double noise = square(config_->fix_noise_m);
  const double drift = square(config_->fix_drift_sigma_m);
  const double yaw = 2.0 * noise / way_p.squaredNorm() + square(0.01);
  const Eigen::Vector2d lever = -turned(x_(kGeoYaw)) * p_m;
  for (const int row : {kGeoYaw, kGeoX, kGeoY, kDriftX, kDriftY}) {
    P_.row(row).setZero();
    P_.col(row).setZero();
  }
  P_(kGeoYaw, kGeoYaw) = yaw;
  P_.block<2, 1>(kGeoX, kGeoYaw) = yaw * lever;
  P_.block<1, 2>(kGeoYaw, kGeoX) = yaw * lever.transpose();
  P_.block<2, 2>(kGeoX, kGeoX) = yaw * lever * lever.transpose() + (noise + drift) * Eigen::Matrix2d::Identity();
  P_.block<2, 2>(kDriftX, kDriftX) = drift * Eigen::Matrix2d::Identity();
  P_.block<2, 2>(kGeoX, kDriftX) = -drift * Eigen::Matrix2d::Identity();
  P_.block<2, 2>(kDriftX, kGeoX) = -drift * Eigen::Matrix2d::Identity();
  is_georeferenced_ = true;
  consistency_[static_cast<std::size_t>(EgoSource::kGnss)].last = stamp_;
}

void EgoFilter::measure_fix(const Eigen::Vector2d& z_m, double variance_m2) {
  Consistency& seen = consistency_[static_cast<std::size_t>(EgoSource::kGnss)];
  if (is_georeferenced_ && seen.rejected >= kFixesToRealign) {
    is_georeferenced_ = false;
    anchor_.reset();
    seen = Consistency{};
  }
  if (!is_georeferenced_) return align(antenna_m(), z_m);
  const double known = square(config_->fix_noise_m) + square(config_->fix_drift_sigma_m);
  const double variance = square(config_->fix_noise_m) + std::max(0.0, variance_m2 - known);
  const Eigen::Matrix2d R = turn(x_(kGeoYaw));
  const Eigen::Vector2d lever(config_->antenna_x_m, config_->antenna_y_m);
  const Eigen::Vector2d along(std::cos(x_(kYaw)), std::sin(x_(kYaw)));
  const Eigen::Vector2d left(-along.y(), along.x());
  Eigen::Matrix<double, 2, kSize> H = Eigen::Matrix<double, 2, kSize>::Zero();
  H.block<2, 2>(0, kX) = R;
  H.col(kYaw) = R * (turned(x_(kYaw)) * lever + x_(kSpeed) * x_(kDelay) * left);
  H.col(kSpeed) = R * along * x_(kDelay);
  H.col(kDelay) = R * along * x_(kSpeed);
  H.col(kGeoYaw) = turned(x_(kGeoYaw)) * antenna_m();
  H.block<2, 2>(0, kGeoX).setIdentity();
  H.block<2, 2>(0, kDriftX).setIdentity();
  const Eigen::Vector2d innovation = z_m - R * antenna_m() - x_.segment<2>(kGeoX) - x_.segment<2>(kDriftX);
  // Axis after axis: the second innovation is that of the state which the first one has moved. A fix of which one axis
  // is wrong is a wrong fix.
  const int rejected_before = seen.rejected;
  const auto moved = update(EgoSource::kGnss, innovation.x(), H.row(0).transpose(), variance, kFixGate);
  if (!moved) return;
  const double second = innovation.y() - H.row(1).dot(*moved);
  if (!update(EgoSource::kGnss, second, H.row(1).transpose(), variance, kFixGate)) seen.rejected = rejected_before + 1;
}

}  // namespace ocelli::perception
