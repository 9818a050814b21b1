// FMEDA, PMHF, detection time and latency: one function per kind of vector.
#include <cmath>

#include "ocelli/launch/vectors/vectors.hpp"
#include "ocelli/safety/analysis/fmeda.hpp"
#include "ocelli/safety/analysis/metrics.hpp"
#include "ocelli/safety/analysis/sheet.hpp"
#include "ocelli/safety/monitor/chain_bound.hpp"
#include "ocelli/safety/monitor/quantile_bound.hpp"
#include "ocelli/safety/monitor/supervision.hpp"
#include "ocelli/safety/monitor/timing.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;
using safety::Hours;

const json& input(const json& vector, const char* key) { return vector.at("inputs").at(key); }
double number(const json& vector, const char* key) { return input(vector, key).get<double>(); }
Duration milliseconds(const json& value) { return Duration(std::llround(value.get<double>() * 1e6)); }

VectorResult asil_targets(const json&) {
  json targets;
  for (const safety::Asil asil : {safety::Asil::kD, safety::Asil::kC, safety::Asil::kB, safety::Asil::kA}) {
    json& target = targets[std::string(to_string(asil))];
    if (const auto of = safety::asil_targets(asil))
      target = {{"spfm", of->spfm}, {"lfm", of->lfm}, {"pmhf_fit", of->pmhf_fit}};
  }
  return targets;
}

/// [name, FIT, coverage, class]: a part with one failure mode.
Result<safety::Part> part_of(const json& row) {
  const auto kind = row.at(3).get<std::string>();
  const double fit = row.at(1).get<double>();
  const double coverage = row.at(2).get<double>();
  const auto name = row.at(0).get<std::string>();
  if (!(fit >= 0.0 && fit <= 1e9))
    return error(ErrorCode::kInvalidArgument, "row '{}': fit: {} FIT: expected 0 to 1e9", name, fit);
  if (!(coverage >= 0.0 && coverage <= 1.0))
    return error(ErrorCode::kInvalidArgument, "row '{}': coverage: {}: expected 0 to 1", name, coverage);
  safety::Part part;
  part.id = name;
  part.fit = fit;
  part.is_safety_related = kind != "QM";
  safety::FailureMode mode;
  mode.id = "any";
  mode.share = 1.0;
  mode.effect = safety::Effect::kSafe;
  if (kind == "SPF" || kind == "RF") mode.effect = safety::Effect::kDirect;
  if (kind == "MPF" || kind == "LAT") mode.effect = safety::Effect::kIndirect;
  if (mode.effect == safety::Effect::kSafe && kind != "SAFE" && kind != "QM")
    return error(ErrorCode::kUnsupported, "row '{}': unknown class '{}'", name, kind);
  if (mode.effect != safety::Effect::kSafe && coverage > 0.0)
    mode.covered_by.push_back({.mechanism = "mechanism", .coverage = coverage, .rationale = "vector"});
  part.failure_modes.push_back(std::move(mode));
  return part;
}

VectorResult fmeda(const json& v) {
  safety::Sheet sheet;
  sheet.mechanisms.push_back({.id = "mechanism", .meaning = "of the vector"});
  for (const json& row : input(v, "rows")) {
    OCELLI_ASSIGN(safety::Part part, part_of(row));
    sheet.parts.push_back(std::move(part));
  }
  OCELLI_ASSIGN(const safety::FmedaReport report, safety::evaluate(sheet));
  return json{{"lambda_sr", report.rates.safety_related},
              {"rf", report.rates.single_point + report.rates.residual},
              {"latent", report.rates.latent},
              {"spfm", report.spfm.value},
              {"lfm", report.lfm.value},
              {"pmhf_sp_rf", report.pmhf_parts.residual_fit}};
}

/// [FIT, coverage] rows against a denominator that is given.
VectorResult fmeda_residual_sum(const json& v) {
  safety::FailureRates rates{.safety_related = number(v, "denominator")};
  for (const json& row : input(v, "rows")) rates.residual += row.at(0).get<double>() * (1.0 - row.at(1).get<double>());
  OCELLI_ASSIGN(const double spfm, safety::single_point_fault_metric(rates));
  return json{{"rf", rates.residual}, {"spfm", spfm}};
}

VectorResult pmhf_dual(const json& v) {
  OCELLI_ASSIGN(const safety::Pmhf pmhf, safety::pmhf_dual_point({.function_fit = number(v, "lambda_if_fit"),
                                                                  .prevented = number(v, "k_if_rf"),
                                                                  .mechanism_fit = number(v, "lambda_sm_fit"),
                                                                  .mechanism_noticed = number(v, "k_sm_mpf"),
                                                                  .lifetime = Hours{number(v, "T_lifetime_h")},
                                                                  .test_interval = Hours{number(v, "tau_h")}}));
  return json{{"order_sm_then_if_fit", pmhf.mechanism_then_function_fit}, {"both_orders_fit", pmhf.both_orders_fit}};
}

VectorResult pfh_1oo2(const json& v) {
  OCELLI_ASSIGN(const double pfh, safety::pfh_1oo2({.dangerous_per_h = number(v, "lambda_d"),
                                                    .coverage = number(v, "dc"),
                                                    .beta = number(v, "beta"),
                                                    .beta_detected = number(v, "beta_d"),
                                                    .proof_test = Hours{number(v, "T1_h")},
                                                    .repair = Hours{number(v, "MTTR_h")}}));
  return json(pfh);
}

Status check_tails(const json& v) {
  for (const char* key : {"p", "cl"})
    if (const double value = number(v, key); !(value > 0.0 && value <= 1.0 - 1e-12))
      return error(ErrorCode::kInvalidArgument, "{}: {}: expected more than 0 and less than 1", key, value);
  return ok();
}
VectorResult quantile_min_samples(const json& v) {
  OCELLI_TRY(check_tails(v));
  return json(safety::samples_needed(number(v, "p"), number(v, "cl")));
}
VectorResult quantile_upper_rank(const json& v) {
  OCELLI_TRY(check_tails(v));
  const auto rank = safety::upper_bound_rank(input(v, "n").get<std::uint64_t>(), number(v, "p"), number(v, "cl"));
  return rank ? json(*rank) : json(nullptr);
}

VectorResult ftti(const json& v) {
  safety::TimingBudget budget;
  budget.first = milliseconds(input(v, "fdti_ms"));
  budget.frti = milliseconds(input(v, "frti_ms"));
  budget.ftti = milliseconds(input(v, "ftti_ms"));
  budget.least_margin = v.at("inputs").value("margin", 0.0);
  return json{{"fhti_ms", to_milliseconds(budget.fdti() + budget.frti)}, {"ok", budget.holds()}};
}

Result<std::vector<safety::ChainStage>> stages(const json& v, bool has_responses) {
  const json& periods = input(v, "periods_ms");
  std::vector<safety::ChainStage> stages;
  for (std::size_t i = 0; i < periods.size(); ++i)
    stages.push_back({milliseconds(periods.at(i)), has_responses ? milliseconds(input(v, "resp_ms").at(i)) : 0ms});
  if (has_responses && input(v, "resp_ms").size() != stages.size())
    return error(ErrorCode::kInvalidArgument, "resp_ms: expected one per period");
  return stages;
}
VectorResult chain_bound(const json& v) {
  OCELLI_ASSIGN(const auto of, stages(v, true));
  OCELLI_ASSIGN(const Duration bound, safety::asynchronous_bound(of));
  return json(to_milliseconds(bound));
}
VectorResult let_bound(const json& v) {
  OCELLI_ASSIGN(const auto of, stages(v, false));
  OCELLI_ASSIGN(const Duration bound, safety::logical_execution_bound(of));
  return json{{"reaction_upper", to_milliseconds(bound)}};
}

/// Only full windows of k count.
VectorResult weakly_hard(const json& v) {
  const auto m = input(v, "m").get<std::uint32_t>();
  const auto k = input(v, "k").get<std::uint32_t>();
  if (m < 1 || m > k || k > safety::FirmWindow::kMaxWindow)
    return error(ErrorCode::kInvalidArgument, "m {} of k {}: expected 1 <= m <= k <= {}", m, k,
                 safety::FirmWindow::kMaxWindow);
  safety::FirmWindow window(m, k);
  const auto pattern = input(v, "pattern").get<std::string>();
  bool holds = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '0' && pattern[i] != '1')
      return error(ErrorCode::kInvalidArgument, "pattern: '{}': expected 0 or 1", pattern[i]);
    if (!window.add(pattern[i] == '1') && i + 1 >= k) holds = false;
  }
  return json(holds);
}

}  // namespace

std::vector<VectorKind> fit_vector_kinds() {
  std::vector<VectorKind> kinds = rate_vector_kinds();
  kinds.insert(kinds.end(), {{"asil_targets", &asil_targets},
                             {"fmeda", &fmeda},
                             {"fmeda_published_error", &fmeda},
                             {"fmeda_residual_sum", &fmeda_residual_sum},
                             {"pmhf_dual", &pmhf_dual},
                             {"iec61508_pfh_1oo2", &pfh_1oo2},
                             {"quantile_min_samples", &quantile_min_samples},
                             {"quantile_upper_rank", &quantile_upper_rank},
                             {"ftti", &ftti},
                             {"chain_bound", &chain_bound},
                             {"let_bound", &let_bound},
                             {"weakly_hard", &weakly_hard}});
  return kinds;
}

}  // namespace ocelli::launch
