#include "ocelli/perception/tracking/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

namespace ocelli::tracking {
namespace {

double best_by_trying_all(int rows, int columns, const std::vector<double>& cost) {
  std::vector<int> order(static_cast<std::size_t>(std::max(rows, columns)));
  std::iota(order.begin(), order.end(), 0);
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0.0;
    for (int i = 0; i < std::min(rows, columns); ++i)
      sum += rows <= columns ? cost[i * columns + order[i]] : cost[order[i] * columns + i];
    best = std::min(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(Assignment, CostsThatAreNoNumbersEndItAndMatchNothing) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  AssignmentSolver solver;
  std::vector<int> column_of_row(2);
  solver.solve(2, 2, std::vector<double>{kNan, kNan, 3.0, 1.0}, column_of_row);
  EXPECT_EQ(column_of_row, (std::vector<int>{AssignmentSolver::kUnassigned, 1}));
  solver.solve(2, 2, std::vector<double>(4, kNan), column_of_row);
  EXPECT_EQ(column_of_row, (std::vector<int>(2, AssignmentSolver::kUnassigned)));
  solver.solve(2, 2, std::vector<double>(4, kInfinite), column_of_row);
  EXPECT_EQ(column_of_row, (std::vector<int>(2, AssignmentSolver::kUnassigned)));
}

TEST(Assignment, FindsTheCheapestPairsForEveryShape) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> value(-5.0, 5.0);
  AssignmentSolver solver;
  for (int trial = 0; trial < 300; ++trial) {
    const int rows = 1 + static_cast<int>(random() % 6);
    const int columns = 1 + static_cast<int>(random() % 6);
    std::vector<double> cost(static_cast<std::size_t>(rows * columns));
    for (double& c : cost) c = value(random);
    std::vector<int> column_of_row(static_cast<std::size_t>(rows));
    solver.solve(rows, columns, cost, column_of_row);
    double sum = 0.0;
    std::vector<int> used;
    for (int row = 0; row < rows; ++row) {
      if (column_of_row[row] == AssignmentSolver::kUnassigned) continue;
      sum += cost[row * columns + column_of_row[row]];
      used.push_back(column_of_row[row]);
    }
    std::sort(used.begin(), used.end());
    EXPECT_EQ(std::adjacent_find(used.begin(), used.end()), used.end()) << "a column was used twice";
    EXPECT_EQ(static_cast<int>(used.size()), std::min(rows, columns));
    EXPECT_NEAR(sum, best_by_trying_all(rows, columns, cost), 1e-9);
  }
}

TEST(Assignment, LeavesEveryRowUnassignedWithoutColumns) {
  AssignmentSolver solver;
  std::vector<int> column_of_row(3, 42);
  solver.solve(3, 0, {}, column_of_row);
  EXPECT_EQ(column_of_row, std::vector<int>(3, AssignmentSolver::kUnassigned));
}

}  // namespace
}  // namespace ocelli::tracking
