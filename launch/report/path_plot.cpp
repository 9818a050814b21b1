// The whole run on a map: way of the vehicle, trails of tracks, truth.
#include <algorithm>
#include <cmath>
#include <map>

#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"

namespace ocelli::report {
namespace {

constexpr double kWidth = 1060.0, kMaxHeight = 520.0, kMargin = 16.0;
constexpr double kStep = 0.5;    // [m] between points of a trail
constexpr Duration kBreak = 1s;  // a longer gap breaks a trail

struct Trail {
  ObjectClass classification{};
  Time last;
  std::vector<std::vector<Eigen::Vector2d>> pieces;

  void add(Time at, const Eigen::Vector2d& p) {
    if (pieces.empty() || at - last > kBreak) pieces.emplace_back();
    last = at;
    auto& piece = pieces.back();
    if (piece.empty() || (piece.back() - p).norm() >= kStep) piece.push_back(p);
  }
};

using Trails = std::map<std::uint32_t, Trail>;

struct World {
  Trail ego;
  Trails tracks;
  Trails truth;
};

void add_objects(const ObjectFrame& vehicle_frame, const Pose& T_world_vehicle, Trails& trails) {
  for (const ObjectState& object : vehicle_frame.objects) {
    Trail& trail = trails[object.id];
    trail.classification = object.classification;
    trail.add(vehicle_frame.stamp, (T_world_vehicle * object.position).head<2>());
  }
}

/// All in the world of the truth, or in the tracker's own when there is none.
World collect(const RunData& run) {
  World world;
  for (const ObjectFrame& frame : run.truth) {
    world.ego.add(frame.stamp, frame.T_world_vehicle.translation().head<2>());
    add_objects(to_vehicle(frame), frame.T_world_vehicle, world.truth);
  }
  for (const ObjectFrame& frame : run.tracks) {
    const auto truth = frame_at(run.truth, frame.stamp);
    if (!truth && (!run.truth.empty() || !frame.is_world)) continue;
    const Pose& T_world_vehicle = truth ? truth->T_world_vehicle : frame.T_world_vehicle;
    if (run.truth.empty()) world.ego.add(frame.stamp, T_world_vehicle.translation().head<2>());
    add_objects(to_vehicle(frame), T_world_vehicle, world.tracks);
  }
  return world;
}

/// World to pixels: one scale for both axes, the longer side lies across.
class Projection {
 public:
  explicit Projection(const World& world) {
    for (const auto& piece : world.ego.pieces)
      for (const auto& p : piece) box_.extend(p);
    for (const auto& [id, trail] : world.tracks)
      for (const auto& piece : trail.pieces)
        for (const auto& p : piece) box_.extend(p);
    if (box_.isEmpty()) return;
    box_.extend(box_.min() - Eigen::Vector2d::Constant(4.0));
    box_.extend(box_.max() + Eigen::Vector2d::Constant(4.0));
    is_turned_ = box_.sizes().y() > box_.sizes().x();
    const double across = is_turned_ ? box_.sizes().y() : box_.sizes().x(),
                 up = is_turned_ ? box_.sizes().x() : box_.sizes().y();
    scale_ = std::min((kWidth - 2 * kMargin) / across, (kMaxHeight - 2 * kMargin) / up);
    height_ = up * scale_ + 2 * kMargin;
  }

  [[nodiscard]] bool is_empty() const { return box_.isEmpty(); }
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] double scale() const { return scale_; }
  [[nodiscard]] bool is_turned() const { return is_turned_; }
  /// x right and y up; turned: y right and x down, which is the same picture turned by 90° to the right.
  [[nodiscard]] std::pair<double, double> operator()(const Eigen::Vector2d& p) const {
    const Eigen::Vector2d d = p - box_.min(), e = box_.max() - p;
    return is_turned_ ? std::pair(kMargin + d.y() * scale_, kMargin + d.x() * scale_)
                      : std::pair(kMargin + d.x() * scale_, kMargin + e.y() * scale_);
  }

 private:
  Eigen::AlignedBox2d box_;
  double scale_ = 1.0;
  double height_ = 0.0;
  bool is_turned_ = false;
};

void draw_trail(Svg& svg, const Projection& to_px, const Trail& trail, const std::string& css, double dot_radius) {
  for (const auto& piece : trail.pieces) {
    Points points;
    for (const auto& p : piece) points.push_back(to_px(p));
    if (points.size() == 1)  // stood still
      svg.circle(points[0].first, points[0].second, dot_radius, css + " dot");
    else
      svg.polyline(points, css);
  }
}

void draw_scale_bar(Svg& svg, const Projection& to_px) {
  double length_m = 1.0;
  for (const double candidate : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0})
    if (candidate * to_px.scale() < 160.0) length_m = candidate;
  const double y = to_px.height() + 8, x = kMargin;
  svg.line(x, y, x + length_m * to_px.scale(), y, "scale-bar");
  svg.text(x + length_m * to_px.scale() + 6, y + 4,
           fmt::format("{:.0f} m{}", length_m, to_px.is_turned() ? ", turned by 90°" : ""), "tick");
}

}  // namespace

std::string path_map(const RunData& run) {
  const World world = collect(run);
  const Projection to_px(world);
  if (to_px.is_empty()) return "";
  Svg svg(kWidth, to_px.height() + 18, "map of the run");
  svg.begin_clip("map", 0, 0, kWidth, to_px.height());
  svg.rect(0, 0, kWidth, to_px.height(), "ground");
  for (const auto& [id, trail] : world.truth) draw_trail(svg, to_px, trail, "truth-trail", 3.4);
  draw_trail(svg, to_px, world.ego, "ego-trail", 3.0);
  for (const auto& [id, trail] : world.tracks)
    draw_trail(svg, to_px, trail, "trail " + css_of(trail.classification), 1.8);
  svg.end_clip();
  draw_scale_bar(svg, to_px);
  return svg.str();
}

}  // namespace ocelli::report
