// FMEDA, PMHF, detection time and latency: one function per kind of vector.
#include <cmath>

#include "ocelli/launch/vectors/fields.hpp"
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

/// `key` of the vector's inputs, one or more.
Result<const json*> input_list(const json& vector, const char* key) {
  OCELLI_ASSIGN(const json* inputs, member(vector, "inputs"));
  return list_of(*inputs, key);
}

Result<Duration> milliseconds(double value, std::string_view name) {
  if (!(value >= 0.0 && value <= 1e12))
    return error(ErrorCode::kInvalidArgument, "{}: {} ms: expected 0 to 1e12 ms", name, value);
  return Duration(std::llround(value * 1e6));
}

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
  if (!row.is_array() || row.size() != 4)
    return error(ErrorCode::kInvalidArgument, "rows: {}: expected [name, FIT, coverage, class]", row.dump());
  OCELLI_ASSIGN(const std::string name, value_of<std::string>(row[0], "rows: name"));
  OCELLI_ASSIGN(const double fit, value_of<double>(row[1], fmt::format("row '{}': fit", name)));
  OCELLI_ASSIGN(const double coverage, value_of<double>(row[2], fmt::format("row '{}': coverage", name)));
  OCELLI_ASSIGN(const std::string kind, value_of<std::string>(row[3], fmt::format("row '{}': class", name)));
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
  OCELLI_ASSIGN(const json* rows, input_list(v, "rows"));
  for (const json& row : *rows) {
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
  OCELLI_ASSIGN(const auto in, inputs_of(v, "denominator"));
  OCELLI_ASSIGN(const json* rows, input_list(v, "rows"));
  safety::FailureRates rates{.safety_related = in[0]};
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string name = fmt::format("rows[{}]", i);
    OCELLI_ASSIGN(const std::vector<double> row, values_of<double>((*rows)[i], name));
    if (row.size() != 2 || !(row[0] >= 0.0 && row[0] <= 1e9) || !(row[1] >= 0.0 && row[1] <= 1.0))
      return error(ErrorCode::kInvalidArgument, "{}: {}: expected 0 to 1e9 FIT and a coverage of 0 to 1", name,
                   (*rows)[i].dump());
    rates.residual += row[0] * (1.0 - row[1]);
  }
  OCELLI_ASSIGN(const double spfm, safety::single_point_fault_metric(rates));
  return json{{"rf", rates.residual}, {"spfm", spfm}};
}

VectorResult pmhf_dual(const json& v) {
  OCELLI_ASSIGN(const auto in,
                inputs_of(v, "lambda_if_fit", "k_if_rf", "lambda_sm_fit", "k_sm_mpf", "T_lifetime_h", "tau_h"));
  OCELLI_ASSIGN(const safety::Pmhf pmhf, safety::pmhf_dual_point({.function_fit = in[0],
                                                                  .prevented = in[1],
                                                                  .mechanism_fit = in[2],
                                                                  .mechanism_noticed = in[3],
                                                                  .lifetime = Hours{in[4]},
                                                                  .test_interval = Hours{in[5]}}));
  return json{{"order_sm_then_if_fit", pmhf.mechanism_then_function_fit}, {"both_orders_fit", pmhf.both_orders_fit}};
}

VectorResult pfh_1oo2(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "lambda_d", "dc", "beta", "beta_d", "T1_h", "MTTR_h"));
  OCELLI_ASSIGN(const double pfh, safety::pfh_1oo2({.dangerous_per_h = in[0],
                                                    .coverage = in[1],
                                                    .beta = in[2],
                                                    .beta_detected = in[3],
                                                    .proof_test = Hours{in[4]},
                                                    .repair = Hours{in[5]}}));
  return json(pfh);
}

struct Tails {
  double p = 0.0;
  double confidence = 0.0;
};
Result<Tails> tails(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "p", "cl"));
  for (std::size_t i = 0; i < in.size(); ++i)
    if (!(in[i] > 0.0 && in[i] <= 1.0 - 1e-12))
      return error(ErrorCode::kInvalidArgument, "{}: {}: expected more than 0 and less than 1", i == 0 ? "p" : "cl",
                   in[i]);
  return Tails{in[0], in[1]};
}
VectorResult quantile_min_samples(const json& v) {
  OCELLI_ASSIGN(const Tails of, tails(v));
  return json(safety::samples_needed(of.p, of.confidence));
}
VectorResult quantile_upper_rank(const json& v) {
  constexpr std::uint64_t kMostSamples = 1'000'000'000;  // beyond, the binomial loses its digits and the search its end
  OCELLI_ASSIGN(const Tails of, tails(v));
  OCELLI_ASSIGN(const auto samples, inputs_of<std::uint64_t>(v, "n"));
  if (samples[0] > kMostSamples)
    return error(ErrorCode::kInvalidArgument, "n: {}: expected at most {}", samples[0], kMostSamples);
  const auto rank = safety::upper_bound_rank(samples[0], of.p, of.confidence);
  return rank ? json(*rank) : json(nullptr);
}

VectorResult ftti(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of(v, "fdti_ms", "frti_ms", "ftti_ms"));
  safety::TimingBudget budget;
  OCELLI_ASSIGN(budget.first, milliseconds(in[0], "fdti_ms"));
  OCELLI_ASSIGN(budget.frti, milliseconds(in[1], "frti_ms"));
  OCELLI_ASSIGN(budget.ftti, milliseconds(in[2], "ftti_ms"));
  OCELLI_ASSIGN(budget.least_margin, field_or(v["inputs"], "margin", 0.0));
  if (!(budget.least_margin >= 0.0 && budget.least_margin < 1.0))
    return error(ErrorCode::kInvalidArgument, "margin: {}: expected 0 to less than 1", budget.least_margin);
  return json{{"fhti_ms", to_milliseconds(budget.fdti() + budget.frti)}, {"ok", budget.holds()}};
}

Result<std::vector<Duration>> durations(const json& v, const char* key) {
  OCELLI_ASSIGN(const json* inputs, member(v, "inputs"));
  OCELLI_ASSIGN(const std::vector<double> values, fields_of<double>(*inputs, key));
  std::vector<Duration> result;
  for (const double value : values) {
    OCELLI_ASSIGN(const Duration one, milliseconds(value, key));
    result.push_back(one);
  }
  return result;
}

VectorResult chain_bound(const json& v) {
  OCELLI_ASSIGN(const std::vector<Duration> periods, durations(v, "periods_ms"));
  OCELLI_ASSIGN(const std::vector<Duration> responses, durations(v, "resp_ms"));
  if (responses.size() != periods.size())
    return error(ErrorCode::kInvalidArgument, "resp_ms: {}: expected one per period ({})", responses.size(),
                 periods.size());
  std::vector<safety::ChainStage> stages;
  for (std::size_t i = 0; i < periods.size(); ++i) stages.push_back({periods[i], responses[i]});
  OCELLI_ASSIGN(const Duration bound, safety::asynchronous_bound(stages));
  return json(to_milliseconds(bound));
}
VectorResult let_bound(const json& v) {
  OCELLI_ASSIGN(const std::vector<Duration> periods, durations(v, "periods_ms"));
  std::vector<safety::ChainStage> stages;
  for (const Duration period : periods) stages.push_back({period, 0ms});
  OCELLI_ASSIGN(const Duration bound, safety::logical_execution_bound(stages));
  return json{{"reaction_upper", to_milliseconds(bound)}};
}

/// Only full windows of k count.
VectorResult weakly_hard(const json& v) {
  OCELLI_ASSIGN(const auto in, inputs_of<std::uint32_t>(v, "m", "k"));
  const auto [m, k] = in;
  if (m < 1 || m > k || k > safety::FirmWindow::kMaxWindow)
    return error(ErrorCode::kInvalidArgument, "m {} of k {}: expected 1 <= m <= k <= {}", m, k,
                 safety::FirmWindow::kMaxWindow);
  safety::FirmWindow window(m, k);
  OCELLI_ASSIGN(const std::string pattern, field_of<std::string>(v["inputs"], "pattern"));
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
