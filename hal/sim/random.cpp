#include "ocelli/hal/sim/random.hpp"

#include <cmath>

namespace ocelli::sim {
namespace {

/// Quantile by bisection of the distribution function; slow, exact to double precision, run once per process.
double normal_quantile(double probability) {
  double low = -9.0;
  double high = 9.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

NormalTable make_normal_table() {
  NormalTable table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<float>(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(table.size())));
  return table;
}

}  // namespace

const NormalTable& normal_table() {
  static const NormalTable table = make_normal_table();
  return table;
}

}  // namespace ocelli::sim
