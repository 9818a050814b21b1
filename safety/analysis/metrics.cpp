#include "ocelli/safety/analysis/metrics.hpp"

#include "ocelli/safety/analysis/checks.hpp"

namespace ocelli::safety {
namespace {

constexpr double kRounding = 1e-9;

Status check(const FailureRates& rates) {
  OCELLI_TRY(check_positive("safety-related rate", rates.safety_related, "FIT"));
  OCELLI_TRY(check_not_negative("single-point rate", rates.single_point, "FIT"));
  OCELLI_TRY(check_not_negative("residual rate", rates.residual, "FIT"));
  OCELLI_TRY(check_not_negative("latent rate", rates.latent, "FIT"));
  const double parts = rates.single_point + rates.residual + rates.latent;
  if (parts > rates.safety_related * (1.0 + kRounding))
    return error(ErrorCode::kInvalidArgument,
                 "single-point, residual and latent rates: {} FIT together: expected at most the safety-related {} FIT",
                 parts, rates.safety_related);
  return ok();
}

}  // namespace

std::optional<AsilTargets> asil_targets(Asil asil) {
  if (asil == Asil::kD) return AsilTargets{0.99, 0.90, 10.0, false};
  if (asil == Asil::kC) return AsilTargets{0.97, 0.80, 100.0, false};
  if (asil == Asil::kB) return AsilTargets{0.90, 0.60, 100.0, true};
  return std::nullopt;
}

FailureRates& FailureRates::operator+=(const FailureRates& other) {
  safety_related += other.safety_related;
  single_point += other.single_point;
  residual += other.residual;
  latent += other.latent;
  return *this;
}

Result<double> single_point_fault_metric(const FailureRates& rates) {
  OCELLI_TRY(check(rates));
  return 1.0 - (rates.single_point + rates.residual) / rates.safety_related;
}

Result<std::optional<double>> latent_fault_metric(const FailureRates& rates) {
  OCELLI_TRY(check(rates));
  const double left = rates.safety_related - rates.single_point - rates.residual;
  if (left <= rates.safety_related * kRounding) return std::optional<double>{};
  return std::optional<double>{1.0 - rates.latent / left};
}

Result<Pmhf> pmhf_dual_point(const DualPoint& pair) {
  OCELLI_TRY(check_not_negative("function rate", pair.function_fit, "FIT"));
  OCELLI_TRY(check_unit("K_RF", pair.prevented));
  OCELLI_TRY(check_not_negative("mechanism rate", pair.mechanism_fit, "FIT"));
  OCELLI_TRY(check_unit("K_SM", pair.mechanism_noticed));
  OCELLI_TRY(check_not_negative("lifetime", pair.lifetime.count(), "h"));
  OCELLI_TRY(check_not_negative("test interval", pair.test_interval.count(), "h"));
  const Hours exposed = (1.0 - pair.mechanism_noticed) * pair.lifetime + pair.mechanism_noticed * pair.test_interval;
  const double residual = (1.0 - pair.prevented) * pair.function_fit;
  const double both = pair.prevented * pair.function_fit * pair.mechanism_fit * exposed.count() / kFitPerHour;
  OCELLI_ASSIGN(const double both_orders, finite("PMHF", residual + both, "FIT"));
  return Pmhf{residual, residual + 0.5 * both, both_orders};
}

Result<double> pfh_1oo2(const Redundant& channel) {
  OCELLI_TRY(check_positive("dangerous rate", channel.dangerous_per_h, "1/h"));
  OCELLI_TRY(check_unit("coverage", channel.coverage));
  OCELLI_TRY(check_unit("beta", channel.beta));
  OCELLI_TRY(check_unit("beta_detected", channel.beta_detected));
  OCELLI_TRY(check_not_negative("proof test interval", channel.proof_test.count(), "h"));
  OCELLI_TRY(check_not_negative("time to repair", channel.repair.count(), "h"));
  const double detected = channel.coverage * channel.dangerous_per_h;
  const double undetected = channel.dangerous_per_h - detected;
  const double down_h =
      (undetected * (channel.proof_test.count() / 2.0 + channel.repair.count()) + detected * channel.repair.count()) /
      channel.dangerous_per_h;
  const double independent = (1.0 - channel.beta) * undetected;
  return finite(
      "PFH",
      2.0 * ((1.0 - channel.beta_detected) * detected + independent) * independent * down_h + channel.beta * undetected,
      "1/h");
}

}  // namespace ocelli::safety
