#pragma once
// Walls in pieces: what stands in front of a wall hides parts of it, and each visible part alone is as long as a truck.
// A thin piece belongs to a wall when further thin pieces continue its line. A vehicle is not thin: it shows its rear
// or front face as well, unless the sensor is abeam of it. Must not know: clusters, boxes.

#include <Eigen/Core>

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/lidar_objects/cells.hpp"

namespace ocelli::perception {

struct WallsConfig {
  double piece_m = 2.5;
  double thickness_m = 0.3;
  double off_line_m = 0.5;
  double gap_m = 8.0;
  double covered = 0.4;

  static constexpr auto fields() {
    using C = WallsConfig;
    return std::tuple{field("piece_m", &C::piece_m, "m", 0.5, 20.0, "shortest piece with a line of its own"),
                      field("thickness_m", &C::thickness_m, "m", 0.05, 2.0, "standard deviation across a thin piece"),
                      field("off_line_m", &C::off_line_m, "m", 0.1, 3.0, "pieces of one wall lie this near its line"),
                      field("gap_m", &C::gap_m, "m", 0.5, 30.0, "longest hidden part"),
                      field("covered", &C::covered, "", 0.0, 1.0, "least share of the wall that is seen")};
  }
};

class Walls {
 public:
  explicit Walls(const WallsConfig& config) : config_(config) {}

  /// `component` per cell: the root of its connected tall component, negative for cells that are not tall. Sets
  /// `is_wall` of all cells whose component belongs to a wall longer than `length_m`.
  void find(const CellMap& map, std::span<const std::int32_t> component, double length_m, std::span<char> is_wall);

 private:
  struct Piece {
    std::uint32_t cells = 0;
    Eigen::Vector2f sum = Eigen::Vector2f::Zero();
    Eigen::Matrix2f squares = Eigen::Matrix2f::Zero();
    Eigen::Vector2f centre = Eigen::Vector2f::Zero();  // [cells]
    Eigen::Vector2f along = Eigen::Vector2f::UnitX();
    bool is_thin = false;
    bool is_long = false;
    bool is_wall = false;
  };

  void measure(const CellMap& map, std::span<const std::int32_t> component);
  [[nodiscard]] double line_length_m(const CellMap& map, std::span<const std::int32_t> component, const Piece& piece);

  WallsConfig config_;
  std::vector<Piece> pieces_;        // per root cell
  std::vector<std::int32_t> roots_;  // of the pieces
  std::vector<char> bins_;           // metres along one line, seen or not
};

}  // namespace ocelli::perception
