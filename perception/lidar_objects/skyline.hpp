#pragma once
// The nearest thing that stands on the ground, per direction: what may hide what. Must not know: objects.

#include <Eigen/Core>

#include <array>
#include <cstddef>

#include "ocelli/perception/lidar_objects/cells.hpp"

namespace ocelli::perception {

class Skyline {
 public:
  /// From all standing cells of the map.
  void measure(const CellMap& map);

  /// Whether something nearer than `range_m` stands just beyond the direction `edge` (from the sensor, any length), on
  /// the left (`turn` > 0) or right of it: then what ends at that edge may go on behind it.
  [[nodiscard]] bool is_hidden_beyond(const Eigen::Vector2f& edge, float turn, float range_m) const;

 private:
  static constexpr std::size_t kBins = 720;
  static constexpr float kPerRad = static_cast<float>(kBins) / (2.0F * static_cast<float>(M_PI));

  std::array<float, kBins> nearest_m_{};
};

}  // namespace ocelli::perception
