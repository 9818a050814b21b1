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
  join(map, config_.reach, [&](std::size_t i) { return cells[i].top_m > 0.0F && is_structure_[i] == 0; });
  number(map);
  drop_leaning(map);
  join(map, config_.piece_reach, [&](std::size_t i) { return cluster_of_cell_[i] != kNone; });
  piece_of_cell_.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    piece_of_cell_[i] = parent_[i] == kNone ? kNone : root(static_cast<std::int32_t>(i));
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

template <class Belongs>
void Clusters::join(const CellMap& map, const Reach& reach, const Belongs& belongs) {
  const std::size_t cells = map.cells().size();
  parent_.resize(cells);
  for (std::size_t i = 0; i < cells; ++i) parent_[i] = belongs(i) ? static_cast<std::int32_t>(i) : kNone;
  for (std::size_t i = 0; i < cells; ++i)
    if (parent_[i] != kNone) join_neighbours(map, static_cast<std::int32_t>(i), reach);
}

/// Looks ahead only, to the right in its own row and at the rows above: each pair is met once.
void Clusters::join_neighbours(const CellMap& map, std::int32_t self, const Reach& reach) {
  const Cell& cell = map.cells()[static_cast<std::size_t>(self)];
  const auto cells_of = [&](double at_sensor_m, double per_m) {
    const double reach_m = at_sensor_m + per_m * static_cast<double>(cell.range_m);
    return std::max(1.0F, static_cast<float>(reach_m) / map.cell_m());
  };
  constexpr float kHalf = 0.5F;  // points of two cells are nearer than the cells' centres by up to this
  const float along_max = cells_of(reach.along_m, reach.along_per_m) + kHalf;
  const float across_max = cells_of(reach.across_m, reach.across_per_m) + kHalf;
  const Eigen::Vector2f sight = map.direction_to(cell);
  const int window = static_cast<int>(std::max(along_max, across_max));
  for (int row = 0; row <= window; ++row) {
    for (int column = row == 0 ? 1 : -window; column <= window; ++column) {
      const Eigen::Vector2f offset(static_cast<float>(column), static_cast<float>(row));
      const float across = std::abs(sight.x() * offset.y() - sight.y() * offset.x());
      if (std::abs(sight.dot(offset)) > along_max || across > across_max) continue;
      const std::int32_t other = map.at(cell.column + column, cell.row + row);
      if (other != CellMap::kNone && parent_[static_cast<std::size_t>(other)] != kNone) unite(self, other);
    }
  }
}

void Clusters::unite(std::int32_t a, std::int32_t b) {
  const std::int32_t root_a = root(a);
  const std::int32_t root_b = root(b);
  parent_[static_cast<std::size_t>(std::max(root_a, root_b))] = std::min(root_a, root_b);
}

void Clusters::mark_structure(const CellMap& map) {
  const std::span<const Cell> cells = map.cells();
  const auto is_tall = [&](std::size_t i) {
    const float limit_m =
        std::min(static_cast<float>(config_.structure_height_m), visible_height_m(cells[i].range_m) - kBelowSight_m);
    return cells[i].top_m > limit_m;
  };
  join(map, config_.structure_reach, is_tall);
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
  component_.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    component_[i] = parent_[i] == kNone ? kNone : root(static_cast<std::int32_t>(i));
  walls_.find(map, component_, config_.structure_length_m, is_structure_);
}

bool Clusters::is_near_structure(const CellMap& map, const Cell& cell) const {
  const int reach = static_cast<int>(std::lround(config_.leans_m / static_cast<double>(map.cell_m())));
  for (int row = cell.row - reach; row <= cell.row + reach; ++row)
    for (int column = cell.column - reach; column <= cell.column + reach; ++column)
      if (const std::int32_t other = map.at(column, row);
          other != CellMap::kNone && is_structure_[static_cast<std::size_t>(other)] != 0)
        return true;
  return false;
}

/// Parts of a wall that are not tall enough to be found as such: sills, what a tree hides, its sparse ends.
void Clusters::drop_leaning(const CellMap& map) {
  stands_free_.assign(static_cast<std::size_t>(count_), 0);
  const std::span<const Cell> cells = map.cells();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cluster_of_cell_[i] == kNone) continue;
    char& is_free = stands_free_[static_cast<std::size_t>(cluster_of_cell_[i])];
    if (is_free == 0 && !is_near_structure(map, cells[i])) is_free = 1;
  }
  renumbered_.assign(static_cast<std::size_t>(count_), kNone);
  count_ = 0;
  for (std::size_t k = 0; k < stands_free_.size(); ++k)
    if (stands_free_[k] != 0) renumbered_[k] = count_++;
  for (std::int32_t& cluster : cluster_of_cell_)
    if (cluster != kNone) cluster = renumbered_[static_cast<std::size_t>(cluster)];
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
