#include "ocelli/hal/sim/path.hpp"

#include <algorithm>
#include <cmath>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/core/pose.hpp"

namespace ocelli::sim {
namespace {

constexpr double kStepM = 0.1;

Eigen::Vector2d direction(double heading_rad) { return {std::cos(heading_rad), std::sin(heading_rad)}; }

/// Integral of the road's curvature from its start to `station_m`, before easing: the heading of a road of plain arcs.
double turned_rad(const Road& road, double station_m) {
  double turned = 0.0;
  for (const RoadSegment& segment : road.segments) {
    const double share = std::clamp(station_m / segment.length_m, 0.0, 1.0);
    turned += share * segment.turn_deg * M_PI / 180.0;
    station_m -= segment.length_m;
  }
  return turned;
}

/// One arc of length `step_m` from `start`, its curvature going linearly to `end_curvature_1pm`.
PathPoint advance(const PathPoint& start, double step_m, double end_curvature_1pm) {
  const double middle = start.heading_rad + step_m * (3.0 * start.curvature_1pm + end_curvature_1pm) / 8.0;
  PathPoint end;
  end.position_m = start.position_m + step_m * direction(middle);
  end.heading_rad = start.heading_rad + step_m * 0.5 * (start.curvature_1pm + end_curvature_1pm);
  end.curvature_1pm = end_curvature_1pm;
  return end;
}

/// Points of the spline between p[1] and p[2] (Barry and Goldman 1988), `u` in [0, 1].
Eigen::Vector2d catmull_rom(const std::array<Eigen::Vector2d, 4>& p, double u) {
  std::array<double, 4> knot{};
  for (std::size_t i = 1; i < 4; ++i) knot[i] = knot[i - 1] + std::sqrt((p[i] - p[i - 1]).norm());
  const double t = knot[1] + u * (knot[2] - knot[1]);
  const auto mix = [t](const Eigen::Vector2d& a, const Eigen::Vector2d& b, double from, double to) -> Eigen::Vector2d {
    return ((to - t) * a + (t - from) * b) / (to - from);
  };
  const Eigen::Vector2d a1 = mix(p[0], p[1], knot[0], knot[1]);
  const Eigen::Vector2d a2 = mix(p[1], p[2], knot[1], knot[2]);
  const Eigen::Vector2d a3 = mix(p[2], p[3], knot[2], knot[3]);
  const Eigen::Vector2d b1 = mix(a1, a2, knot[0], knot[2]);
  const Eigen::Vector2d b2 = mix(a2, a3, knot[1], knot[3]);
  return mix(b1, b2, knot[1], knot[2]);
}

std::vector<Eigen::Vector2d> dense_spline(const std::vector<Eigen::Vector2d>& points_m) {
  std::vector<Eigen::Vector2d> all;
  all.push_back(2.0 * points_m[0] - points_m[1]);
  all.insert(all.end(), points_m.begin(), points_m.end());
  all.push_back(2.0 * points_m.back() - points_m[points_m.size() - 2]);
  std::vector<Eigen::Vector2d> dense{points_m.front()};
  for (std::size_t i = 0; i + 3 < all.size(); ++i) {
    const int steps = std::max(2, static_cast<int>((all[i + 2] - all[i + 1]).norm() / 0.02));
    for (int k = 1; k <= steps; ++k)
      dense.push_back(catmull_rom({all[i], all[i + 1], all[i + 2], all[i + 3]}, static_cast<double>(k) / steps));
  }
  return dense;
}

/// The polyline at equal distances; returns the step that divides its length evenly.
double resample(const std::vector<Eigen::Vector2d>& dense, std::vector<PathPoint>& samples) {
  double length = 0.0;
  for (std::size_t i = 1; i < dense.size(); ++i) length += (dense[i] - dense[i - 1]).norm();
  const auto intervals = static_cast<std::size_t>(std::max(2.0, std::round(length / kStepM)));
  const double step = length / static_cast<double>(intervals);
  samples.resize(intervals + 1);
  double passed = 0.0;
  std::size_t segment = 1;
  for (std::size_t i = 0; i <= intervals; ++i) {
    const double wanted = step * static_cast<double>(i);
    double span = (dense[segment] - dense[segment - 1]).norm();
    while (segment + 1 < dense.size() && passed + span < wanted) {
      passed += span;
      ++segment;
      span = (dense[segment] - dense[segment - 1]).norm();
    }
    const double share = span > 0.0 ? std::min(1.0, (wanted - passed) / span) : 0.0;
    samples[i].position_m = dense[segment - 1] + share * (dense[segment] - dense[segment - 1]);
  }
  return step;
}

/// Tangents and curvatures from positions; headings are continuous (not wrapped).
void derive_headings(std::vector<PathPoint>& samples, double step_m) {
  const std::size_t last = samples.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const Eigen::Vector2d along = samples[std::min(i + 1, last)].position_m - samples[i == 0 ? 0 : i - 1].position_m;
    const double heading = std::atan2(along.y(), along.x());
    const double before = i == 0 ? heading : samples[i - 1].heading_rad;
    samples[i].heading_rad = before + wrap_angle(heading - before);
  }
  for (std::size_t i = 1; i < last; ++i)
    samples[i].curvature_1pm = (samples[i + 1].heading_rad - samples[i - 1].heading_rad) / (2.0 * step_m);
}

}  // namespace

Path Path::centre_line(const Road& road) {
  OCELLI_EXPECT(!road.segments.empty());
  const double half = 0.5 * road.easing_m;
  // The mean of the curvature over the easing length: steps become ramps.
  const auto curvature = [&](double s) {
    return (turned_rad(road, s + half) - turned_rad(road, s - half)) / (2.0 * half);
  };
  const auto intervals = static_cast<std::size_t>(std::ceil(road.length_m() / kStepM));
  std::vector<PathPoint> samples(1);
  samples[0].heading_rad = road.heading_deg * M_PI / 180.0;
  samples[0].curvature_1pm = curvature(0.0);
  for (std::size_t i = 1; i <= intervals; ++i)
    samples.push_back(advance(samples.back(), kStepM, curvature(kStepM * static_cast<double>(i))));
  return {std::move(samples), kStepM};
}

Path Path::offset(double lateral_m, double from_m, bool is_backward) const {
  std::vector<PathPoint> samples;
  const double end_m = length_m();
  double station = std::clamp(from_m, 0.0, end_m);
  while (samples.size() < 2 || (is_backward ? station >= 0.0 : station <= end_m)) {
    const PathPoint on = at(station);
    const double stretch = 1.0 - lateral_m * on.curvature_1pm;
    OCELLI_EXPECT(stretch > 0.0);
    PathPoint& sample = samples.emplace_back(on);
    sample.position_m += lateral_m * direction(on.heading_rad + M_PI_2);
    sample.heading_rad += is_backward ? M_PI : 0.0;
    sample.curvature_1pm = (is_backward ? -1.0 : 1.0) * on.curvature_1pm / stretch;
    // Midpoint rule for d station / d arc = 1 / stretch.
    const double sign = is_backward ? -1.0 : 1.0;
    const double middle = 1.0 - lateral_m * at(station + sign * 0.5 * kStepM / stretch).curvature_1pm;
    station += sign * kStepM / middle;
  }
  return {std::move(samples), kStepM};
}

Path Path::through(const std::vector<Eigen::Vector2d>& points_m) {
  OCELLI_EXPECT(points_m.size() >= 2);
  std::vector<PathPoint> samples;
  const double step = resample(dense_spline(points_m), samples);
  derive_headings(samples, step);
  return {std::move(samples), step};
}

PathPoint Path::at(double arc_m) const {
  PathPoint point;
  if (arc_m < 0.0 || arc_m > length_m()) {
    const bool is_before = arc_m < 0.0;
    point = is_before ? samples_.front() : samples_.back();
    point.position_m += (is_before ? arc_m : arc_m - length_m()) * direction(point.heading_rad);
    point.curvature_1pm = 0.0;
    return point;
  }
  const auto index = std::min(static_cast<std::size_t>(arc_m / step_m_), samples_.size() - 2);
  const PathPoint& before = samples_[index];
  const PathPoint& after = samples_[index + 1];
  const double share = arc_m / step_m_ - static_cast<double>(index);
  point.position_m = before.position_m + share * (after.position_m - before.position_m);
  point.heading_rad = before.heading_rad + share * (after.heading_rad - before.heading_rad);
  point.curvature_1pm = before.curvature_1pm + share * (after.curvature_1pm - before.curvature_1pm);
  return point;
}

double Path::sharpest_curvature_1pm() const {
  const auto sharper = [](const PathPoint& a, const PathPoint& b) {
    return std::abs(a.curvature_1pm) < std::abs(b.curvature_1pm);
  };
  return std::max_element(samples_.begin(), samples_.end(), sharper)->curvature_1pm;
}

Eigen::Vector2d beside(const Path& centre_line, double station_m, double lateral_m) {
  const PathPoint on = centre_line.at(station_m);
  return on.position_m + lateral_m * direction(on.heading_rad + M_PI_2);
}

}  // namespace ocelli::sim
