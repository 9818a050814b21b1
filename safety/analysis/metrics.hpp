#pragma once
// The hardware metrics of ISO 26262-5 (targets as quoted by secondary sources, docs/fit.md): SPFM, LFM, PMHF.
// Must not know: sheets, files.

#include <optional>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/analysis/rate.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::safety {

struct AsilTargets {
  double spfm = 0.0;      // at least
  double lfm = 0.0;       // at least
  double pmhf_fit = 0.0;  // less than
  bool is_pmhf_recommended_only = false;
};
/// None for QM and ASIL A.
[[nodiscard]] std::optional<AsilTargets> asil_targets(Asil asil);

/// Sums over safety-related elements, in FIT. Safe faults are in `safety_related`; parts of QM elements are nowhere.
struct FailureRates {
  double safety_related = 0.0;
  double single_point = 0.0;  // no mechanism at all
  double residual = 0.0;      // what the mechanisms leave
  double latent = 0.0;        // multiple-point faults that nobody notices

  FailureRates& operator+=(const FailureRates& other);
};

/// 1 - (SPF + RF) / SR. Refuses rates that contradict each other.
[[nodiscard]] Result<double> single_point_fault_metric(const FailureRates& rates);
/// 1 - latent / (SR - SPF - RF); none when every fault is single-point or residual.
[[nodiscard]] Result<std::optional<double>> latent_fault_metric(const FailureRates& rates);

/// A function under a safety mechanism, for the dual-point term.
struct DualPoint {
  double function_fit = 0.0;
  double prevented = 0.0;  // K_RF: share of function faults that the mechanism handles
  double mechanism_fit = 0.0;
  double mechanism_noticed = 0.0;  // K_SM: share of mechanism faults found within the test interval
  Hours lifetime{};
  Hours test_interval{};  // tau
};
struct Pmhf {
  double residual_fit = 0.0;                 // (1 - K_RF) lambda_IF
  double mechanism_then_function_fit = 0.0;  // with the dual-point term, c = 1/2
  double both_orders_fit = 0.0;              // c = 1
};
/// (1 - K_RF) l_IF + c K_RF l_IF l_SM [(1 - K_SM) T + K_SM tau] (Sakurai, eq. 447.2): first order in l T.
[[nodiscard]] Result<Pmhf> pmhf_dual_point(const DualPoint& pair);

/// IEC 61508-6 B.3.3.2.2 (from memory): dangerous failures per hour of a 1-out-of-2 architecture.
struct Redundant {
  double dangerous_per_h = 0.0;
  double coverage = 0.0;
  double beta = 0.0;  // common cause, undetected
  double beta_detected = 0.0;
  Hours proof_test{};
  Hours repair{};
};
[[nodiscard]] Result<double> pfh_1oo2(const Redundant& channel);

}  // namespace ocelli::safety
