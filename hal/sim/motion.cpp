#include "ocelli/hal/sim/motion.hpp"

#include <algorithm>

namespace ocelli::sim {
namespace {

Path path_of(const Course& course, const Path& centre_line) {
  if (course.waypoints.empty())
    return centre_line.offset(course.lateral_m, course.start_m, course.direction == Direction::kBackward);
  std::vector<Eigen::Vector2d> points;
  for (const Waypoint& waypoint : course.waypoints)
    points.push_back(beside(centre_line, waypoint.station_m, waypoint.lateral_m));
  return Path::through(points);
}

}  // namespace

SpeedProfile::State SpeedProfile::at(Duration time) const {
  State state{to_seconds(std::min(time, points_.front().at)) * points_.front().speed_mps, points_.front().speed_mps,
              0.0};
  for (std::size_t i = 1; i < points_.size() && points_[i - 1].at < time; ++i) {
    const SpeedPoint& from = points_[i - 1];
    const SpeedPoint& to = points_[i];
    const double span_s = to_seconds(to.at - from.at);
    const double u = std::min(1.0, to_seconds(time - from.at) / span_s);
    const double change = to.speed_mps - from.speed_mps;
    state.distance_m += span_s * (from.speed_mps * u + change * (u * u * u - 0.5 * u * u * u * u));
    state.speed_mps = from.speed_mps + change * u * u * (3.0 - 2.0 * u);
    state.acceleration_mps2 = change * 6.0 * u * (1.0 - u) / span_s;
  }
  if (time > points_.back().at) {
    state.distance_m += to_seconds(time - points_.back().at) * points_.back().speed_mps;
    state.acceleration_mps2 = 0.0;
  }
  return state;
}

Trajectory::Trajectory(const Course& course, const Path& centre_line, double advance_m)
    : path_(path_of(course, centre_line)),
      speed_(course.speed),
      advance_m_(advance_m),
      stops_at_end_(!course.waypoints.empty()) {}

Motion Trajectory::at(Duration time) const {
  const SpeedProfile::State along = speed_.at(time);
  const double arc_m = advance_m_ + along.distance_m;
  const bool is_over = stops_at_end_ && arc_m >= path_.length_m();
  const PathPoint point = path_.at(is_over ? path_.length_m() : arc_m);
  Motion motion;
  motion.position_m = point.position_m;
  motion.yaw_rad = wrap_angle(point.heading_rad);
  motion.curvature_1pm = point.curvature_1pm;
  if (is_over) return motion;
  motion.speed_mps = along.speed_mps;
  motion.acceleration_mps2 = along.acceleration_mps2;
  motion.yaw_rate_rps = along.speed_mps * point.curvature_1pm;
  return motion;
}

}  // namespace ocelli::sim
