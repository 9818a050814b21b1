#pragma once
// Diagnostic coverage from fault injection, with confidence: x of n is never "x/n covered".
// Must not know: what was injected; only effective injections may be counted.

#include <cstdint>
#include <span>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::safety {

struct Trials {
  std::uint64_t detected = 0;
  std::uint64_t injected = 0;  // effective ones
};

/// One-sided lower bound by Clopper and Pearson (exact: never too optimistic).
[[nodiscard]] Result<double> coverage_lower_bound(const Trials& trials, double confidence);
/// The same by Wilson's score: approximate, for comparison.
[[nodiscard]] Result<double> coverage_wilson_bound(const Trials& trials, double confidence);

struct Interval {
  double low = 0.0;
  double high = 1.0;
};
/// Two-sided.
[[nodiscard]] Result<Interval> clopper_pearson(const Trials& trials, double confidence);
[[nodiscard]] Result<Interval> wilson(const Trials& trials, double confidence);

/// Injections that must all be detected to show `coverage`: the least n with coverage^n <= 1 - CL.
[[nodiscard]] Result<std::uint64_t> zero_miss_injections(double coverage, double confidence);

/// Sample size out of a population of faults for an error margin (Leveugle et al., DATE 2009): n = N / (1 + e^2 (N - 1)
/// / (t^2 p (1 - p))), t the normal cut-off, p the expected share.
[[nodiscard]] Result<double> sample_size(double population, double margin, double cut_off, double share);

/// What several mechanisms cover together lies between these: fully dependent and independent.
[[nodiscard]] Result<Interval> combined_coverage(std::span<const double> coverages);

struct Stratum {
  double weight = 0.0;       // base rate of the fault model, any unit
  double lower_bound = 0.0;  // its coverage bound
};
/// Lower bounds weighted by base rates.
[[nodiscard]] Result<double> stratified_coverage(std::span<const Stratum> strata);

}  // namespace ocelli::safety
