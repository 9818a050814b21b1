// Moments from above, in the vehicle frame (x forward is up, y left is left).
#include <algorithm>
#include <cmath>

#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"

namespace ocelli::report {
namespace {

constexpr double kAhead = 52.0, kBehind = 24.0, kAside = 30.0;  // [m] that a picture shows
constexpr double kScale = 4.2;                                  // [px/m]
constexpr double kWidth = 2 * kAside * kScale, kHeight = (kAhead + kBehind) * kScale;

double map_x(double y_m) { return (kAside - y_m) * kScale; }
double map_y(double x_m) { return (kAhead - x_m) * kScale; }

bool is_in_view(const ObjectState& object) {
  const Eigen::Vector3d& p = object.position;
  return p.x() < kAhead && p.x() > -kBehind && std::abs(p.y()) < kAside;
}

Points footprint(const ObjectState& object) {
  const Eigen::Rotation2Dd turn(object.yaw_rad);
  const double l = object.size.x() / 2, w = object.size.y() / 2;
  Points out;
  for (const auto& corner :
       {Eigen::Vector2d(l, w), Eigen::Vector2d(l, -w), Eigen::Vector2d(-l, -w), Eigen::Vector2d(-l, w)}) {
    const Eigen::Vector2d p = object.position.head<2>() + turn * corner;
    out.emplace_back(map_x(p.y()), map_y(p.x()));
  }
  return out;
}

void draw_ground(Svg& svg) {
  svg.rect(0, 0, kWidth, kHeight, "ground");
  for (const double range_m : {10.0, 20.0, 30.0, 40.0, 50.0}) {
    svg.circle(map_x(0), map_y(0), range_m * kScale, "ring");
    svg.text(map_x(-0.5 * range_m) - 2, map_y(0.866 * range_m) - 3, fmt::format("{:.0f} m", range_m), "tick",
             Anchor::kEnd);
  }
  svg.polygon({{map_x(0.9), map_y(-1.0)},
               {map_x(0.9), map_y(2.6)},
               {map_x(0), map_y(3.8)},
               {map_x(-0.9), map_y(2.6)},
               {map_x(-0.9), map_y(-1.0)}},
              "ego", "the vehicle");
}

void draw_track(Svg& svg, const ObjectState& track, bool has_speed) {
  const Eigen::Vector2d center = track.position.head<2>();
  const double speed_mps = track.velocity.head<2>().norm();
  svg.polygon(footprint(track), "box " + css_of(track.classification),
              fmt::format("track {}: {}, {:.1f} m away{}", track.id, to_string(track.classification), center.norm(),
                          has_speed ? fmt::format(", {:.1f} m/s", speed_mps) : ""));
  if (has_speed && speed_mps > 0.5) {
    const Eigen::Vector2d tip = center + track.velocity.head<2>();  // where it is in one second
    svg.line(map_x(center.y()), map_y(center.x()), map_x(tip.y()), map_y(tip.x()),
             "speed " + css_of(track.classification));
  }
  svg.text(map_x(center.y() - track.size.y() / 2) + 3, map_y(center.x()) + 3.5, std::to_string(track.id), "id");
}

std::string draw_moment(const ObjectFrame& tracks, const std::optional<ObjectFrame>& truth, std::size_t index) {
  Svg svg(kWidth, kHeight, "tracks and truth from above");
  svg.begin_clip(fmt::format("moment{}", index), 0, 0, kWidth, kHeight);
  draw_ground(svg);
  for (const ObjectState& track : tracks.objects)
    if (is_in_view(track)) draw_track(svg, track, tracks.is_world);
  if (truth)
    for (const ObjectState& object : truth->objects)
      if (is_in_view(object))
        svg.polygon(footprint(object), object.lidar_points >= TrackingRules{}.returns_min ? "truth" : "truth faint",
                    fmt::format("truth {}: {}, {} lidar returns", object.id, to_string(object.classification),
                                object.lidar_points));
  svg.end_clip();
  return svg.str();
}

}  // namespace

std::string css_of(ObjectClass c) { return to_string(c); }

std::vector<Moment> bird_eye_moments(const RunData& run, std::size_t count) {
  std::vector<Moment> out;
  for (std::size_t i = 0; i < count; ++i) {  // of each stretch of the run, the frame with the most tracks in view
    const std::size_t begin = run.tracks.size() * i / count, end = run.tracks.size() * (i + 1) / count;
    std::size_t most = 0;
    std::optional<ObjectFrame> best;
    for (std::size_t k = begin; k < end; ++k) {
      ObjectFrame frame = to_vehicle(run.tracks[k]);
      const auto seen = static_cast<std::size_t>(std::count_if(frame.objects.begin(), frame.objects.end(), is_in_view));
      if (best && seen <= most) continue;
      most = seen;
      best = std::move(frame);
    }
    if (!best) continue;
    auto truth = frame_at(run.truth, best->stamp);
    if (truth) truth = to_vehicle(*truth);
    out.push_back({fmt::format("{:.1f} s: {} {}", run.seconds(best->stamp), most, most == 1 ? "track" : "tracks"),
                   draw_moment(*best, truth, i)});
  }
  return out;
}

}  // namespace ocelli::report
