#include "ocelli/perception/tracking/assignment.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::tracking {

// Rows and columns count from 1; column 0 is the start of every augmenting path.
template <class CostAt>
void AssignmentSolver::solve_wide(int rows, int columns, const CostAt& cost_at) {
  const auto width = static_cast<std::size_t>(columns) + 1;
  row_potential_.assign(static_cast<std::size_t>(rows) + 1, 0.0);
  column_potential_.assign(width, 0.0);
  row_of_column_.assign(width, 0);
  previous_column_.assign(width, 0);
  for (int row = 1; row <= rows; ++row) {
    row_of_column_[0] = row;
    int column = 0;
    shortest_.assign(width, std::numeric_limits<double>::infinity());
    is_visited_.assign(width, 0);
    bool is_stuck = false;
    do {
      is_visited_[column] = 1;
      const int at_row = row_of_column_[column];
      double step = std::numeric_limits<double>::infinity();
      int next = 0;
      for (int other = 1; other <= columns; ++other) {
        if (is_visited_[other]) continue;
        const double reduced = cost_at(at_row - 1, other - 1) - row_potential_[at_row] - column_potential_[other];
        if (reduced < shortest_[other]) {
          shortest_[other] = reduced;
          previous_column_[other] = column;
        }
        if (shortest_[other] < step) {
          step = shortest_[other];
          next = other;
        }
      }
      is_stuck = next == 0;  // no cost of what is left is a number
      if (is_stuck) break;
      for (int other = 0; other <= columns; ++other) {
        if (is_visited_[other]) {
          row_potential_[row_of_column_[other]] += step;
          column_potential_[other] -= step;
        } else {
          shortest_[other] -= step;
        }
      }
      column = next;
    } while (row_of_column_[column] != 0);
    if (is_stuck) continue;
    while (column != 0) {
      row_of_column_[column] = row_of_column_[previous_column_[column]];
      column = previous_column_[column];
    }
  }
}

void AssignmentSolver::solve(int rows, int columns, std::span<const double> cost, std::span<int> column_of_row) {
  OCELLI_EXPECT(rows >= 0 && columns >= 0 && std::size_t(rows) * std::size_t(columns) == cost.size());
  OCELLI_EXPECT(column_of_row.size() == std::size_t(rows));
  std::fill(column_of_row.begin(), column_of_row.end(), kUnassigned);
  const auto stride = static_cast<std::size_t>(columns);
  if (rows <= columns) {
    solve_wide(rows, columns,
               [&](int row, int column) { return cost[std::size_t(row) * stride + std::size_t(column)]; });
    for (int column = 1; column <= columns; ++column)
      if (row_of_column_[column] != 0) column_of_row[row_of_column_[column] - 1] = column - 1;
  } else {
    solve_wide(columns, rows,
               [&](int column, int row) { return cost[std::size_t(row) * stride + std::size_t(column)]; });
    for (int row = 1; row <= rows; ++row)
      if (row_of_column_[row] != 0) column_of_row[row - 1] = row_of_column_[row] - 1;
  }
}

}  // namespace ocelli::tracking
