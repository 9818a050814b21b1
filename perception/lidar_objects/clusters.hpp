#pragma once
// Cells that belong together: connected components of cells that lie near each other. Near means something else along
// the line of sight than across it: on a surface seen at a flat angle neighbouring beams return far behind each other,
// which is the test of Bogoslavskyi and Stachniss ("Fast range image-based segmentation", IROS 2016, eq. 1) for cells.
// Long tall components are walls, hedges and buildings: they are taken out first, so that what stands close to them
// becomes a cluster of its own.

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lidar_objects/cells.hpp"
#include "ocelli/perception/lidar_objects/walls.hpp"

namespace ocelli::perception {

/// How far apart two cells may be: at the sensor, and what each metre of range adds.
struct Reach {
  double across_m = 0.2;
  double across_per_m = 0.005;
  double along_m = 0.25;
  double along_per_m = 0.02;

  static constexpr auto fields() {
    return std::tuple{field("across_m", &Reach::across_m, "m", 0.05, 3.0, "across the line of sight"),
                      field("across_per_m", &Reach::across_per_m, "", 0.0, 0.1, "growth with range"),
                      field("along_m", &Reach::along_m, "m", 0.05, 3.0, "along the line of sight"),
                      field("along_per_m", &Reach::along_per_m, "", 0.0, 0.2, "growth with range")};
  }
};

struct ClustersConfig {
  Reach reach;
  Reach piece_reach{0.2, 0.0, 0.25, 0.02};
  Reach structure_reach{0.5, 0.005, 0.5, 0.03};
  double structure_height_m = 2.1;
  double structure_length_m = 13.0;
  double leans_m = 0.4;
  WallsConfig walls;

  static constexpr auto fields() {
    using C = ClustersConfig;
    return std::tuple{
        field("reach", &C::reach, "what makes two cells one object"),
        field("piece_reach", &C::piece_reach, "what makes two cells of one object one piece, were it several objects"),
        field("structure_reach", &C::structure_reach, "gaps in a wall"),
        field("structure_height_m", &C::structure_height_m, "m", 1.0, 5.0, "walls are at least this high"),
        field("structure_length_m", &C::structure_length_m, "m", 3.0, 100.0, "and this long"),
        field("leans_m", &C::leans_m, "m", 0.0, 2.0, "what lies this near a wall with all its cells belongs to it"),
        field("walls", &C::walls, "walls that are seen in pieces")};
  }
};

class Clusters {
 public:
  static constexpr std::int32_t kNone = -1;

  explicit Clusters(const ClustersConfig& config) : config_(config), walls_(config.walls) {}

  /// `sensor_height_m` above the ground: near walls reach above what the sensor sees.
  void find(const CellMap& map, float sensor_height_m);

  [[nodiscard]] std::int32_t count() const { return count_; }
  /// Per cell: cluster number in 0..count()-1, kNone for structure and what hangs. Numbered in the order of cells.
  [[nodiscard]] std::span<const std::int32_t> cluster_of_cell() const { return cluster_of_cell_; }
  /// Per cell: piece of its cluster, kNone as above. The cells of a piece are nearer to each other than those of a
  /// cluster must be.
  [[nodiscard]] std::span<const std::int32_t> piece_of_cell() const { return piece_of_cell_; }
  /// How high the sensor sees at a range [m above the ground], as far as this cloud tells.
  [[nodiscard]] float visible_height_m(float range_m) const { return sensor_height_m_ + steepest_ * range_m; }

 private:
  struct Extent {
    std::int16_t left, right, near, far;
  };

  template <class Belongs>
  void join(const CellMap& map, const Reach& reach, const Belongs& belongs);
  void join_neighbours(const CellMap& map, std::int32_t cell, const Reach& reach);
  void unite(std::int32_t a, std::int32_t b);
  [[nodiscard]] std::int32_t root(std::int32_t cell);
  void mark_structure(const CellMap& map);
  void number(const CellMap& map);
  [[nodiscard]] bool is_near_structure(const CellMap& map, const Cell& cell) const;
  void drop_leaning(const CellMap& map);

  ClustersConfig config_;
  Walls walls_;
  float sensor_height_m_ = 0.0F;
  float steepest_ = 0.0F;
  std::int32_t count_ = 0;
  std::vector<std::int32_t> parent_;     // union-find over cells
  std::vector<Extent> extent_;           // per root
  std::vector<char> is_structure_;       // per cell
  std::vector<std::int32_t> component_;  // per cell: root of its tall component
  std::vector<std::int32_t> cluster_of_cell_;
  std::vector<std::int32_t> piece_of_cell_;
  std::vector<char> stands_free_;         // per cluster
  std::vector<std::int32_t> renumbered_;  // per cluster
};

}  // namespace ocelli::perception
