#pragma once
// Failure rates at other temperatures: Arrhenius, SN 29500 temperature factor, and mission profiles.
// Constants and forms: docs/fit.md (the standards were not at hand). Must not know: parts.

#include <span>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::safety {

inline constexpr double kBoltzmannEvPerK = 8.617333262e-5;
inline constexpr double kZeroCelsiusK = 273.15;

/// How much faster a part ages at `stress_c` than at `use_c`: exp(Ea/k (1/T_use - 1/T_stress)).
[[nodiscard]] Result<double> arrhenius_factor(double activation_ev, double use_c, double stress_c);

struct MissionPhase {
  double fraction = 0.0;  // of the life; the phases add up to 1
  double celsius = 0.0;
};
/// The time-weighted rate of a part that has `reference_fit` at `reference_c`.
[[nodiscard]] Result<double> mission_profile_fit(double reference_fit, double reference_c, double activation_ev,
                                                 std::span<const MissionPhase> phases);

/// SN 29500-2: two activation energies, the first with weight `share`.
struct Sn29500 {
  double share = 0.9;
  double activation1_ev = 0.3;
  double activation2_ev = 0.7;
  double ambient_reference_k = 313.0;
};
/// The factor between junction temperatures `reference_c` (where the tabled rate holds) and `actual_c`.
[[nodiscard]] Result<double> sn29500_factor(const Sn29500& part, double reference_c, double actual_c);

}  // namespace ocelli::safety
