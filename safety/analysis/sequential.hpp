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

/// S = max(0, S + X - k), alarm at S >= h, for counts X of equal exposures (Lucas, "Counted data CUSUM's", 1985).
class PoissonCusum {
 public:
  static Result<PoissonCusum> create(double reference, double limit);

  /// True: alarm. The sum goes on from where it is; reset() starts anew.
  bool add(std::uint64_t count);
  void reset() { sum_ = 0.0; }
  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] double reference() const { return reference_; }
  [[nodiscard]] double limit() const { return limit_; }

 private:
  PoissonCusum(double reference, double limit) : reference_(reference), limit_(limit) {}

  double reference_;
  double limit_;
  double sum_ = 0.0;
};

/// The reference value that tells mean counts apart best: (mu1 - mu0) / ln(mu1 / mu0).
[[nodiscard]] Result<double> cusum_reference(double good_mean, double bad_mean);

/// Mean number of counts until the alarm, starting from 0, when counts have that mean. Exact on the lattice of sums
/// that a reference makes which is a fraction of at most 10,000ths (four decimals, 1/3); others are refused.
[[nodiscard]] Result<double> cusum_run_length(double mean, double reference, double limit);

}  // namespace ocelli::safety
