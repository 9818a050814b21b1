// Statistics of failure rates, coverage and detection: one function per kind of vector.
#include "ocelli/launch/vectors/fields.hpp"
#include "ocelli/launch/vectors/vectors.hpp"
#include "ocelli/middleware/e2e/residual.hpp"
#include "ocelli/safety/analysis/coverage.hpp"
#include "ocelli/safety/analysis/posterior.hpp"
#include "ocelli/safety/analysis/rate.hpp"
#include "ocelli/safety/analysis/sequential.hpp"
#include "ocelli/safety/analysis/temperature.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;
using safety::Hours;

template <class T>
VectorResult as_json(const Result<T>& value) {
  if (!value) return error(value.error());
  if constexpr (std::is_same_v<T, Hours>)
    return json(value->count());
  else
    return json(*value);
}

Result<std::uint64_t> count(const json& v, const char* key) {
  OCELLI_ASSIGN(const auto in, inputs_of<std::uint64_t>(v, key));
  return in[0];
}

Result<safety::RateEvidence> evidence(const json& v, const char* hours) {
  OCELLI_ASSIGN(const std::uint64_t failures, count(v, "r"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, hours));
  return safety::RateEvidence{failures, Hours{in[0]}};
}

VectorResult zero_failure_hours(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "target_fit", "cl"));
  return as_json(safety::zero_failure_hours(in[0], in[1]));
}

VectorResult rate(const Result<double>& fit) {
  if (!fit) return error(fit.error());
  return json{{"fit", *fit}, {"lambda_per_h", *fit / safety::kFitPerHour}};
}
VectorResult chi2_upper(const json& v) {
  OCELLI_ASSIGN(const safety::RateEvidence seen, evidence(v, "T_h"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "cl"));
  return rate(safety::upper_rate_fit(seen, in[0]));
}
VectorResult chi2_lower(const json& v) {
  OCELLI_ASSIGN(const safety::RateEvidence seen, evidence(v, "T_h"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "cl"));
  return rate(safety::lower_rate_fit(seen, in[0]));
}

/// Bounds of the time between failures, and the factors on the estimate T / r.
VectorResult nist_mtbf_interval(const json& v) {
  OCELLI_ASSIGN(const safety::RateEvidence seen, evidence(v, "T_h"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "conf"));
  OCELLI_ASSIGN(const safety::RateInterval interval, safety::rate_interval(seen, in[0]));
  const double lower_h = safety::kFitPerHour / interval.upper_fit;
  json result = {{"lower", lower_h}, {"upper", nullptr}, {"factor_low", nullptr}, {"factor_high", nullptr}};
  if (seen.failures == 0) return result;
  const double estimate_h = seen.exposure.count() / static_cast<double>(seen.failures);
  const double upper_h = safety::kFitPerHour / interval.lower_fit;
  result.update({{"upper", upper_h}, {"factor_low", lower_h / estimate_h}, {"factor_high", upper_h / estimate_h}});
  return result;
}

Result<safety::GammaRate> prior(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "a", "b"));
  return safety::GammaRate{in[0], Hours{in[1]}};
}

VectorResult bayes_test_time(const json& v) {
  OCELLI_ASSIGN(const safety::GammaRate before, prior(v));
  OCELLI_ASSIGN(const std::uint64_t failures, count(v, "r"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "M", "cl"));
  return as_json(safety::test_time(before, failures, Hours{in[0]}, in[1]));
}

Result<safety::GammaRate> gamma_posterior(const json& v, const char* hours) {
  OCELLI_ASSIGN(const safety::GammaRate before, prior(v));
  OCELLI_ASSIGN(const safety::RateEvidence seen, evidence(v, hours));
  return safety::posterior(before, seen);
}

VectorResult bayes_posterior(const json& v) {
  OCELLI_ASSIGN(const safety::GammaRate after, gamma_posterior(v, "T"));
  OCELLI_ASSIGN(const Hours mean, safety::mean_time_between(after));
  OCELLI_ASSIGN(const Hours median, safety::lower_time_between(after, 0.5));
  OCELLI_ASSIGN(const Hours lower80, safety::lower_time_between(after, 0.8));
  OCELLI_ASSIGN(const Hours lower90, safety::lower_time_between(after, 0.9));
  OCELLI_ASSIGN(const Hours lower95, safety::lower_time_between(after, 0.95));
  return json{{"a_post", after.shape},          {"b_post", after.hours.count()},   {"mtbf_recip_mean", mean.count()},
              {"mtbf_median", median.count()},  {"mtbf_lower80", lower80.count()}, {"mtbf_lower90", lower90.count()},
              {"mtbf_lower95", lower95.count()}};
}

VectorResult gamma_posterior_upper(const json& v) {
  OCELLI_ASSIGN(const safety::GammaRate after, gamma_posterior(v, "T_h"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "cl"));
  return as_json(safety::rate_quantile_fit(after, in[0]));
}

json as_list(const safety::Interval& interval) { return {interval.low, interval.high}; }

VectorResult binomial_ci95(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of<std::uint64_t>(v, "x", "n"));
  const safety::Trials trials{in[0], in[1]};
  OCELLI_ASSIGN(const safety::Interval exact, safety::clopper_pearson(trials, 0.95));
  OCELLI_ASSIGN(const safety::Interval score, safety::wilson(trials, 0.95));
  return json{{"clopper_pearson", as_list(exact)}, {"wilson", as_list(score)}};
}

VectorResult dc_lower_bound(const json& v) {
  OCELLI_ASSIGN(const auto counts, inputs_of<std::uint64_t>(v, "detected", "injected"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "cl"));
  const safety::Trials trials{counts[0], counts[1]};
  OCELLI_ASSIGN(const double exact, safety::coverage_lower_bound(trials, in[0]));
  OCELLI_ASSIGN(const double score, safety::coverage_wilson_bound(trials, in[0]));
  return json{{"clopper_pearson", exact},
              {"wilson", score},
              {"point", static_cast<double>(trials.detected) / static_cast<double>(trials.injected)}};
}

VectorResult injections_zero_miss(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "dc", "cl"));
  return as_json(safety::zero_miss_injections(in[0], in[1]));
}

VectorResult leveugle_n(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "N", "e", "t", "p"));
  return as_json(safety::sample_size(in[0], in[1], in[2], in[3]));
}

Result<safety::Interval> combined(const json& v) {
  OCELLI_ASSIGN(const json* in, member(v, "inputs"));
  OCELLI_ASSIGN(const std::vector<double> coverages, fields_of<double>(*in, "dc"));
  return safety::combined_coverage(coverages);
}
VectorResult dc_combine_independent(const json& v) {
  OCELLI_ASSIGN(const safety::Interval interval, combined(v));
  return json(interval.high);
}
VectorResult dc_combine_max(const json& v) {
  OCELLI_ASSIGN(const safety::Interval interval, combined(v));
  return json(interval.low);
}

VectorResult e2e_residual(const json& v) {
  OCELLI_ASSIGN(const auto bits, inputs_of<int>(v, "crc_bits"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "msg_per_s", "p_message_corrupted"));
  OCELLI_ASSIGN(const double fit, e2e::residual_fit(bits[0], in[0], in[1]));
  return json{{"fit", fit}, {"undetected_per_h", fit / safety::kFitPerHour}};
}

VectorResult arrhenius_af(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "ea_ev", "t_use_c", "t_stress_c"));
  return as_json(safety::arrhenius_factor(in[0], in[1], in[2]));
}

VectorResult sn29500_pi_t(const json& v) {
  OCELLI_ASSIGN(const auto part, inputs_of(v, "A", "ea1", "ea2", "tref_k"));
  OCELLI_ASSIGN(const auto in, inputs_of(v, "t1_c", "t2_c"));
  return as_json(safety::sn29500_factor({part[0], part[1], part[2], part[3]}, in[0], in[1]));
}

VectorResult mission_profile(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "lambda_ref_fit", "t_ref_c", "ea_ev"));
  OCELLI_ASSIGN(const json* profile, list_of(v["inputs"], "profile"));
  std::vector<safety::MissionPhase> phases;
  for (const json& phase : *profile) {
    OCELLI_ASSIGN(const double fraction, field_of<double>(phase, "fraction"));
    OCELLI_ASSIGN(const double celsius, field_of<double>(phase, "t_c"));
    phases.push_back({fraction, celsius});
  }
  return as_json(safety::mission_profile_fit(in[0], in[1], in[2], phases));
}

VectorResult sprt(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "lambda0_fit", "lambda1_fit", "alpha", "beta"));
  OCELLI_ASSIGN(const safety::SequentialTest test,
                safety::SequentialTest::create({.good_fit = in[0], .bad_fit = in[1], .alpha = in[2], .beta = in[3]}));
  constexpr std::uint64_t kFailures = 100;
  json result = {{"slope_h", test.slope().count()}};
  for (std::uint64_t failures = 0; failures <= kFailures; ++failures) {
    result["accept_hours"][std::to_string(failures)] = test.accept_hours(failures).count();
    result["reject_hours"][std::to_string(failures)] = test.reject_hours(failures).count();
  }
  return result;
}

VectorResult poisson_cusum_arl(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "mu", "k", "h"));
  return as_json(safety::cusum_run_length(in[0], in[1], in[2]));
}

VectorResult poisson_cusum_k(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "mu0", "mu1"));
  return as_json(safety::cusum_reference(in[0], in[1]));
}

}  // namespace

std::vector<VectorKind> rate_vector_kinds() {
  return {{"zero_failure_hours", &zero_failure_hours},
          {"chi2_upper", &chi2_upper},
          {"chi2_lower", &chi2_lower},
          {"nist_mtbf_interval", &nist_mtbf_interval},
          {"bayes_test_time", &bayes_test_time},
          {"bayes_posterior", &bayes_posterior},
          {"gamma_posterior_upper", &gamma_posterior_upper},
          {"binomial_ci95", &binomial_ci95},
          {"dc_lower_bound", &dc_lower_bound},
          {"injections_zero_miss", &injections_zero_miss},
          {"leveugle_n", &leveugle_n},
          {"dc_combine_independent", &dc_combine_independent},
          {"dc_combine_max", &dc_combine_max},
          {"e2e_residual", &e2e_residual},
          {"arrhenius_af", &arrhenius_af},
          {"sn29500_pi_t", &sn29500_pi_t},
          {"mission_profile", &mission_profile},
          {"sprt", &sprt},
          {"poisson_cusum_arl", &poisson_cusum_arl},
          {"poisson_cusum_k", &poisson_cusum_k}};
}

}  // namespace ocelli::launch
