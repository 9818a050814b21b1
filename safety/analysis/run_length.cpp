// The run length of a Poisson CUSUM as a Markov chain on the lattice of its sums (Brook and Evans, "An approach to the
// probability distribution of CUSUM run length", 1972). Instead of inverting the matrix, the distribution of the sum is
// carried forward until its shape no longer changes; from then on the same share alarms at every step, so the rest of
// the series is geometric.
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/quantiles.hpp"
#include "ocelli/safety/analysis/sequential.hpp"

namespace ocelli::safety {
namespace {

constexpr std::uint64_t kMostWork = 1'000'000'000;  // additions: a second or two
constexpr double kShapeTolerance = 1e-13;

/// Counts that can leave a sum below h where it is or lower, and one more.
std::uint64_t counts_that_matter(const CusumLattice& lattice) {
  return (lattice.limit + lattice.reference) / lattice.per_count + 2;
}

struct Counts {
  std::vector<double> probability;  // P(X = 0), P(X = 1), … as far as a sum below h can stay below it
  std::vector<double> tail;         // P(X >= 0), P(X >= 1), …
};

Counts counts_of(const CusumLattice& lattice, double mean) {
  Counts counts;
  for (std::uint64_t count = 0; count < counts_that_matter(lattice); ++count) {
    counts.probability.push_back(poisson_probability(count, mean));
    counts.tail.push_back(poisson_tail(count, mean));
  }
  return counts;
}

/// The distribution after one more count, alarms taken out; returns the probability of those.
double advance(const CusumLattice& lattice, const Counts& counts, const std::vector<double>& now,
               std::vector<double>& next) {
  next.assign(now.size(), 0.0);
  double alarms = 0.0;
  for (std::size_t sum = 0; sum < now.size(); ++sum) {
    if (now[sum] == 0.0) continue;
    std::size_t count = 0;
    for (std::size_t moved = sum;; ++count, moved += lattice.per_count) {
      const std::size_t to = moved > lattice.reference ? moved - lattice.reference : 0;
      if (to >= next.size()) break;
      next[to] += now[sum] * counts.probability[count];
    }
    alarms += now[sum] * counts.tail[count];
  }
  return alarms;
}

}  // namespace

Result<double> cusum_run_length(double mean, double reference, double limit) {
  OCELLI_TRY(check_positive("mu", mean, "counts"));
  OCELLI_ASSIGN(const CusumLattice lattice, cusum_lattice(reference, limit));
  const auto too_much = [&] {
    return error(ErrorCode::kExhausted, "mu: {}, k: {}, h: {}: the run length is too long to compute", mean, reference,
                 limit);
  };
  const std::uint64_t work = lattice.limit * counts_that_matter(lattice);  // of one step
  if (work > kMostWork) return too_much();
  const Counts counts = counts_of(lattice, mean);
  std::vector<double> now(lattice.limit, 0.0);
  std::vector<double> next;
  now[0] = 1.0;
  double length = 0.0;
  double alive = 1.0;
  double alarm_share = 0.0;
  for (std::uint64_t done = 0; done <= kMostWork; done += work) {
    length += alive;
    const double alarms = advance(lattice, counts, now, next);
    now.swap(next);
    const double before = std::exchange(alarm_share, alarms / alive);
    alive -= alarms;
    if (alive <= 1e-15 * length) return length;
    if (alarm_share > 0.0 && std::abs(alarm_share - before) <= kShapeTolerance * alarm_share)
      return length + alive / alarm_share;
  }
  return too_much();
}

}  // namespace ocelli::safety
