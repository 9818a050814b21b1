#pragma once
// Optimal assignment of rows to columns (Kuhn 1955, Munkres 1957; the shortest augmenting path form with potentials).

#include <cstdint>
#include <vector>

namespace ocelli::perception {

/// Costs row by row; pairs that must not be made cost kForbidden.
struct CostMatrix {
  static constexpr double kForbidden = 1e9;

  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> cost;

  void reset(std::size_t row_count, std::size_t column_count) {
    rows = row_count;
    columns = column_count;
    cost.assign(rows * columns, kForbidden);
  }
  double& at(std::size_t row, std::size_t column) { return cost[row * columns + column]; }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return cost[row * columns + column]; }
};

inline constexpr std::int32_t kUnassigned = -1;

/// Per row its column or kUnassigned. As many allowed pairs as possible, then the smallest sum of costs.
/// Precondition: allowed costs are finite and their sum stays far below kForbidden.
[[nodiscard]] std::vector<std::int32_t> assign(const CostMatrix& matrix);

}  // namespace ocelli::perception
