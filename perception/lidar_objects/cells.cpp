#include "ocelli/perception/lidar_objects/cells.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ocelli::perception {

CellMap::CellMap(const CellsConfig& config, double range_max_m)
    : config_(config),
      cell_m_(static_cast<float>(config.cell_m)),
      side_(2 * static_cast<int>(std::ceil(range_max_m / config.cell_m)) + 2) {
  map_.assign(static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_), kNone);
}

void CellMap::fill(std::span<const VehiclePoint> points, std::span<const float> heights_m,
                   const Eigen::Vector3f& sensor_m) {
  const auto index = [this](int column, int row) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(side_) + static_cast<std::size_t>(column);
  };
  for (const Cell& cell : cells_) map_[index(cell.column, cell.row)] = kNone;
  cells_.clear();
  cell_of_point_.resize(points.size());
  steepest_ = 0.0F;
  const auto floor_m = static_cast<float>(config_.height_min_m);
  const float half = static_cast<float>(side_) / 2.0F;
  const float per_metre = 1.0F / cell_m_;
  for (std::size_t i = 0; i < points.size(); ++i) {
    cell_of_point_[i] = kNone;
    const int slice = static_cast<int>(heights_m[i] / kSlice_m);
    if (heights_m[i] < floor_m || slice >= 32) continue;
    const float dx = points[i].x - sensor_m.x();
    const float dy = points[i].y - sensor_m.y();
    const int column = static_cast<int>(dx * per_metre + half);
    const int row = static_cast<int>(dy * per_metre + half);
    if (column < 0 || row < 0 || column >= side_ || row >= side_) continue;
    std::int32_t& slot = map_[index(column, row)];
    if (slot == kNone) {
      slot = static_cast<std::int32_t>(cells_.size());
      cells_.push_back({static_cast<std::int16_t>(column), static_cast<std::int16_t>(row), 0, 0,
                        std::sqrt(dx * dx + dy * dy), 0.0F});
    }
    Cell& cell = cells_[static_cast<std::size_t>(slot)];
    cell.slices |= 1U << slice;
    ++cell.points;
    cell_of_point_[i] = slot;
    steepest_ = std::max(steepest_, (points[i].z - sensor_m.z()) / cell.range_m);
  }
  for (Cell& cell : cells_) cell.top_m = standing_top_m(cell);
}

/// Climbs from the lowest occupied slice until the first gap that beams alone do not explain.
float CellMap::standing_top_m(const Cell& cell) const {
  const int lowest = std::countr_zero(cell.slices);
  if (static_cast<float>(lowest) * kSlice_m > static_cast<float>(config_.hanging_m)) return 0.0F;
  const float gap_m = static_cast<float>(config_.gap_m) + static_cast<float>(config_.beam_gap_rad) * cell.range_m;
  const int gap = static_cast<int>(std::ceil(gap_m / kSlice_m));
  int top = lowest;
  for (std::uint32_t rest = cell.slices & (cell.slices - 1); rest != 0; rest &= rest - 1) {
    const int next = std::countr_zero(rest);
    if (next - top > gap) break;
    top = next;
  }
  return static_cast<float>(top + 1) * kSlice_m;
}

}  // namespace ocelli::perception
