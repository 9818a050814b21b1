#include "ocelli/perception/tracks/object.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::perception {
namespace {

constexpr double kMissesPerSecond = 4.0;  // log-odds that a second without a measurement costs
constexpr double kLogOddsLimit = 5.0;
constexpr double kClassMemory = 0.97;        // weight of old votes after each new one
constexpr double kUnlikeClass = 3.0;         // added to the squared distance
constexpr double kRelativeFrameNoise = 3.0;  // m/s^2: what the own vehicle may do while nobody measures it
constexpr double kMoves_mps = 1.5;           // slower, the direction of motion says nothing

bool is_vehicle_class(ObjectClass object_class) {
  return object_class == ObjectClass::kCar || object_class == ObjectClass::kTruck;
}

MotionFilter::Noise noise_of(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kCar: return {2.5, 1.0, 0.5};
    case ObjectClass::kTruck: return {1.5, 0.6, 0.3};
    case ObjectClass::kCyclist: return {1.5, 1.0, 0.6};
    case ObjectClass::kPedestrian: return {1.0, 1.0, 0.0};
    case ObjectClass::kUnknown: break;
  }
  return {1.5, 1.5, 0.0};
}

double speed_sigma_of(ObjectClass object_class) {
  switch (object_class) {
    case ObjectClass::kPedestrian: return 1.5;
    case ObjectClass::kCyclist: return 4.0;
    default: return 8.0;
  }
}

Eigen::Matrix2d rotated(const Eigen::Vector2d& sigma, double yaw_rad) {
  Eigen::Matrix2d R;
  R << std::cos(yaw_rad), -std::sin(yaw_rad), std::sin(yaw_rad), std::cos(yaw_rad);
  return R * sigma.cwiseProduct(sigma).asDiagonal() * R.transpose();
}

Eigen::Vector2d direction(double angle_rad) { return {std::cos(angle_rad), std::sin(angle_rad)}; }

/// Log-odds of one box: a box that its detector doubts speaks against an object, but less than no box at all.
double evidence_of(double score) {
  const double s = std::clamp(score, 0.01, 0.99);
  return std::clamp(std::log(s / (1.0 - s)), -0.3, 0.8);
}

/// Of a face, by size and range.
double position_sigma_m(const Box3& box, double range_m) {
  return box.size_m.x() > 1.2 ? 0.15 + 0.004 * range_m : 0.1 + 0.002 * range_m;
}

}  // namespace

Object::Object(std::uint32_t id, const Measurement& measurement, Time time)
    : id_(id),
      filter_(measurement.box.centre_m.head<2>(), measurement.box.yaw_rad, Eigen::Matrix2d::Identity() * 0.16, 0.4,
              speed_sigma_of(measurement.box.object_class),
              is_vehicle_class(measurement.box.object_class) ? 0.2 : 0.01),
      z_m_(measurement.box.centre_m.z()),
      size_m_(measurement.box.size_m),
      time_(time),
      measured_at_(time) {
  update_class(measurement.box);
  log_odds_ = std::log(std::clamp(measurement.box.score, 0.1, 0.9) / std::clamp(1.0 - measurement.box.score, 0.1, 0.9));
}

bool Object::is_vehicle() const { return is_vehicle_class(object_class()); }

ObjectClass Object::object_class() const {
  return static_cast<ObjectClass>(std::max_element(votes_.begin(), votes_.end()) - votes_.begin());
}

double Object::existence() const { return 1.0 / (1.0 + std::exp(-log_odds_)); }

void Object::predict(Time time, bool moves_freely) {
  MotionFilter::Noise noise = noise_of(object_class());
  if (moves_freely) {
    noise.along_mps2 = std::hypot(noise.along_mps2, kRelativeFrameNoise);
    noise.across_mps2 = std::hypot(noise.across_mps2, kRelativeFrameNoise);
  }
  filter_.predict(to_seconds(time - time_), noise);
  time_ = time;
}

/// The object's axes decide which extent of the box is its length; the side towards the sensor stays where the box has
/// it, the other follows from the object's size when the box shows less.
Object::Fit Object::fit(const Measurement& measurement) const {
  const Box3& box = measurement.box;
  const bool has_heading = is_vehicle() || object_class() == ObjectClass::kCyclist;
  const double turn = has_heading ? std::round(wrap_angle(filter_.yaw_rad() - box.yaw_rad) / M_PI_2) : 0.0;
  const bool is_across = std::abs(std::remainder(turn, 2.0)) > 0.5;
  Fit fit;
  fit.yaw_rad = wrap_angle(box.yaw_rad + turn * M_PI_2);
  fit.is_quarter_turned = is_across;
  fit.seen_m = is_across ? Eigen::Vector2d(box.size_m.y(), box.size_m.x()) : Eigen::Vector2d(box.size_m.head<2>());
  fit.is_seen = {is_across ? box.is_width_seen : box.is_length_seen,
                 is_across ? box.is_length_seen : box.is_width_seen};
  const Eigen::Vector2d to_sensor = measurement.sensor_m - box.centre_m.head<2>();
  const double range_m = to_sensor.norm();
  const double axis_rad = has_heading ? filter_.yaw_rad() : fit.yaw_rad;
  Eigen::Vector2d sigma = Eigen::Vector2d::Constant(position_sigma_m(box, range_m));
  fit.centre_m = box.centre_m.head<2>();
  for (int i = 0; i < 2; ++i) {
    const Eigen::Vector2d seen_axis = direction(fit.yaw_rad + i * M_PI_2);
    const Eigen::Vector2d own_axis = direction(axis_rad + i * M_PI_2);
    const double to_sensor_m = seen_axis.dot(to_sensor);
    const bool is_seen = fit.is_seen[static_cast<std::size_t>(i)];
    if (std::abs(to_sensor_m) > 0.5 * fit.seen_m(i)) {
      // From the box's centre to its near side along the box's axis, and back into the object along its own.
      fit.centre_m += std::copysign(0.5, to_sensor_m) * (fit.seen_m(i) * seen_axis - size_m_(i) * own_axis);
    } else if (!is_seen) {
      sigma(i) += 0.25 * std::abs(size_m_(i) - fit.seen_m(i));
    }
    if (!is_seen) sigma(i) += 0.1;
  }
  fit.R = rotated(sigma, axis_rad);
  fit.yaw_sigma_rad = fit.is_seen[0] ? 0.1 : 0.25;
  return fit;
}

double Object::distance2(const Measurement& measurement) const {
  const Fit fit = this->fit(measurement);
  return filter_.distance2(fit.centre_m, fit.R);
}

double Object::cost(const Measurement& measurement) const {
  const Fit fit = this->fit(measurement);
  double cost = filter_.distance2(fit.centre_m, fit.R);
  if (measurement.box.object_class != object_class()) cost += kUnlikeClass;
  const double height = std::log(measurement.box.size_m.z() / std::max(size_m_.z(), 0.1));
  return cost + 2.0 * std::min(height * height, 1.0);
}

void Object::update(const Measurement& measurement, bool moves_freely) {
  const Fit fit = this->fit(measurement);
  filter_.update_position(fit.centre_m, fit.R);
  update_class(measurement.box);
  update_heading(fit);
  mend_heading(moves_freely);
  update_size(fit, measurement.box);
  z_m_ += 0.3 * (measurement.box.centre_m.z() - z_m_);
  log_odds_ = std::clamp(log_odds_ + evidence_of(measurement.box.score), -kLogOddsLimit, kLogOddsLimit);
  measured_at_ = time_;
  ++hits_;
  ++age_;
  misses_ = 0;
}

void Object::update_heading(const Fit& fit) {
  if (!is_vehicle() && object_class() != ObjectClass::kCyclist) return;
  quarter_turn_ += 0.2 * ((fit.is_quarter_turned ? 1.0 : 0.0) - quarter_turn_);
  if (quarter_turn_ > 0.6) {  // most boxes lie across: the first ones were wrong
    filter_.turn(M_PI_2);
    std::swap(size_m_.x(), size_m_.y());
    std::swap(sized_[0], sized_[1]);
    quarter_turn_ = 0.0;
    return;
  }
  if (!fit.is_quarter_turned) filter_.update_yaw(fit.yaw_rad, fit.yaw_sigma_rad);
}

/// Motion decides between the ends of a box, and ties heading and velocity together.
void Object::mend_heading(bool moves_freely) {
  if (moves_freely) return;
  const Eigen::Vector2d v = filter_.velocity_mps();
  const double v_sigma_mps = std::sqrt(std::max(filter_.covariance()(MotionFilter::kVx, MotionFilter::kVx),
                                                filter_.covariance()(MotionFilter::kVy, MotionFilter::kVy)));
  if (v.norm() < kMoves_mps || v.norm() < 2.0 * v_sigma_mps) return;
  const double course_rad = std::atan2(v.y(), v.x());
  if (object_class() == ObjectClass::kPedestrian || object_class() == ObjectClass::kUnknown) {
    filter_.set_yaw(course_rad, 0.3);
    return;
  }
  if (filter_.speed_along_mps() < -kMoves_mps) filter_.turn(M_PI);
  const double off_rad = std::abs(wrap_angle(course_rad - filter_.yaw_rad()));
  if (off_rad < M_PI_4) {
    filter_.update_sideways(0.5);
  } else if (v.norm() > 2.0 * kMoves_mps && v.norm() > 4.0 * v_sigma_mps) {
    if (std::abs(off_rad - M_PI_2) < M_PI_4) std::swap(size_m_.x(), size_m_.y());
    filter_.set_yaw(course_rad, 0.2);
  }
}

void Object::update_size(const Fit& fit, const Box3& box) {
  for (int i = 0; i < 2 && !fit.is_quarter_turned; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (fit.is_seen[k]) {
      ++sized_[k];
      const double gain = std::max(1.0 / sized_[k], 0.1);
      size_m_(i) += gain * (fit.seen_m(i) - size_m_(i));
    } else if (sized_[k] == 0) {
      size_m_(i) += 0.2 * (fit.seen_m(i) - size_m_(i));
    }
  }
  size_m_.z() += 0.2 * (box.size_m.z() - size_m_.z());
}

void Object::update_class(const Box3& box) {
  for (double& vote : votes_) vote *= kClassMemory;
  votes_[static_cast<std::size_t>(box.object_class)] += box.score;
}

void Object::miss(double dt_s) {
  log_odds_ = std::max(log_odds_ - kMissesPerSecond * dt_s, -kLogOddsLimit);
  ++misses_;
  ++age_;
}

void Object::transform(double yaw_rad, const Eigen::Vector2d& t, const Eigen::Vector2d& v_ego_mps,
                       double ego_yaw_rate_rps) {
  filter_.transform(yaw_rad, t, v_ego_mps, ego_yaw_rate_rps);
}

Track Object::track() const {
  Track track;
  track.id = id_;
  track.object_class = object_class();
  track.existence = existence();
  track.centre_m = {filter_.position_m().x(), filter_.position_m().y(), z_m_};
  track.yaw_rad = filter_.yaw_rad();
  track.size_m = size_m_;
  track.velocity_mps = filter_.velocity_mps();
  track.yaw_rate_rps = filter_.state()(MotionFilter::kYawRate);
  track.covariance = filter_.covariance();
  track.measured_at = measured_at_;
  track.age = age_;
  track.misses = misses_;
  return track;
}

}  // namespace ocelli::perception
