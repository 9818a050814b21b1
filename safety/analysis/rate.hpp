#pragma once
// What counted failures over exposure hours say about a failure rate (FIT = failures per 1e9 h), and whether that is
// enough to judge a target. Formulas: docs/fit.md. Must not know: where counts and hours come from; exposure must be
// distinct live driving, never replay or simulation.

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string_view>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::safety {

/// Exposure of a fleet exceeds what nanoseconds can count.
using Hours = std::chrono::duration<double, std::ratio<3600>>;

inline constexpr double kFitPerHour = 1e9;

struct RateEvidence {
  std::uint64_t failures = 0;
  Hours exposure{};
};

/// One-sided upper bound chi2(CL; 2r+2) / 2T in FIT; infinite without exposure.
[[nodiscard]] Result<double> upper_rate_fit(const RateEvidence& evidence, double confidence);
/// One-sided lower bound chi2(1-CL; 2r) / 2T in FIT; 0 without failures.
[[nodiscard]] Result<double> lower_rate_fit(const RateEvidence& evidence, double confidence);

struct RateInterval {
  double lower_fit = 0.0;
  double upper_fit = 0.0;
};
/// Two-sided: (1 - confidence) / 2 on either side.
[[nodiscard]] Result<RateInterval> rate_interval(const RateEvidence& evidence, double confidence);

/// Hours without any failure that demonstrate the target: -ln(1 - CL) / lambda.
[[nodiscard]] Result<Hours> zero_failure_hours(double target_fit, double confidence);

enum class RateJudgement : std::uint8_t { kMet, kViolated, kInsufficient };
[[nodiscard]] std::string_view to_string(RateJudgement judgement);

struct RateVerdict {
  RateJudgement judgement{};
  std::optional<double> point_fit;  // r / T; none without exposure
  double lower_fit = 0.0;           // one-sided, each at the confidence asked for
  double upper_fit = 0.0;
  Hours missing{};  // further hours, if no further failure comes, until the target is met
};
/// Met: the upper bound is at most the target. Violated: the lower bound is above it. Otherwise insufficient evidence.
[[nodiscard]] Result<RateVerdict> judge_rate(const RateEvidence& evidence, double target_fit, double confidence);

}  // namespace ocelli::safety
