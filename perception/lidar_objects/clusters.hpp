#pragma once
// Cells that touch belong together: connected components, with a reach that grows with range as returns thin out.
// Long tall components are walls, hedges and buildings: they are taken out first, so that what stands close to them
// becomes a cluster of its own.

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lidar_objects/cells.hpp"

namespace ocelli::perception {

struct ClustersConfig {
  double reach_m = 0.2;
  double reach_per_m = 0.01;
  double structure_height_m = 2.1;
  double structure_length_m = 13.0;
  double structure_reach_m = 0.6;

  static constexpr auto fields() {
    return std::tuple{
        field("reach_m", &ClustersConfig::reach_m, "m", 0.05, 2.0, "cells at most this far apart are one object"),
        field("reach_per_m", &ClustersConfig::reach_per_m, "", 0.0, 0.1, "growth of the reach with range"),
        field("structure_height_m", &ClustersConfig::structure_height_m, "m", 1.0, 5.0, "walls are at least this high"),
        field("structure_length_m", &ClustersConfig::structure_length_m, "m", 3.0, 100.0, "and this long"),
        field("structure_reach_m", &ClustersConfig::structure_reach_m, "m", 0.05, 3.0, "gaps in a wall")};
  }
};

class Clusters {
 public:
  static constexpr std::int32_t kNone = -1;

  explicit Clusters(const ClustersConfig& config) : config_(config) {}

  /// `sensor_height_m` above the ground: near walls reach above what the sensor sees.
  void find(const CellMap& map, float sensor_height_m);

  [[nodiscard]] std::int32_t count() const { return count_; }
  /// Per cell: cluster number in 0..count()-1, kNone for structure and what hangs. Numbered in the order of cells.
  [[nodiscard]] std::span<const std::int32_t> cluster_of_cell() const { return cluster_of_cell_; }
  /// How high the sensor sees at a range [m above the ground], as far as this cloud tells.
  [[nodiscard]] float visible_height_m(float range_m) const { return sensor_height_m_ + steepest_ * range_m; }

 private:
  struct Extent {
    std::int16_t left, right, near, far;
  };

  template <class Belongs, class Reach>
  void join(const CellMap& map, const Belongs& belongs, const Reach& reach_cells);
  [[nodiscard]] std::int32_t root(std::int32_t cell);
  void mark_structure(const CellMap& map);
  void number(const CellMap& map);

  ClustersConfig config_;
  float sensor_height_m_ = 0.0F;
  float steepest_ = 0.0F;
  std::int32_t count_ = 0;
  std::vector<std::int32_t> parent_;  // union-find over cells
  std::vector<Extent> extent_;        // per root
  std::vector<char> is_structure_;    // per cell
  std::vector<std::int32_t> cluster_of_cell_;
};

}  // namespace ocelli::perception
