#include "ocelli/perception/lidar_objects/walls.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

constexpr int kReach_m = 40;  // how far along its line a piece is followed, to both sides

Eigen::Vector2f place_of(const Cell& cell) { return {static_cast<float>(cell.column), static_cast<float>(cell.row)}; }

/// The seen metres around the middle bin, over gaps of at most `gap` bins: total length, 0 when too little is seen.
double seen_length_m(std::span<const char> bins, int gap, double covered) {
  const auto walk = [&](int step) {
    const int middle = static_cast<int>(bins.size()) / 2;
    int last = middle;
    for (int i = middle; i >= 0 && i < static_cast<int>(bins.size()) && std::abs(i - last) <= gap; i += step)
      if (bins[static_cast<std::size_t>(i)] != 0) last = i;
    return last;
  };
  const int first = walk(-1);
  const int last = walk(1);
  const auto seen = std::count(bins.begin() + first, bins.begin() + last + 1, char{1});
  const int length = last - first + 1;
  return static_cast<double>(seen) >= covered * length ? length : 0.0;
}

}  // namespace

void Walls::find(const CellMap& map, std::span<const std::int32_t> component, double length_m,
                 std::span<char> is_wall) {
  measure(map, component);
  for (const std::int32_t root : roots_) {
    Piece& piece = pieces_[static_cast<std::size_t>(root)];
    piece.is_wall = piece.is_thin && piece.is_long && line_length_m(map, component, piece) > length_m;
  }
  for (std::size_t i = 0; i < component.size(); ++i)
    if (component[i] >= 0 && pieces_[static_cast<std::size_t>(component[i])].is_wall) is_wall[i] = 1;
}

void Walls::measure(const CellMap& map, std::span<const std::int32_t> component) {
  for (const std::int32_t root : roots_) pieces_[static_cast<std::size_t>(root)] = {};
  roots_.clear();
  pieces_.resize(std::max(pieces_.size(), component.size()));
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] < 0) continue;
    Piece& piece = pieces_[static_cast<std::size_t>(component[i])];
    if (piece.cells++ == 0) roots_.push_back(component[i]);
    const Eigen::Vector2f place = place_of(map.cells()[i]);
    piece.sum += place;
    piece.squares += place * place.transpose();
  }
  for (const std::int32_t root : roots_) {
    Piece& piece = pieces_[static_cast<std::size_t>(root)];
    const float n = static_cast<float>(piece.cells);
    piece.centre = piece.sum / n;
    Eigen::SelfAdjointEigenSolver<Eigen::Matrix2f> solver;
    solver.computeDirect(piece.squares / n - piece.centre * piece.centre.transpose());
    piece.along = solver.eigenvectors().col(1);
    const double across_m = std::sqrt(std::max(0.0F, solver.eigenvalues()(0))) * map.cell_m();
    const double spread_m = std::sqrt(std::max(0.0F, solver.eigenvalues()(1))) * map.cell_m();
    piece.is_thin = across_m < config_.thickness_m;
    piece.is_long = spread_m * std::sqrt(12.0) > config_.piece_m;  // of an evenly covered line
  }
}

double Walls::line_length_m(const CellMap& map, std::span<const std::int32_t> component, const Piece& piece) {
  const float metre = 1.0F / map.cell_m();
  const float off_line = static_cast<float>(config_.off_line_m) * metre;
  bins_.assign(2 * kReach_m + 1, 0);
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] < 0 || !pieces_[static_cast<std::size_t>(component[i])].is_thin) continue;
    const Eigen::Vector2f offset = place_of(map.cells()[i]) - piece.centre;
    const float along = offset.dot(piece.along) * map.cell_m();
    const float across = std::abs(offset.x() * piece.along.y() - offset.y() * piece.along.x());
    if (across > off_line || std::abs(along) > static_cast<float>(kReach_m)) continue;
    bins_[static_cast<std::size_t>(std::lround(along) + kReach_m)] = 1;
  }
  return seen_length_m(bins_, static_cast<int>(config_.gap_m) + 1, config_.covered);
}

}  // namespace ocelli::perception
