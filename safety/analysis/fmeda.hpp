#pragma once
// From a sheet to the hardware metrics, each number with its parts, so that a reader can follow the sum.
// Rules: docs/fit.md. Must not know: YAML, printing.

#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/analysis/coverage.hpp"
#include "ocelli/safety/analysis/metrics.hpp"
#include "ocelli/safety/analysis/sheet.hpp"

namespace ocelli::safety {

enum class CoverageSource : std::uint8_t { kNone, kClaimed, kMeasured, kUnmapped };
[[nodiscard]] std::string_view to_string(CoverageSource source);

struct CoverResult {
  std::string mechanism;
  double coverage = 0.0;
  CoverageSource source{};
  std::vector<const Measurement*> measured{};  // of the sheet that was evaluated
};

struct ModeResult {
  std::string id;  // "part/mode"
  Effect effect{};
  bool are_independent = false;
  double fit = 0.0;
  double coverage = 0.0;  // used in the metrics: the best single one, or the product when declared independent
  Interval combined{};    // what the mechanisms cover together lies in here
  std::vector<CoverResult> covers{};
  FailureRates rates{};
  Pmhf pmhf{};
};

struct MechanismResult {
  std::string id;
  double fit = 0.0;      // of the failure modes that disable it
  double noticed = 0.0;  // K_SM: the share of those that is found
};

struct MetricVerdict {
  double value = 0.0;
  std::optional<double> target;  // none for QM and ASIL A
  bool is_met = true;
};

struct FmedaReport {
  FailureRates rates{};
  double qm_fit = 0.0;  // in no denominator
  MetricVerdict spfm;
  MetricVerdict lfm;
  MetricVerdict pmhf;  // both orders
  Pmhf pmhf_parts;
  double spfm_if_independent = 0.0;  // the most that combined mechanisms could give
  std::vector<ModeResult> modes;
  std::vector<MechanismResult> mechanisms;
  std::vector<std::string> notes;  // what a reader must know: coverage 0 for want of a mapping, …

  [[nodiscard]] bool is_met() const { return spfm.is_met && lfm.is_met && pmhf.is_met; }
};

/// `sheet` must outlive the report.
[[nodiscard]] Result<FmedaReport> evaluate(const Sheet& sheet);

}  // namespace ocelli::safety
