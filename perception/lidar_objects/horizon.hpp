#pragma once
// What hides what: how high one must stand at some range and direction to be seen over all that is nearer. Tells
// whether an object ends where its returns end, or goes on behind what hides it.
// Must not know: clusters, boxes.

#include <Eigen/Core>

#include <array>
#include <span>
#include <vector>

#include "ocelli/perception/lidar_objects/cells.hpp"

namespace ocelli::perception {

class Horizon {
 public:
  /// From all cells on which something stands; `sensor_height_m` above the ground.
  void fill(const CellMap& map, float sensor_height_m);

  /// Whether something that is at least a metre nearer stands directly beside one of the ends of these points
  /// (horizontal, relative to the sensor) and hides what is `height_m` high there.
  [[nodiscard]] bool hides_beside(std::span<const Eigen::Vector2f> points, float height_m) const;

 private:
  static constexpr int kBins = 720;  // of direction
  static constexpr int kRings = 64;  // of range
  static constexpr float kRing_m = 1.0F;
  static constexpr int kBeside = 2;  // bins looked at behind each end

  [[nodiscard]] bool hides(int bin, float range_m, float height_m) const;

  float sensor_height_m_ = 0.0F;
  std::vector<float> slope_ = std::vector<float>(kBins * kRings);  // per bin and ring: steepest line of sight to a top
};

}  // namespace ocelli::perception
