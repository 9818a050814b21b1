#pragma once
// Watching a failure rate as evidence arrives: Wald's sequential test between a good and a bad rate, and a Poisson
// CUSUM that alarms when the rate has drifted up. Must not know: clocks, files.

#include <cstdint>
#include <string_view>

#include "ocelli/safety/analysis/rate.hpp"

namespace ocelli::safety {

/// Wald, exponential life: r failures accept the good rate after accept_hours(r), the bad one before reject_hours(r).
class SequentialTest {
 public:
  struct Config {
    double good_fit = 5.0;
    double bad_fit = 10.0;
    double alpha = 0.1;  // probability to reject although the rate is good
    double beta = 0.1;   // probability to accept although the rate is bad
  };
  enum class Decision : std::uint8_t { kAccept, kReject, kContinue };

  static Result<SequentialTest> create(const Config& config);

  [[nodiscard]] Hours accept_hours(std::uint64_t failures) const;
  /// Negative: so few failures can never reject.
  [[nodiscard]] Hours reject_hours(std::uint64_t failures) const;
  /// Hours that one failure costs.
  [[nodiscard]] Hours slope() const { return slope_; }
  [[nodiscard]] Result<Decision> decide(const RateEvidence& evidence) const;

 private:
  SequentialTest(Hours accept, Hours reject, Hours slope) : accept_(accept), reject_(reject), slope_(slope) {}

  Hours accept_;
  Hours reject_;
  Hours slope_;
};
[[nodiscard]] std::string_view to_string(SequentialTest::Decision decision);

/// The sums that a CUSUM can have, as whole steps: a double would miss a sum that is exactly the limit.
struct CusumLattice {
  std::uint64_t per_count = 1;  // steps in a count of 1
  std::uint64_t reference = 0;  // k in steps
  std::uint64_t limit = 0;      // the least number of steps that is h or more
};
/// Refuses a reference that is no fraction with a denominator of at most 10,000 (four decimals, 1/3), and a limit of
/// more than a million steps.
[[nodiscard]] Result<CusumLattice> cusum_lattice(double reference, double limit);

/// S = max(0, S + X - k), alarm at S >= h, for counts X of equal exposures (Lucas, "Counted data CUSUM's", 1985).
class PoissonCusum {
 public:
  static Result<PoissonCusum> create(double reference, double limit);

  /// True: alarm. The sum goes on from where it is, up to the limit; reset() starts anew.
  bool add(std::uint64_t count);
  void reset() { steps_ = 0; }
  [[nodiscard]] double sum() const { return static_cast<double>(steps_) / static_cast<double>(lattice_.per_count); }

 private:
  explicit PoissonCusum(const CusumLattice& lattice) : lattice_(lattice) {}

  CusumLattice lattice_;
  std::uint64_t steps_ = 0;
};

/// The reference value that tells mean counts apart best: (mu1 - mu0) / ln(mu1 / mu0).
[[nodiscard]] Result<double> cusum_reference(double good_mean, double bad_mean);

/// The same with as few decimals as leave it within a hundredth of bad_mean - good_mean, so that it has a lattice.
[[nodiscard]] Result<double> cusum_short_reference(double good_mean, double bad_mean);

/// Mean number of counts until the alarm, starting from 0, when counts have that mean: exact on cusum_lattice().
[[nodiscard]] Result<double> cusum_run_length(double mean, double reference, double limit);

}  // namespace ocelli::safety
