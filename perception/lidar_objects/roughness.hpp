#pragma once
// How rough a surface is, from what neighbouring beams return: sheet metal is smooth, leaves lie behind each other by
// as much as they are apart. Must not know: objects, cells.

#include <Eigen/Core>

#include <span>
#include <vector>

namespace ocelli::perception {

/// A return as the lidar sees it: horizontal position relative to the sensor, height above the ground.
struct SurfacePoint {
  Eigen::Vector2f flat_m;
  float height_m;
};

/// Keeps its memory.
class Roughness {
 public:
  /// The median of how far neighbours in direction, at one height, lie behind each other [m]; 0 when there are too few
  /// to tell. Windows and roofs make a car rougher than it is, few returns make it uncertain: the smaller value of the
  /// returns below `low_m` and of all counts.
  [[nodiscard]] float measure_m(std::span<const SurfacePoint> points, float low_m);

 private:
  struct Neighbour {
    int slice;    // of height
    float aside;  // direction, rising to the left
    float range_m;
  };
  [[nodiscard]] float median_jump_m(float most_m, std::span<const SurfacePoint> points, const Eigen::Vector2f& ahead);

  std::vector<Neighbour> neighbours_;
  std::vector<float> jumps_m_;
};

}  // namespace ocelli::perception
