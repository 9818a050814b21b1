#include "ocelli/perception/ego_motion/ego_motion.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr int kX = 0;
constexpr int kY = 1;
constexpr int kYaw = 2;
constexpr int kBias = 3;
constexpr int kScale = 4;

constexpr double kRearAxleTurns_rps = 1e-4;  // below, an arc is a line

}  // namespace

EgoState EgoState::moved_to(Time time) const {
  EgoState moved = *this;
  const double dt_s = to_seconds(time - stamp);
  const double turn_rad = yaw_rate_rps * dt_s;
  const double way_m = speed_mps * dt_s;
  const double half = 0.5 * turn_rad;
  const double chord_m = std::abs(half) < kRearAxleTurns_rps ? way_m : way_m * std::sin(half) / half;
  moved.stamp = time;
  moved.x_m += chord_m * std::cos(yaw_rad + half);
  moved.y_m += chord_m * std::sin(yaw_rad + half);
  moved.yaw_rad = wrap_angle(yaw_rad + turn_rad);
  return moved;
}

EgoMotion::EgoMotion(const EgoMotionConfig& config) : config_(config) {
  P_(kBias, kBias) = config.gyro_bias_sigma_rps * config.gyro_bias_sigma_rps;
  P_(kScale, kScale) = config.speed_scale_sigma * config.speed_scale_sigma;
}

void EgoMotion::add(const GyroSample& sample) {
  if (!std::isfinite(sample.yaw_rate_rps) || (!gyro_.empty() && sample.stamp <= gyro_.back().stamp)) {
    ++ignored_;
    return;
  }
  gyro_.push_back(sample);
  if (is_standing_) learn_bias(sample.yaw_rate_rps);
  // Interpolation at the state's stamp needs one sample before it; without wheels nothing needs more than max_age.
  const Time keep_from = std::max(state_ ? state_->stamp : kNoTime, sample.stamp - 10 * config_.max_age);
  while (gyro_.size() > 2 && gyro_[1].stamp <= keep_from) gyro_.pop_front();
}

void EgoMotion::add(const WheelSample& sample) {
  if (state_ && sample.stamp <= state_->stamp) {
    ++ignored_;
    return;
  }
  const std::optional<double> speed_mps = rear_speed_mps(sample);
  if (!speed_mps) return;
  watch_standstill(sample);
  if (!state_) {
    state_ = EgoState{.stamp = sample.stamp, .speed_mps = *speed_mps, .yaw_rate_rps = yaw_rate_at(sample.stamp)};
    return;
  }
  advance(sample.stamp, *speed_mps);
}

std::optional<EgoState> EgoMotion::at(Time time) const {
  if (!state_ || gyro_.empty()) return std::nullopt;
  if (time - state_->stamp > config_.max_age || state_->stamp - time > config_.max_age) return std::nullopt;
  if (time - gyro_.back().stamp > config_.max_age) return std::nullopt;
  return state_->moved_to(time);
}

/// Speed of the middle of the rear axle. One wheel alone is corrected by the turn rate.
std::optional<double> EgoMotion::rear_speed_mps(const WheelSample& sample) const {
  const double left = sample.speed_mps[2];
  const double right = sample.speed_mps[3];
  const double turn_mps = 0.5 * config_.track_width_m * yaw_rate_at(sample.stamp);
  if (std::isfinite(left) && std::isfinite(right)) return 0.5 * (left + right);
  if (std::isfinite(left)) return left + turn_mps;
  if (std::isfinite(right)) return right - turn_mps;
  return std::nullopt;
}

/// Bias-free, linear between samples, constant beyond them; 0 while standing.
double EgoMotion::yaw_rate_at(Time time) const {
  if (is_standing_ || gyro_.empty()) return 0.0;
  const auto after = std::lower_bound(gyro_.begin(), gyro_.end(), time,
                                      [](const GyroSample& sample, Time t) { return sample.stamp < t; });
  if (after == gyro_.end()) return gyro_.back().yaw_rate_rps - bias_rps_;
  if (after == gyro_.begin()) return after->yaw_rate_rps - bias_rps_;
  const GyroSample& before = *std::prev(after);
  const double part = to_seconds(time - before.stamp) / to_seconds(after->stamp - before.stamp);
  return before.yaw_rate_rps + part * (after->yaw_rate_rps - before.yaw_rate_rps) - bias_rps_;
}

/// From the state's stamp to `to`, cut at the gyro samples between; speed linear from the last wheel sample to this.
void EgoMotion::advance(Time to, double speed_mps) {
  const Time from = state_->stamp;
  const double from_mps = state_->speed_mps;
  const double span_s = to_seconds(to - from);
  const auto speed_at = [&](Time t) { return from_mps + (speed_mps - from_mps) * to_seconds(t - from) / span_s; };
  const auto step_to = [&](Time t) {
    const Time middle = state_->stamp + (t - state_->stamp) / 2;
    step(t - state_->stamp, speed_at(middle), yaw_rate_at(middle));
    state_->stamp = t;
  };
  Time last_gyro = from;
  Duration longest_gyro_gap{};
  for (const GyroSample& sample : gyro_) {
    if (sample.stamp <= from || sample.stamp >= to) continue;
    longest_gyro_gap = std::max(longest_gyro_gap, sample.stamp - last_gyro);
    last_gyro = sample.stamp;
    step_to(sample.stamp);
  }
  if (gyro_.empty() || gyro_.back().stamp < to) longest_gyro_gap = std::max(longest_gyro_gap, to - last_gyro);
  step_to(to);
  if (to - from > config_.max_age) {
    const double doubt_m = config_.gap_speed_sigma_mps * span_s;
    P_.topLeftCorner<2, 2>() += doubt_m * doubt_m * Eigen::Matrix2d::Identity();
  }
  if (longest_gyro_gap > config_.max_age) {
    const double doubt_rad = config_.gap_yaw_rate_sigma_rps * to_seconds(longest_gyro_gap);
    P_(kYaw, kYaw) += doubt_rad * doubt_rad;
  }
  state_->speed_mps = is_standing_ ? 0.0 : speed_mps;
  state_->yaw_rate_rps = yaw_rate_at(to);
  state_->covariance = P_.topLeftCorner<3, 3>();
}

/// One arc: moves the state and predicts the covariance.
void EgoMotion::step(Duration dt, double speed_mps, double yaw_rate_rps) {
  const double dt_s = to_seconds(dt);
  if (dt_s <= 0.0) return;
  EgoState arc = *state_;
  arc.speed_mps = is_standing_ ? 0.0 : speed_mps;
  arc.yaw_rate_rps = yaw_rate_rps;
  const double way_m = arc.speed_mps * dt_s;
  const double heading_rad = arc.yaw_rad + 0.5 * yaw_rate_rps * dt_s;
  Matrix5 F = Matrix5::Identity();
  F(kX, kYaw) = -way_m * std::sin(heading_rad);
  F(kY, kYaw) = way_m * std::cos(heading_rad);
  F(kX, kScale) = way_m * std::cos(heading_rad);
  F(kY, kScale) = way_m * std::sin(heading_rad);
  if (!is_standing_) F(kYaw, kBias) = -dt_s;
  P_ = F * P_ * F.transpose();
  P_(kBias, kBias) += config_.gyro_drift_rps_per_rt_s * config_.gyro_drift_rps_per_rt_s * dt_s;
  if (!is_standing_) {
    const double way_sigma_m = config_.speed_noise_mps * dt_s;
    const double yaw_sigma_rad = config_.gyro_noise_rps * dt_s;
    P_(kX, kX) += way_sigma_m * way_sigma_m;
    P_(kY, kY) += way_sigma_m * way_sigma_m;
    P_(kYaw, kYaw) += yaw_sigma_rad * yaw_sigma_rad;
  }
  const EgoState moved = arc.moved_to(arc.stamp + dt);
  state_->x_m = moved.x_m;
  state_->y_m = moved.y_m;
  state_->yaw_rad = moved.yaw_rad;
}

/// Standing, the gyro shows its bias: a scalar Kalman update.
void EgoMotion::learn_bias(double yaw_rate_rps) {
  const double innovation = yaw_rate_rps - bias_rps_;
  const double variance = P_(kBias, kBias) + config_.gyro_noise_rps * config_.gyro_noise_rps;
  const Eigen::Matrix<double, 5, 1> gain = P_.col(kBias) / variance;
  bias_rps_ += gain(kBias) * innovation;
  if (state_) {
    state_->x_m += gain(kX) * innovation;
    state_->y_m += gain(kY) * innovation;
    state_->yaw_rad = wrap_angle(state_->yaw_rad + gain(kYaw) * innovation);
  }
  P_ = (P_ - gain * P_.row(kBias)).eval();
  P_ = (0.5 * (P_ + P_.transpose())).eval();
}

void EgoMotion::watch_standstill(const WheelSample& sample) {
  const bool stands = std::all_of(sample.speed_mps.begin(), sample.speed_mps.end(), [&](double speed_mps) {
    return !std::isfinite(speed_mps) || std::abs(speed_mps) <= config_.standstill_mps;
  });
  const bool is_gap = state_ && sample.stamp - state_->stamp > config_.max_age;
  if (!stands || is_gap) standing_since_.reset();
  if (stands && !standing_since_) standing_since_ = sample.stamp;
  is_standing_ = standing_since_ && sample.stamp - *standing_since_ >= config_.standstill_after;
}

}  // namespace ocelli::perception
