#include "ocelli/perception/tracking/rectangle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace ocelli::tracking {
namespace {

struct Corner {
  double x = 0.0;
  double y = 0.0;
};

/// A convex polygon of at most 8 corners: 4, and one more per clipping line.
struct Polygon {
  std::array<Corner, 8> corners;
  std::size_t size = 0;
};

/// Keeps what lies at inside(corner) >= 0, `inside` being a signed distance.
template <class Inside>
Polygon clipped(const Polygon& polygon, const Inside& inside) {
  Polygon kept;
  if (polygon.size == 0) return kept;
  Corner from = polygon.corners[polygon.size - 1];
  double from_inside = inside(from);
  for (std::size_t i = 0; i < polygon.size; ++i) {
    const Corner to = polygon.corners[i];
    const double to_inside = inside(to);
    if ((from_inside >= 0.0) != (to_inside >= 0.0) && kept.size < kept.corners.size()) {
      const double share = from_inside / (from_inside - to_inside);
      kept.corners[kept.size++] = {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
    }
    if (to_inside >= 0.0 && kept.size < kept.corners.size()) kept.corners[kept.size++] = to;
    from = to;
    from_inside = to_inside;
  }
  return kept;
}

double area(const Polygon& polygon) {
  double twice = 0.0;
  for (std::size_t i = 2; i < polygon.size; ++i) {
    const Corner& base = polygon.corners[0];
    const Corner& a = polygon.corners[i - 1];
    const Corner& b = polygon.corners[i];
    twice += (a.x - base.x) * (b.y - base.y) - (a.y - base.y) * (b.x - base.x);
  }
  return 0.5 * std::abs(twice);
}

/// Corners of `b` in the frame of `a` (centre of a, x along its length).
Polygon corners_seen_from(const Rectangle& a, const Rectangle& b) {
  const double dx = b.x_m - a.x_m;
  const double dy = b.y_m - a.y_m;
  const double x = a.cos_yaw * dx + a.sin_yaw * dy;
  const double y = a.cos_yaw * dy - a.sin_yaw * dx;
  const double cos_turn = a.cos_yaw * b.cos_yaw + a.sin_yaw * b.sin_yaw;
  const double sin_turn = a.cos_yaw * b.sin_yaw - a.sin_yaw * b.cos_yaw;
  const double ux = 0.5 * b.length_m * cos_turn;
  const double uy = 0.5 * b.length_m * sin_turn;
  const double vx = -0.5 * b.width_m * sin_turn;
  const double vy = 0.5 * b.width_m * cos_turn;
  Polygon polygon;
  polygon.size = 4;
  polygon.corners[0] = {x + ux + vx, y + uy + vy};
  polygon.corners[1] = {x - ux + vx, y - uy + vy};
  polygon.corners[2] = {x - ux - vx, y - uy - vy};
  polygon.corners[3] = {x + ux - vx, y + uy - vy};
  return polygon;
}

}  // namespace

double common_area(const Rectangle& a, const Rectangle& b) {
  const double dx = b.x_m - a.x_m;
  const double dy = b.y_m - a.y_m;
  const double reach = 0.5 * (std::hypot(a.length_m, a.width_m) + std::hypot(b.length_m, b.width_m));
  if (!(dx * dx + dy * dy < reach * reach)) return 0.0;
  const double half_length = 0.5 * a.length_m;
  const double half_width = 0.5 * a.width_m;
  Polygon polygon = corners_seen_from(a, b);
  polygon = clipped(polygon, [=](const Corner& corner) { return half_length - corner.x; });
  polygon = clipped(polygon, [=](const Corner& corner) { return half_length + corner.x; });
  polygon = clipped(polygon, [=](const Corner& corner) { return half_width - corner.y; });
  polygon = clipped(polygon, [=](const Corner& corner) { return half_width + corner.y; });
  return area(polygon);
}

double common_area(const ImageBox& a, const ImageBox& b) {
  const double width = std::min(a.right_px, b.right_px) - std::max(a.left_px, b.left_px);
  const double height = std::min(a.bottom_px, b.bottom_px) - std::max(a.top_px, b.top_px);
  return width > 0.0 && height > 0.0 ? width * height : 0.0;
}

double image_iou(const ImageBox& a, const ImageBox& b) {
  const double common = common_area(a, b);
  const double both = a.area_px2() + b.area_px2() - common;
  return common > 0.0 && both > 0.0 ? common / both : 0.0;
}

double image_cover(const ImageBox& a, const ImageBox& b) {
  const double own = a.area_px2();
  return own > 0.0 ? common_area(a, b) / own : 0.0;
}

}  // namespace ocelli::tracking
