#include "ocelli/perception/lidar_objects/horizon.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr float kNearer_m = 1.0F;
constexpr float kNothing = -1e6F;

float cross(const Eigen::Vector2f& a, const Eigen::Vector2f& b) { return a.x() * b.y() - a.y() * b.x(); }

}  // namespace

void Horizon::fill(const CellMap& map, float sensor_height_m) {
  sensor_height_m_ = sensor_height_m;
  std::ranges::fill(slope_, kNothing);
  constexpr float kBinsPerRad = static_cast<float>(kBins) / (2.0F * static_cast<float>(M_PI));
  for (const Cell& cell : map.cells()) {
    const int ring = static_cast<int>(cell.range_m / kRing_m);
    if (cell.top_m <= 0.0F || ring >= kRings) continue;
    const float range_m = std::max(cell.range_m, 1.0F);
    const float slope = (cell.top_m - sensor_height_m) / range_m;
    const Eigen::Vector2f direction = map.direction_to(cell);
    const float half = 0.5F * map.cell_m() / range_m;  // a cell is this wide, as an angle
    const float middle = std::atan2(direction.y(), direction.x());
    const int first = static_cast<int>(std::floor((middle - half) * kBinsPerRad));
    const int last = static_cast<int>(std::floor((middle + half) * kBinsPerRad));
    for (int bin = first; bin <= last; ++bin) {
      float& steepest = slope_[static_cast<std::size_t>(((bin + 2 * kBins) % kBins) * kRings + ring)];
      steepest = std::max(steepest, slope);
    }
  }
}

bool Horizon::hides(int bin, float range_m, float height_m) const {
  const int rings = std::min(kRings, static_cast<int>((range_m - kNearer_m) / kRing_m));
  const float needed = (height_m - sensor_height_m_) / range_m;
  const auto* first = slope_.data() + ((bin + 2 * kBins) % kBins) * kRings;
  return std::any_of(first, first + std::max(rings, 0), [&](float slope) { return slope >= needed; });
}

bool Horizon::hides_beside(std::span<const Eigen::Vector2f> points, float height_m) const {
  if (points.empty()) return false;
  Eigen::Vector2f right = points.front();
  Eigen::Vector2f left = points.front();
  for (const Eigen::Vector2f& p : points) {
    if (cross(p, right) > 0.0F) right = p;
    if (cross(left, p) > 0.0F) left = p;
  }
  constexpr float kBinsPerRad = static_cast<float>(kBins) / (2.0F * static_cast<float>(M_PI));
  const auto is_hidden = [&](const Eigen::Vector2f& end, int step) {
    const int bin = static_cast<int>(std::floor(std::atan2(end.y(), end.x()) * kBinsPerRad));
    for (int k = 1; k <= kBeside; ++k)
      if (hides(bin + step * k, end.norm(), height_m)) return true;
    return false;
  };
  return is_hidden(left, 1) || is_hidden(right, -1);
}

}  // namespace ocelli::perception
