// Statistics of failure rates, coverage and detection: one function per kind of vector.
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

double number(const json& vector, const char* key) { return vector.at("inputs").at(key).get<double>(); }

/// A negative or broken count becomes one that no function accepts.
std::uint64_t count(const json& vector, const char* key) {
  const json& value = vector.at("inputs").at(key);
  const double rounded = value.get<double>();
  const bool is_count = rounded >= 0.0 && rounded < 1e18 && rounded == static_cast<double>(std::uint64_t(rounded));
  return is_count ? static_cast<std::uint64_t>(rounded) : ~std::uint64_t{0};
}

template <class T>
VectorResult as_json(const Result<T>& value) {
  if (!value) return error(value.error());
  if constexpr (std::is_same_v<T, Hours>)
    return json(value->count());
  else
    return json(*value);
}

safety::RateEvidence evidence(const json& v, const char* hours) { return {count(v, "r"), Hours{number(v, hours)}}; }

VectorResult zero_failure_hours(const json& v) {
  return as_json(safety::zero_failure_hours(number(v, "target_fit"), number(v, "cl")));
}

VectorResult rate(const Result<double>& fit) {
  if (!fit) return error(fit.error());
  return json{{"fit", *fit}, {"lambda_per_h", *fit / safety::kFitPerHour}};
}
VectorResult chi2_upper(const json& v) { return rate(safety::upper_rate_fit(evidence(v, "T_h"), number(v, "cl"))); }
VectorResult chi2_lower(const json& v) { return rate(safety::lower_rate_fit(evidence(v, "T_h"), number(v, "cl"))); }

/// Bounds of the time between failures, and the factors on the estimate T / r.
VectorResult nist_mtbf_interval(const json& v) {
  const safety::RateEvidence seen = evidence(v, "T_h");
  OCELLI_ASSIGN(const safety::RateInterval interval, safety::rate_interval(seen, number(v, "conf")));
  const double lower_h = safety::kFitPerHour / interval.upper_fit;
  json result = {{"lower", lower_h}, {"upper", nullptr}, {"factor_low", nullptr}, {"factor_high", nullptr}};
  if (seen.failures == 0) return result;
  const double estimate_h = seen.exposure.count() / static_cast<double>(seen.failures);
  const double upper_h = safety::kFitPerHour / interval.lower_fit;
  result.update({{"upper", upper_h}, {"factor_low", lower_h / estimate_h}, {"factor_high", upper_h / estimate_h}});
  return result;
}

safety::GammaRate prior(const json& v) { return {number(v, "a"), Hours{number(v, "b")}}; }

VectorResult bayes_test_time(const json& v) {
  return as_json(safety::test_time(prior(v), count(v, "r"), Hours{number(v, "M")}, number(v, "cl")));
}

VectorResult bayes_posterior(const json& v) {
  OCELLI_ASSIGN(const safety::GammaRate after, safety::posterior(prior(v), evidence(v, "T")));
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
  OCELLI_ASSIGN(const safety::GammaRate after, safety::posterior(prior(v), evidence(v, "T_h")));
  return as_json(safety::rate_quantile_fit(after, number(v, "cl")));
}

json as_list(const safety::Interval& interval) { return {interval.low, interval.high}; }

VectorResult binomial_ci95(const json& v) {
  const safety::Trials trials{count(v, "x"), count(v, "n")};
  OCELLI_ASSIGN(const safety::Interval exact, safety::clopper_pearson(trials, 0.95));
  OCELLI_ASSIGN(const safety::Interval score, safety::wilson(trials, 0.95));
  return json{{"clopper_pearson", as_list(exact)}, {"wilson", as_list(score)}};
}

VectorResult dc_lower_bound(const json& v) {
  const safety::Trials trials{count(v, "detected"), count(v, "injected")};
  OCELLI_ASSIGN(const double exact, safety::coverage_lower_bound(trials, number(v, "cl")));
  OCELLI_ASSIGN(const double score, safety::coverage_wilson_bound(trials, number(v, "cl")));
  return json{{"clopper_pearson", exact},
              {"wilson", score},
              {"point", static_cast<double>(trials.detected) / static_cast<double>(trials.injected)}};
}

VectorResult injections_zero_miss(const json& v) {
  return as_json(safety::zero_miss_injections(number(v, "dc"), number(v, "cl")));
}

VectorResult leveugle_n(const json& v) {
  return as_json(safety::sample_size(number(v, "N"), number(v, "e"), number(v, "t"), number(v, "p")));
}

Result<safety::Interval> combined(const json& v) {
  return safety::combined_coverage(v.at("inputs").at("dc").get<std::vector<double>>());
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
  OCELLI_ASSIGN(const double fit, e2e::residual_fit(v.at("inputs").at("crc_bits").get<int>(), number(v, "msg_per_s"),
                                                    number(v, "p_message_corrupted")));
  return json{{"fit", fit}, {"undetected_per_h", fit / safety::kFitPerHour}};
}

VectorResult arrhenius_af(const json& v) {
  return as_json(safety::arrhenius_factor(number(v, "ea_ev"), number(v, "t_use_c"), number(v, "t_stress_c")));
}

VectorResult sn29500_pi_t(const json& v) {
  const safety::Sn29500 part{number(v, "A"), number(v, "ea1"), number(v, "ea2"), number(v, "tref_k")};
  return as_json(safety::sn29500_factor(part, number(v, "t1_c"), number(v, "t2_c")));
}

VectorResult mission_profile(const json& v) {
  std::vector<safety::MissionPhase> phases;
  for (const json& phase : v.at("inputs").at("profile"))
    phases.push_back({phase.at("fraction").get<double>(), phase.at("t_c").get<double>()});
  return as_json(
      safety::mission_profile_fit(number(v, "lambda_ref_fit"), number(v, "t_ref_c"), number(v, "ea_ev"), phases));
}

VectorResult sprt(const json& v) {
  OCELLI_ASSIGN(const safety::SequentialTest test, safety::SequentialTest::create({.good_fit = number(v, "lambda0_fit"),
                                                                                   .bad_fit = number(v, "lambda1_fit"),
                                                                                   .alpha = number(v, "alpha"),
                                                                                   .beta = number(v, "beta")}));
  constexpr std::uint64_t kFailures = 100;
  json result = {{"slope_h", test.slope().count()}};
  for (std::uint64_t failures = 0; failures <= kFailures; ++failures) {
    result["accept_hours"][std::to_string(failures)] = test.accept_hours(failures).count();
    result["reject_hours"][std::to_string(failures)] = test.reject_hours(failures).count();
  }
  return result;
}

VectorResult poisson_cusum_arl(const json& v) {
  return as_json(safety::cusum_run_length(number(v, "mu"), number(v, "k"), number(v, "h")));
}

VectorResult poisson_cusum_k(const json& v) {
  return as_json(safety::cusum_reference(number(v, "mu0"), number(v, "mu1")));
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
