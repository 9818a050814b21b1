#include "ocelli/perception/lidar_objects/clusters.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr float kBelowSight_m = 0.3F;  // what ends this little below the highest beam may go on above it

}  // namespace

void Clusters::find(const CellMap& map, float sensor_height_m) {
  sensor_height_m_ = sensor_height_m;
  steepest_ = map.steepest();
  mark_structure(map);
  const std::span<const Cell> cells = map.cells();
  const auto reach = [&](const Cell& cell) {
    const double reach_m = config_.reach_m + config_.reach_per_m * static_cast<double>(cell.range_m);
    return std::max(1, static_cast<int>(reach_m / static_cast<double>(map.cell_m())));
  };
  join(map, [&](std::size_t i) { return cells[i].top_m > 0.0F && is_structure_[i] == 0; }, reach);
  number(map);
}

/// The root is the smallest cell index of a component: independent of the order of unions.
std::int32_t Clusters::root(std::int32_t cell) {
  while (parent_[static_cast<std::size_t>(cell)] != cell) {
    auto& parent = parent_[static_cast<std::size_t>(cell)];
    parent = parent_[static_cast<std::size_t>(parent)];
    cell = parent;
  }
  return cell;
}

template <class Belongs, class Reach>
void Clusters::join(const CellMap& map, const Belongs& belongs, const Reach& reach_cells) {
  const std::span<const Cell> cells = map.cells();
  parent_.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) parent_[i] = belongs(i) ? static_cast<std::int32_t>(i) : kNone;
  const auto unite = [&](std::int32_t a, int column, int row) {
    const std::int32_t b = map.at(column, row);
    if (b == CellMap::kNone || parent_[static_cast<std::size_t>(b)] == kNone) return;
    const std::int32_t root_a = root(a);
    const std::int32_t root_b = root(b);
    parent_[static_cast<std::size_t>(std::max(root_a, root_b))] = std::min(root_a, root_b);
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    const auto self = static_cast<std::int32_t>(i);
    const int reach = reach_cells(cells[i]);
    for (int column = 1; column <= reach; ++column) unite(self, cells[i].column + column, cells[i].row);
    for (int row = 1; row <= reach; ++row)
      for (int column = -reach; column <= reach; ++column) unite(self, cells[i].column + column, cells[i].row + row);
  }
}

void Clusters::mark_structure(const CellMap& map) {
  const std::span<const Cell> cells = map.cells();
  const auto is_tall = [&](std::size_t i) {
    const float limit_m = std::min(static_cast<float>(config_.structure_height_m),
                                   visible_height_m(cells[i].range_m) - kBelowSight_m);
    return cells[i].top_m > limit_m;
  };
  const int reach = std::max(1, static_cast<int>(config_.structure_reach_m / static_cast<double>(map.cell_m())));
  join(map, is_tall, [reach](const Cell&) { return reach; });
  extent_.resize(cells.size());
  is_structure_.assign(cells.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    const Cell& cell = cells[i];
    Extent& extent = extent_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))];
    if (parent_[i] == static_cast<std::int32_t>(i)) extent = {cell.column, cell.column, cell.row, cell.row};
    extent.left = std::min(extent.left, cell.column);
    extent.right = std::max(extent.right, cell.column);
    extent.near = std::min(extent.near, cell.row);
    extent.far = std::max(extent.far, cell.row);
  }
  const double limit = config_.structure_length_m / static_cast<double>(map.cell_m());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    const Extent& extent = extent_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))];
    is_structure_[i] = std::hypot(extent.right - extent.left, extent.far - extent.near) > limit ? 1 : 0;
  }
}

void Clusters::number(const CellMap& map) {
  const std::size_t cells = map.cells().size();
  cluster_of_cell_.resize(cells);
  count_ = 0;
  for (std::size_t i = 0; i < cells; ++i) {
    if (parent_[i] == kNone) {
      cluster_of_cell_[i] = kNone;
      continue;
    }
    const std::int32_t first = root(static_cast<std::int32_t>(i));
    const bool is_first = first == static_cast<std::int32_t>(i);
    cluster_of_cell_[i] = is_first ? count_++ : cluster_of_cell_[static_cast<std::size_t>(first)];
  }
}

}  // namespace ocelli::perception
