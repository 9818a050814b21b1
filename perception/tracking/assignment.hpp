#pragma once
// Optimal one-to-one assignment (the Hungarian problem) by shortest augmenting paths with potentials
// (Jonker and Volgenant 1987; rectangular form of Crouse, "On implementing 2D rectangular assignment algorithms",
// IEEE TAES 52(4), 2016). Must not know: what rows, columns and costs stand for.

#include <span>
#include <vector>

namespace ocelli::tracking {

/// Keeps its working memory: once the largest problem was seen, solving allocates nothing.
class AssignmentSolver {
 public:
  static constexpr int kUnassigned = -1;

  /// Minimises the sum of `cost` (row major, rows x columns) over assignments that use min(rows, columns) pairs;
  /// what is not finite is no pair. `column_of_row` (size rows) receives the column of each row or kUnassigned.
  /// Time: O(min(rows, columns)^2 * max(rows, columns)). Equal costs: the result depends only on the input's order.
  void solve(int rows, int columns, std::span<const double> cost, std::span<int> column_of_row);

 private:
  template <class CostAt>
  void solve_wide(int rows, int columns, const CostAt& cost_at);

  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<double> shortest_;
  std::vector<int> row_of_column_;
  std::vector<int> previous_column_;
  std::vector<char> is_visited_;
};

}  // namespace ocelli::tracking
