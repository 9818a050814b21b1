#include "ocelli/perception/lidar_objects/clusters.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr float kBelowSight_m = 0.3F;         // what ends this little below the highest beam may go on above it
constexpr std::uint32_t kFootSlices = 0b111;  // below 0.6 m
constexpr float kThin_m = 0.25F;              // standard deviation across a plane of cells
constexpr float kStanding = 0.7F;             // share of a wall's cells that reach down to the ground
constexpr int kTouch = 2;                     // cells

}  // namespace

void Clusters::find(const CellMap& map, float sensor_height_m) {
  sensor_height_m_ = sensor_height_m;
  steepest_ = map.steepest();
  mark_structure(map);
  const std::span<const Cell> cells = map.cells();
  join(map, config_.reach, [&](std::size_t i) { return cells[i].top_m > 0.0F && is_structure_[i] == 0; });
  drop_remains(map);
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
  component_.assign(cells.size(), {});
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (parent_[i] != kNone) component_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))].add(cells[i]);
  is_structure_.assign(cells.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    const Component& component = component_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))];
    is_structure_[i] = is_structure(component, map.cell_m()) ? 1 : 0;
  }
}

void Clusters::Component::add(const Cell& cell) {
  const auto x = static_cast<float>(cell.column);
  const auto y = static_cast<float>(cell.row);
  if (cells == 0.0F) low = high = first = Eigen::Vector2f(x, y);
  const Eigen::Vector2f p(x, y);
  low = low.cwiseMin(p);
  high = high.cwiseMax(p);
  const Eigen::Vector2f d = p - first;
  sum += d;
  square += d * d.transpose();
  cells += 1.0F;
  standing += (cell.slices & kFootSlices) != 0 ? 1.0F : 0.0F;
}

/// Long, or a plane that stands on the ground all along: trucks are shorter, and have room below or a second side.
bool Clusters::is_structure(const Component& component, float cell_m) const {
  const float length_m = (component.high - component.low).norm() * cell_m;
  if (static_cast<double>(length_m) > config_.structure_length_m) return true;
  if (static_cast<double>(length_m) < config_.plane_length_m) return false;
  const Eigen::Vector2f mean = component.sum / component.cells;
  const Eigen::Matrix2f spread = component.square / component.cells - mean * mean.transpose();
  const float half_trace = 0.5F * spread.trace();
  const float across2 = half_trace - std::sqrt(std::max(half_trace * half_trace - spread.determinant(), 0.0F));
  const bool is_thin = std::sqrt(std::max(across2, 0.0F)) * cell_m < kThin_m;
  return is_thin && component.standing > kStanding * component.cells;
}

/// Components that lie on a structure for the most part are pieces of it that something hides from above.
void Clusters::drop_remains(const CellMap& map) {
  const std::span<const Cell> cells = map.cells();
  component_.assign(cells.size(), {});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    Component& component = component_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))];
    component.cells += 1.0F;
    component.standing += touches_structure(map, cells[i]) ? 1.0F : 0.0F;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parent_[i] == kNone) continue;
    const Component& component = component_[static_cast<std::size_t>(root(static_cast<std::int32_t>(i)))];
    if (component.standing > 0.5F * component.cells) is_structure_[i] = 1;
  }
}

bool Clusters::touches_structure(const CellMap& map, const Cell& cell) const {
  for (int row = -kTouch; row <= kTouch; ++row)
    for (int column = -kTouch; column <= kTouch; ++column) {
      const std::int32_t other = map.at(cell.column + column, cell.row + row);
      if (other != CellMap::kNone && is_structure_[static_cast<std::size_t>(other)] != 0) return true;
    }
  return false;
}

void Clusters::number(const CellMap& map) {
  const std::size_t cells = map.cells().size();
  cluster_of_cell_.resize(cells);
  count_ = 0;
  for (std::size_t i = 0; i < cells; ++i) {
    if (parent_[i] == kNone || is_structure_[i] != 0) {
      cluster_of_cell_[i] = kNone;
      continue;
    }
    const std::int32_t first = root(static_cast<std::int32_t>(i));
    const bool is_first = first == static_cast<std::int32_t>(i);
    cluster_of_cell_[i] = is_first ? count_++ : cluster_of_cell_[static_cast<std::size_t>(first)];
  }
}

}  // namespace ocelli::perception
