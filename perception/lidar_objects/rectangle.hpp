#pragma once
// The rectangle around a cluster, seen from above: its direction by search over angles with the closeness criterion
// (Zhang, Xu, Dong, Dolan, "Efficient L-shape fitting for vehicle detection using laser scanners", IV 2017, algorithm
// 4) on the visible contour, over the area around all points (their algorithm 3): the contour alone turns boxes with
// rounded corners, the area alone those with few points.

#include <Eigen/Core>

#include <array>
#include <span>
#include <vector>

namespace ocelli::perception {

/// Axis 1 is (cos yaw, sin yaw), axis 2 is (-sin yaw, cos yaw); extents along them [m].
struct Rectangle {
  float yaw_rad = 0.0F;  // in [0, pi/2)
  std::array<float, 2> low_m{};
  std::array<float, 2> high_m{};

  [[nodiscard]] Eigen::Vector2f axis(int i) const {
    const Eigen::Vector2f along(std::cos(yaw_rad), std::sin(yaw_rad));
    return i == 0 ? along : Eigen::Vector2f(-along.y(), along.x());
  }
  [[nodiscard]] float extent_m(int i) const {
    return high_m[static_cast<std::size_t>(i)] - low_m[static_cast<std::size_t>(i)];
  }
};

/// Finds rectangles; keeps its memory.
class RectangleFitter {
 public:
  /// Precondition: points is not empty; the sensor is the origin of the points.
  [[nodiscard]] Rectangle fit(std::span<const Eigen::Vector2f> points);

 private:
  void find_contour(std::span<const Eigen::Vector2f> points);
  [[nodiscard]] static float area_m2(std::span<const Eigen::Vector2f> points, float yaw_rad);
  [[nodiscard]] float closeness(float yaw_rad) const;

  std::vector<Eigen::Vector2f> contour_;
};

}  // namespace ocelli::perception
