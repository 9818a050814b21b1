#include "ocelli/perception/tracks/assignment.hpp"

#include <limits>

namespace ocelli::perception {
namespace {

/// Rows are added one by one; each extends the matching along the cheapest alternating path. Index 0 is a virtual
/// column, so rows and columns count from 1. Needs rows <= columns.
class ShortestPaths {
 public:
  ShortestPaths(std::size_t rows, std::size_t columns)
      : columns_(columns), row_price_(rows + 1), column_price_(columns + 1), row_of_(columns + 1), from_(columns + 1) {}

  template <class Cost>
  void add_row(std::size_t row, const Cost& cost) {
    std::vector<double> distance(columns_ + 1, std::numeric_limits<double>::infinity());
    std::vector<char> is_done(columns_ + 1, 0);
    row_of_[0] = row;
    std::size_t column = 0;
    while (row_of_[column] != 0) column = grow(column, cost, distance, is_done);
    for (; column != 0; column = from_[column]) row_of_[column] = row_of_[from_[column]];
  }

  [[nodiscard]] std::size_t row_of(std::size_t column) const { return row_of_[column]; }

 private:
  template <class Cost>
  std::size_t grow(std::size_t column, const Cost& cost, std::vector<double>& distance, std::vector<char>& is_done) {
    is_done[column] = 1;
    const std::size_t row = row_of_[column];
    double best = std::numeric_limits<double>::infinity();
    std::size_t next = 0;
    for (std::size_t j = 1; j <= columns_; ++j) {
      if (is_done[j] != 0) continue;
      const double reduced = cost(row - 1, j - 1) - row_price_[row] - column_price_[j];
      if (reduced < distance[j]) {
        distance[j] = reduced;
        from_[j] = column;
      }
      if (distance[j] < best) {
        best = distance[j];
        next = j;
      }
    }
    for (std::size_t j = 0; j <= columns_; ++j) {
      if (is_done[j] != 0) {
        row_price_[row_of_[j]] += best;
        column_price_[j] -= best;
      } else {
        distance[j] -= best;
      }
    }
    return next;
  }

  std::size_t columns_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> from_;
};

}  // namespace

std::vector<std::int32_t> assign(const CostMatrix& matrix) {
  std::vector<std::int32_t> column_of(matrix.rows, kUnassigned);
  if (matrix.rows == 0 || matrix.columns == 0) return column_of;
  const bool is_tall = matrix.rows > matrix.columns;
  const std::size_t rows = is_tall ? matrix.columns : matrix.rows;
  const std::size_t columns = is_tall ? matrix.rows : matrix.columns;
  const auto cost = [&](std::size_t row, std::size_t column) {
    return is_tall ? matrix.at(column, row) : matrix.at(row, column);
  };
  ShortestPaths paths(rows, columns);
  for (std::size_t row = 1; row <= rows; ++row) paths.add_row(row, cost);
  for (std::size_t column = 1; column <= columns; ++column) {
    const std::size_t row = paths.row_of(column);
    if (row == 0 || cost(row - 1, column - 1) >= CostMatrix::kForbidden) continue;
    const auto [r, c] = is_tall ? std::pair{column - 1, row - 1} : std::pair{row - 1, column - 1};
    column_of[r] = static_cast<std::int32_t>(c);
  }
  return column_of;
}

}  // namespace ocelli::perception
