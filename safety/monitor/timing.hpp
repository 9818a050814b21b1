#pragma once
// The load-time proof that a fault is handled in time (reference/safety.md §1): worst-case FDTI from the parts of the
// way from onset to decision, and FDTI + FRTI < assumed FTTI. Prints its arithmetic.

#include <cstdint>
#include <string>

#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/detectors/detector.hpp"

namespace ocelli::safety {

struct TimingBudget {
  Duration first{};          // onset → first pre-failed: the observation period and what the detector waits for
  Duration period{};         // between further pre-failed
  std::int64_t tolerance{};  // further pre-failed that the debounce counter needs
  Duration debounce{};       // time debounce
  Duration transport{};      // of the observations to the monitor
  Duration tick{};
  Duration jitter{};
  Duration frti{};
  Duration ftti{};
  double least_margin = 0.0;  // share of the FTTI that must stay free

  /// Worst-case fault detection time; every part, and the whole, counts as at most 116 days.
  [[nodiscard]] Duration fdti() const;
  /// assumed FTTI − FDTI − FRTI.
  [[nodiscard]] Duration margin() const;
  /// FDTI + FRTI < (1 − least_margin) × FTTI.
  [[nodiscard]] bool holds() const { return to_seconds(margin()) > least_margin * to_seconds(ftti); }
  /// "FDTI = 100 ms + 100 ms × 1 + 0 ms debounce + … = 290 ms; FDTI + FRTI = 290 ms + 50 ms = 340 ms < 500 ms …".
  [[nodiscard]] std::string explain() const;
};

[[nodiscard]] TimingBudget timing_budget(const MonitorConfig& monitor, const FaultConfig& fault,
                                         const Observability& observability);

}  // namespace ocelli::safety
