#include "ocelli/perception/lidar_objects/skyline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ocelli::perception {
namespace {

constexpr float kBefore_m = 0.4F;       // what hides stands clearly nearer
constexpr float kGap_rad = 0.03F;       // between the edge and what hides
constexpr float kGapAtSensor_m = 0.3F;  // cells are coarse near the sensor

}  // namespace

void Skyline::measure(const CellMap& map) {
  nearest_m_.fill(std::numeric_limits<float>::max());
  for (const Cell& cell : map.cells()) {
    if (!(cell.top_m > 0.0F)) continue;
    const Eigen::Vector2f direction = map.direction_to(cell);
    const float middle = (std::atan2(direction.y(), direction.x()) + static_cast<float>(M_PI)) * kPerRad;
    const float half = std::min(0.5F * map.cell_m() / std::max(cell.range_m, map.cell_m()) * kPerRad, 60.0F);
    for (int bin = static_cast<int>(std::floor(middle - half)); bin <= static_cast<int>(middle + half); ++bin) {
      float& nearest_m = nearest_m_[(static_cast<std::size_t>(bin) + kBins) % kBins];
      nearest_m = std::min(nearest_m, cell.range_m);
    }
  }
}

bool Skyline::is_hidden_beyond(const Eigen::Vector2f& edge, float turn, float range_m) const {
  const float at = (std::atan2(edge.y(), edge.x()) + static_cast<float>(M_PI)) * kPerRad;
  const int reach = static_cast<int>(std::ceil((kGap_rad + kGapAtSensor_m / std::max(range_m, 1.0F)) * kPerRad));
  for (int i = 0; i <= reach; ++i) {
    const int bin = static_cast<int>(at) + (turn > 0.0F ? i : -i) + static_cast<int>(kBins);
    if (nearest_m_[static_cast<std::size_t>(bin) % kBins] < range_m - kBefore_m) return true;
  }
  return false;
}

}  // namespace ocelli::perception
