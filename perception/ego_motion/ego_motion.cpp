#include "ocelli/perception/ego_motion/ego_motion.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/vehicle_limits.hpp"

namespace ocelli::perception {
namespace {

constexpr std::size_t kMostSteps = 2048;
constexpr double kRearAxleTurns_rps = 1e-4;  // below, an arc is a line
constexpr Duration kSpeaksFor = 2s;          // after what it said last
constexpr double kMostMeanNis = 4.0;         // of a source that fits its covariance it is about 1
constexpr int kMostRejected = 10;            // in a row
constexpr Duration kFixesLast = 1s;

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

EgoMotion::EgoMotion(const EgoMotionConfig& config)
    : EgoMotion(config, {.gyro_bias_sigma_rps = config.gyro_bias_sigma_rps,
                         .speed_scale_sigma = config.speed_scale_sigma,
                         .steering_offset_sigma_rad = config.steering_offset_sigma_rad}) {}

EgoMotion::EgoMotion(const EgoMotionConfig& config, const EgoCalibration& calibration)
    : config_(std::make_shared<const EgoMotionConfig>(config)), begin_with_(calibration) {
  steps_.reserve(kMostSteps);
}

void EgoMotion::add(const GyroSample& sample) {
  if (!is_within(sample.yaw_rate_rps, kMostTurn_rps)) {
    ++ignored_;
    return;
  }
  Event event{.stamp = sample.stamp, .kind = Kind::kGyro, .wheels = {}};
  event.yaw_rate_rps = sample.yaw_rate_rps;
  insert(event);
}

void EgoMotion::add(const WheelSample& sample) {
  const auto is_absurd = [](double value, double most) { return !std::isnan(value) && !is_within(value, most); };
  const bool has_absurd =
      is_absurd(sample.steering_rad, kMostSteering_rad) ||
      std::ranges::any_of(sample.speed_mps, [&](double v) { return is_absurd(v, kMostWheelSpeed_mps); });
  if (has_absurd) {
    ++ignored_;
    return;
  }
  // Without a rear wheel it says nothing: the motion gets absent by age.
  if (std::isnan(sample.speed_mps[2]) && std::isnan(sample.speed_mps[3])) return;
  insert({.stamp = sample.stamp, .kind = Kind::kWheels, .wheels = sample});
}

void EgoMotion::add(const GnssSample& sample) {
  const Geodetic& place = sample.place;
  const bool is_valid = is_within(place.latitude_deg, 90.0) && is_within(place.longitude_deg, 180.0) &&
                        is_within(place.altitude_m, kMostAltitude_m) && sample.variance_m2 >= 0.0 &&
                        sample.variance_m2 <= kMostPositionVariance_m2;
  if (!is_valid) {
    ++ignored_;
    return;
  }
  if (!plane_) plane_ = LocalPlane(place);
  Event event{.stamp = sample.stamp, .kind = Kind::kFix, .wheels = {}};
  event.fix_m = plane_->enu_of(place).head<2>();
  event.variance_m2 = sample.variance_m2;
  insert(event);
}

bool EgoMotion::is_same(const Event& a, const Event& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return same(a.yaw_rate_rps, b.yaw_rate_rps) && same(a.variance_m2, b.variance_m2) && a.fix_m == b.fix_m &&
         same(a.wheels.steering_rad, b.wheels.steering_rad) &&
         std::ranges::equal(a.wheels.speed_mps, b.wheels.speed_mps, same);
}

/// Puts the event where it belongs and computes anew what comes after it.
void EgoMotion::insert(const Event& event) {
  const auto key = [](const Event& e) { return std::pair(e.stamp, e.kind); };
  const auto is_before = [&](const Step& step, const Event& e) { return key(step.event) < key(e); };
  const auto at = std::lower_bound(steps_.begin(), steps_.end(), event, is_before);
  const bool is_there = at != steps_.end() && key(at->event) == key(event);
  const bool is_too_late =
      !steps_.empty() && (steps_.back().event.stamp - event.stamp > config_->late_by_most || at == steps_.begin());
  if (is_there && is_same(at->event, event)) return;  // windows hand over again what was there before
  if (is_there || is_too_late) {
    ++ignored_;
    return;
  }
  const auto index = static_cast<std::size_t>(at - steps_.begin());
  steps_.insert(at, Step{event, std::nullopt});
  for (std::size_t i = index; i < steps_.size(); ++i) apply(i);
  forget();
}

void EgoMotion::apply(std::size_t index) {
  Step& step = steps_[index];
  const Event& event = step.event;
  step.after = index == 0 ? std::nullopt : steps_[index - 1].after;
  if (!step.after) {
    if (event.kind == Kind::kWheels) start(index);
    return;
  }
  step.after->predict(event.stamp);
  switch (event.kind) {
    case Kind::kGyro: return step.after->measure(GyroSample{event.stamp, event.yaw_rate_rps});
    case Kind::kWheels: return step.after->measure(event.wheels);
    case Kind::kFix: return step.after->measure_fix(event.fix_m, event.variance_m2);
  }
}

/// With the wheels' speed, and the rate of the last gyro sample when there is a young one.
void EgoMotion::start(std::size_t index) {
  const WheelSample& wheels = steps_[index].event.wheels;
  std::optional<double> rate_rps;
  for (std::size_t i = index; i-- > 0 && !rate_rps;)
    if (steps_[i].event.kind == Kind::kGyro && wheels.stamp - steps_[i].event.stamp <= config_->max_age)
      rate_rps = steps_[i].event.yaw_rate_rps;
  const double half_turn_mps = 0.5 * config_->track_width_m * rate_rps.value_or(0.0);
  const double left = wheels.speed_mps[2];
  const double right = wheels.speed_mps[3];
  const double speed_mps = !std::isfinite(left)    ? right - half_turn_mps
                           : !std::isfinite(right) ? left + half_turn_mps
                                                   : 0.5 * (left + right);
  steps_[index].after.emplace(*config_, begin_with_, wheels.stamp, speed_mps, rate_rps);
  steps_[index].after->measure(wheels);
}

/// Keeps twice what may be late before it drops the older half, so that few steps are moved.
void EgoMotion::forget() {
  const Time newest = steps_.back().event.stamp;
  const bool is_long = newest - steps_.front().event.stamp > 2 * config_->late_by_most + config_->max_age;
  if (!is_long && steps_.size() < kMostSteps) return;
  const Time keep_from = newest - config_->late_by_most - config_->max_age;
  auto first = std::find_if(steps_.begin(), steps_.end(), [&](const Step& s) { return s.event.stamp >= keep_from; });
  if (steps_.size() >= kMostSteps) first = std::max(first, steps_.begin() + kMostSteps / 4);
  // One step before those that are kept: what is late lands behind it.
  if (first != steps_.begin()) --first;
  steps_.erase(steps_.begin(), first);
}

EgoCalibration EgoMotion::calibration() const {
  if (newest() == nullptr) return begin_with_;
  const EgoFilter& filter = *newest();
  const auto sigma = [&](EgoFilter::Index i) { return std::sqrt(std::max(0.0, filter.covariance()(i, i))); };
  return {filter[EgoFilter::kBias], sigma(EgoFilter::kBias),   1.0 + filter[EgoFilter::kScale],
          sigma(EgoFilter::kScale), filter[EgoFilter::kSteer], sigma(EgoFilter::kSteer)};
}

const EgoFilter* EgoMotion::newest() const {
  return steps_.empty() || !steps_.back().after ? nullptr : &*steps_.back().after;
}

const EgoFilter* EgoMotion::filter_at(Time time) const {
  const auto after =
      std::upper_bound(steps_.begin(), steps_.end(), time, [](Time t, const Step& s) { return t < s.event.stamp; });
  if (after == steps_.begin() || !std::prev(after)->after) return nullptr;
  return &*std::prev(after)->after;
}

bool EgoMotion::is_present(const EgoFilter& filter, Time time) const {
  const auto is_young = [&](EgoSource source) { return time - filter.consistency(source).last <= config_->max_age; };
  return is_young(EgoSource::kWheels) && (is_young(EgoSource::kGyro) || is_young(EgoSource::kSteering));
}

/// Every source that speaks fits its covariance, none is refused, and both wheels and gyro are there. What a source
/// said that has been silent for long was refused, or is in the covariance.
bool EgoMotion::is_integral(const EgoFilter& filter, Time time) const {
  const auto fits = [&](EgoSource source) {
    const Consistency& seen = filter.consistency(source);
    if (time - seen.heard > kSpeaksFor) return true;
    return seen.mean_nis <= kMostMeanNis && seen.rejected < kMostRejected;
  };
  const bool has_gyro = time - filter.consistency(EgoSource::kGyro).last <= config_->max_age;
  return has_gyro && fits(EgoSource::kWheels) && fits(EgoSource::kGyro) && fits(EgoSource::kSteering) &&
         fits(EgoSource::kGnss);
}

std::optional<EgoState> EgoMotion::at(Time time) const {
  const EgoFilter* known = filter_at(time);
  if (known == nullptr || !is_present(*known, time)) return std::nullopt;
  EgoFilter filter = *known;
  filter.predict(time);
  EgoState state;
  state.stamp = time;
  state.x_m = filter[EgoFilter::kX];
  state.y_m = filter[EgoFilter::kY];
  state.yaw_rad = filter[EgoFilter::kYaw];
  state.speed_mps = filter[EgoFilter::kSpeed];
  state.yaw_rate_rps = filter[EgoFilter::kRate];
  state.speed_scale_sigma = std::sqrt(std::max(0.0, filter.covariance()(EgoFilter::kScale, EgoFilter::kScale)));
  state.covariance = filter.covariance().topLeftCorner<3, 3>();
  state.is_fused = filter.is_georeferenced() && time - filter.consistency(EgoSource::kGnss).last <= kFixesLast;
  state.is_integral = is_integral(filter, time);
  return state;
}

std::optional<GlobalState> EgoMotion::global_at(Time time) const {
  const EgoFilter* known = filter_at(time);
  if (known == nullptr || !known->is_georeferenced() || !is_present(*known, time)) return std::nullopt;
  EgoFilter filter = *known;
  filter.predict(time);
  const double geo_yaw = filter[EgoFilter::kGeoYaw];
  Eigen::Matrix2d R;
  R << std::cos(geo_yaw), -std::sin(geo_yaw), std::sin(geo_yaw), std::cos(geo_yaw);
  const Eigen::Vector2d p(filter[EgoFilter::kX], filter[EgoFilter::kY]);
  const Eigen::Vector2d turned = R * p;
  Eigen::Matrix<double, 3, EgoFilter::kSize> J = Eigen::Matrix<double, 3, EgoFilter::kSize>::Zero();
  J.block<2, 2>(0, EgoFilter::kX) = R;
  J.block<2, 1>(0, EgoFilter::kGeoYaw) = Eigen::Vector2d(-turned.y(), turned.x());
  J.block<2, 2>(0, EgoFilter::kGeoX).setIdentity();
  J(2, EgoFilter::kYaw) = 1.0;
  J(2, EgoFilter::kGeoYaw) = 1.0;
  return GlobalState{turned.x() + filter[EgoFilter::kGeoX], turned.y() + filter[EgoFilter::kGeoY],
                     wrap_angle(filter[EgoFilter::kYaw] + geo_yaw), J * filter.covariance() * J.transpose()};
}

}  // namespace ocelli::perception
