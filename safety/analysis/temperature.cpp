#include "ocelli/safety/analysis/temperature.hpp"

#include <cmath>

#include "ocelli/safety/analysis/checks.hpp"

namespace ocelli::safety {
namespace {

constexpr double kShareTolerance = 1e-6;

double arrhenius(double activation_ev, double from_c, double to_c) {
  return std::exp(activation_ev / kBoltzmannEvPerK * (1.0 / (from_c + kZeroCelsiusK) - 1.0 / (to_c + kZeroCelsiusK)));
}

Result<double> finite(std::string_view name, double value) {
  if (std::isfinite(value)) return value;
  return error(ErrorCode::kInvalidArgument, "{}: {}: the temperatures are too far apart for this activation energy",
               name, value);
}

}  // namespace

Result<double> arrhenius_factor(double activation_ev, double use_c, double stress_c) {
  OCELLI_TRY(check_positive("activation energy", activation_ev, "eV"));
  OCELLI_TRY(check_celsius("use temperature", use_c));
  OCELLI_TRY(check_celsius("stress temperature", stress_c));
  return finite("Arrhenius factor", arrhenius(activation_ev, use_c, stress_c));
}

Result<double> mission_profile_fit(double reference_fit, double reference_c, double activation_ev,
                                   std::span<const MissionPhase> phases) {
  OCELLI_TRY(check_not_negative("reference rate", reference_fit, "FIT"));
  OCELLI_TRY(check_celsius("reference temperature", reference_c));
  OCELLI_TRY(check_positive("activation energy", activation_ev, "eV"));
  double total = 0.0;
  double factor = 0.0;
  for (const MissionPhase& phase : phases) {
    OCELLI_TRY(check_unit("fraction", phase.fraction));
    OCELLI_TRY(check_celsius("temperature", phase.celsius));
    total += phase.fraction;
    factor += phase.fraction * arrhenius(activation_ev, reference_c, phase.celsius);
  }
  if (std::abs(total - 1.0) > kShareTolerance)
    return error(ErrorCode::kInvalidArgument, "fraction: the phases add up to {}: expected 1", total);
  return finite("rate", reference_fit * factor);
}

Result<double> sn29500_factor(const Sn29500& part, double reference_c, double actual_c) {
  OCELLI_TRY(check_unit("share", part.share));
  OCELLI_TRY(check_positive("activation energy 1", part.activation1_ev, "eV"));
  OCELLI_TRY(check_positive("activation energy 2", part.activation2_ev, "eV"));
  OCELLI_TRY(check_positive("ambient reference", part.ambient_reference_k, "K"));
  OCELLI_TRY(check_celsius("reference temperature", reference_c));
  OCELLI_TRY(check_celsius("actual temperature", actual_c));
  constexpr double kKelvinPerEv = 11605.0;   // as the standard rounds 1 / k,
  constexpr double kStandardsZeroK = 273.0;  // and 0 degC: its 40 degC are 313 K
  OCELLI_TRY(check_positive("reference temperature", reference_c + kStandardsZeroK, "K"));
  OCELLI_TRY(check_positive("actual temperature", actual_c + kStandardsZeroK, "K"));
  const auto mixed = [&](double celsius) {
    const double z = kKelvinPerEv * (1.0 / part.ambient_reference_k - 1.0 / (celsius + kStandardsZeroK));
    return part.share * std::exp(part.activation1_ev * z) + (1.0 - part.share) * std::exp(part.activation2_ev * z);
  };
  return finite("temperature factor", mixed(actual_c) / mixed(reference_c));
}

}  // namespace ocelli::safety
