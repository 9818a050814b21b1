#include "ocelli/perception/radar_objects/radar_objects.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr Duration kLongestGap = 250ms;  // a scan before that is older says nothing

double square(double value) { return value * value; }

}  // namespace

RadarObjects::RadarObjects(const RadarObjectsConfig& config, std::size_t detections_max)
    : config_(config), detections_max_(detections_max) {
  points_.reserve(detections_max);
  before_.reserve(detections_max);
  order_.reserve(detections_max);
  pending_.reserve(detections_max);
  objects_.reserve(detections_max);
}

std::span<const RadarObject> RadarObjects::detect(std::span<const RadarDetection> scan, Time stamp,
                                                  const Pose& T_vehicle_radar, const RadarNoise& noise,
                                                  const std::optional<RadarEgo>& ego) {
  std::swap(points_, before_);
  take(scan, T_vehicle_radar, ego);
  connect();
  objects_.clear();
  std::ranges::sort(order_, {}, [&](std::size_t i) { return std::tuple(points_[i].cluster, points_[i].p_m.x(), i); });
  for (std::size_t first = 0; first < order_.size();) {
    std::size_t end = first + 1;
    while (end < order_.size() && points_[order_[end]].cluster == points_[order_[first]].cluster) ++end;
    if (end - first > 1 || was_there(points_[order_[first]], stamp, ego))
      objects_.push_back(object_of(std::span(order_).subspan(first, end - first), noise, ego));
    first = end;
  }
  before_at_ = stamp;
  return objects_;
}

/// Range rate of what stands: minus the sensor's own velocity along the line of sight.
void RadarObjects::take(std::span<const RadarDetection> scan, const Pose& T_vehicle_radar,
                        const std::optional<RadarEgo>& ego) {
  points_.clear();
  const Eigen::Vector2d sensor = T_vehicle_radar.translation().head<2>();
  const double yaw_rad = std::atan2(T_vehicle_radar.linear()(1, 0), T_vehicle_radar.linear()(0, 0));
  const RadarEgo own = ego.value_or(RadarEgo{});
  const Eigen::Vector2d velocity(own.speed_mps - own.yaw_rate_rps * sensor.y(), own.yaw_rate_rps * sensor.x());
  for (const RadarDetection& detection : scan) {
    const bool is_valid = std::isfinite(detection.range_m) && std::isfinite(detection.azimuth_rad) &&
                          std::isfinite(detection.range_rate_mps) && detection.range_m >= 0.0;
    if (!is_valid || points_.size() == detections_max_) {
      ++left_out_;
      continue;
    }
    Point point;
    const double angle = yaw_rad + detection.azimuth_rad;
    point.direction = {std::cos(angle), std::sin(angle)};
    point.p_m = sensor + detection.range_m * point.direction;
    point.range_m = detection.range_m;
    point.range_rate_mps = detection.range_rate_mps;
    point.radial_mps = detection.range_rate_mps + point.direction.dot(velocity);
    point.rcs_dbsm = detection.rcs_dbsm;
    point.cluster = kNone;
    points_.push_back(point);
  }
}

bool RadarObjects::belong_together(const Point& a, const Point& b) const {
  const double near_m = config_.near_m + config_.near_rad * std::min(a.range_m, b.range_m);
  return (a.p_m - b.p_m).squaredNorm() <= square(near_m) && std::abs(a.radial_mps - b.radial_mps) <= config_.alike_mps;
}

/// Single linkage: a cluster grows by all that belongs to any of its members. Sorted by x, so that a member looks only
/// at its neighbours.
void RadarObjects::connect() {
  order_.resize(points_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  std::ranges::sort(order_, {}, [&](std::size_t i) { return std::pair(points_[i].p_m.x(), i); });
  double farthest_m = 0.0;
  for (const Point& point : points_) farthest_m = std::max(farthest_m, point.range_m);
  const double window_m = config_.near_m + config_.near_rad * farthest_m;
  std::size_t clusters = 0;
  for (std::size_t seed = 0; seed < order_.size(); ++seed) {
    if (points_[order_[seed]].cluster != kNone) continue;
    pending_.assign(1, seed);
    points_[order_[seed]].cluster = clusters;
    while (!pending_.empty()) {
      const std::size_t at = pending_.back();
      pending_.pop_back();
      const Point& member = points_[order_[at]];
      const auto visit = [&](std::size_t other) {
        Point& candidate = points_[order_[other]];
        if (candidate.cluster != kNone || !belong_together(member, candidate)) return;
        candidate.cluster = clusters;
        pending_.push_back(other);
      };
      for (std::size_t i = at; i-- > 0 && member.p_m.x() - points_[order_[i]].p_m.x() <= window_m;) visit(i);
      for (std::size_t i = at + 1; i < order_.size() && points_[order_[i]].p_m.x() - member.p_m.x() <= window_m; ++i)
        visit(i);
    }
    ++clusters;
  }
}

RadarObject RadarObjects::object_of(std::span<const std::size_t> members, const RadarNoise& noise,
                                    const std::optional<RadarEgo>& ego) const {
  const auto count = static_cast<double>(members.size());
  RadarObject object;
  object.detections = static_cast<std::uint32_t>(members.size());
  object.centre_m.setZero();
  object.rcs_dbsm = points_[members[0]].rcs_dbsm;
  Eigen::Vector2d along = Eigen::Vector2d::Zero();
  double range_m = 0.0;
  for (const std::size_t i : members) {
    const Point& point = points_[i];
    object.centre_m += point.p_m / count;
    object.range_rate_mps += point.range_rate_mps / count;
    object.radial_mps += point.radial_mps / count;
    object.rcs_dbsm = std::max(object.rcs_dbsm, point.rcs_dbsm);
    range_m += point.range_m / count;
    along += point.direction;
  }
  along.normalize();
  const Eigen::Vector2d across(-along.y(), along.x());
  Eigen::Vector2d least = Eigen::Vector2d::Constant(INFINITY);
  Eigen::Vector2d most = -least;
  for (const std::size_t i : members) {
    const Eigen::Vector2d p(along.dot(points_[i].p_m), across.dot(points_[i].p_m));
    least = least.cwiseMin(p);
    most = most.cwiseMax(p);
  }
  object.length_m = (most - least).x();
  object.width_m = (most - least).y();
  // The noise of the mean, and where in the extent the middle really is.
  const double along_m2 = square(noise.range_m) / count + square(object.length_m) / 12.0;
  const double across_m2 = square(noise.azimuth_rad * range_m) / count + square(object.width_m) / 12.0;
  object.covariance = along_m2 * along * along.transpose() + across_m2 * across * across.transpose();
  const double own_mps = ego ? ego->speed_mps : 0.0;
  const double lasting_mps = ego ? ego->speed_scale_sigma * own_mps : 0.0;
  const double turned_mps = own_mps * noise.azimuth_rad * std::abs(along.y());
  // Members that differ show a body that is near or turns: their mean is not the rate of their middle.
  double spread_m2ps2 = 0.0;
  for (const std::size_t i : members) spread_m2ps2 += square(points_[i].range_rate_mps - object.range_rate_mps) / count;
  object.radial_sigma_mps = std::sqrt((square(noise.range_rate_mps) + square(turned_mps)) / count + spread_m2ps2 +
                                      (square(config_.ego_speed_sigma_mps) + square(lasting_mps)) * square(along.x()));
  object.is_moving = ego && std::abs(object.radial_mps) >
                                std::max(config_.moving_least_mps, config_.moving_sigmas * object.radial_sigma_mps);
  return object;
}

/// Something of the scan before, moved by the vehicle's and its own radial velocity, lies near and moves alike.
bool RadarObjects::was_there(const Point& point, Time stamp, const std::optional<RadarEgo>& ego) const {
  if (before_at_ == kNoTime || stamp <= before_at_ || stamp - before_at_ > kLongestGap) return false;
  const double dt_s = to_seconds(stamp - before_at_);
  const RadarEgo own = ego.value_or(RadarEgo{});
  const double turn_rad = own.yaw_rate_rps * dt_s;
  return std::ranges::any_of(before_, [&](const Point& old) {
    if (std::abs(old.radial_mps - point.radial_mps) > config_.again_mps) return false;
    const Eigen::Vector2d moved =
        old.p_m + old.radial_mps * dt_s * old.direction - Eigen::Vector2d(own.speed_mps * dt_s, 0.0);
    const Eigen::Vector2d now(moved.x() + turn_rad * moved.y(), moved.y() - turn_rad * moved.x());
    return (now - point.p_m).squaredNorm() <= square(config_.again_m);
  });
}

}  // namespace ocelli::perception
