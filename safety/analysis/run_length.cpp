// The run length of a Poisson CUSUM as a Markov chain on the lattice of its sums (Brook and Evans, "An approach to the
// probability distribution of CUSUM run length", 1972). Instead of inverting the matrix, the distribution of the sum is
// carried forward until its shape no longer changes; from then on the same share alarms at every step, so the rest of
// the series is geometric.
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "ocelli/safety/analysis/checks.hpp"
#include "ocelli/safety/analysis/quantiles.hpp"
#include "ocelli/safety/analysis/sequential.hpp"

namespace ocelli::safety {
namespace {

constexpr std::size_t kMostStates = 1'000'000;
constexpr std::size_t kMostWork = 1'000'000'000;  // additions: a second or two
constexpr double kShapeTolerance = 1e-13;
constexpr std::size_t kFinest = 10'000;  // lattice steps in a count
constexpr double kRounding = 1e-12;      // of a product of two decimals

struct Lattice {
  std::size_t per_count;  // lattice steps in a count of 1
  std::size_t reference;  // k in steps
  std::size_t states;     // sums below h
};

std::optional<Lattice> lattice_of(double reference, double limit) {
  for (std::size_t per_count = 1; per_count <= kFinest; ++per_count) {
    const double steps = reference * static_cast<double>(per_count);
    if (std::abs(steps - std::round(steps)) > kRounding * steps) continue;
    const double below = std::ceil(limit * static_cast<double>(per_count) * (1.0 - kRounding));
    if (below > static_cast<double>(kMostStates)) return std::nullopt;
    return Lattice{per_count, static_cast<std::size_t>(std::round(steps)), static_cast<std::size_t>(below)};
  }
  return std::nullopt;
}

struct Counts {
  std::vector<double> probability;  // P(X = 0), P(X = 1), … as far as a sum below h can stay below it
  std::vector<double> tail;         // P(X >= 0), P(X >= 1), …
};

Counts counts_of(const Lattice& lattice, double mean) {
  Counts counts;
  const std::size_t most = (lattice.states + lattice.reference) / lattice.per_count + 1;
  for (std::size_t count = 0; count <= most; ++count) {
    counts.probability.push_back(poisson_probability(count, mean));
    counts.tail.push_back(poisson_tail(count, mean));
  }
  return counts;
}

/// The distribution after one more count, alarms taken out; returns the probability of those.
double advance(const Lattice& lattice, const Counts& counts, const std::vector<double>& now,
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
  OCELLI_TRY(check_positive("k", reference, "counts"));
  OCELLI_TRY(check_positive("h", limit, "counts"));
  const auto lattice = lattice_of(reference, limit);
  if (!lattice)
    return error(ErrorCode::kUnsupported,
                 "k: {} with h: {}: expected k as a fraction with a denominator of at most {} (four decimals), and h "
                 "at most {} of its steps",
                 reference, limit, kFinest, kMostStates);
  const Counts counts = counts_of(*lattice, mean);
  std::vector<double> now(lattice->states, 0.0);
  std::vector<double> next;
  now[0] = 1.0;
  double length = 0.0;
  double alive = 1.0;
  double alarm_share = 0.0;
  const std::size_t most_steps = kMostWork / (lattice->states * counts.tail.size()) + 1;
  for (std::size_t step = 0; step < most_steps; ++step) {
    length += alive;
    const double alarms = advance(*lattice, counts, now, next);
    now.swap(next);
    const double before = std::exchange(alarm_share, alarms / alive);
    alive -= alarms;
    if (alive <= 1e-15 * length) return length;
    if (alarm_share > 0.0 && std::abs(alarm_share - before) <= kShapeTolerance * alarm_share)
      return length + alive / alarm_share;
  }
  return error(ErrorCode::kExhausted, "mu: {}, k: {}, h: {}: the run length is too long to compute", mean, reference,
               limit);
}

}  // namespace ocelli::safety
