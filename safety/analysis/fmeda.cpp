#include "ocelli/safety/analysis/fmeda.hpp"

#include <algorithm>
#include <array>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

class Evaluation {
 public:
  explicit Evaluation(const Sheet& sheet) : sheet_(sheet) {}

  Result<FmedaReport> run() {
    for (const Part& part : sheet_.parts) OCELLI_TRY(add_part(part));
    for (const Mechanism& mechanism : sheet_.mechanisms) report_.mechanisms.push_back(rate_of(mechanism));
    for (ModeResult& mode : report_.modes) OCELLI_TRY(add_to_metrics(mode));
    OCELLI_TRY(judge());
    return std::move(report_);
  }

 private:
  Status add_part(const Part& part) {
    OCELLI_ASSIGN(const double fit, part_fit(sheet_, part));
    if (!part.is_safety_related) {
      report_.qm_fit += fit;
      return ok();
    }
    for (const FailureMode& mode : part.failure_modes) {
      ModeResult result{.id = part.id + "/" + mode.id,
                        .effect = mode.effect,
                        .are_independent = mode.are_independent,
                        .fit = fit * mode.share};
      OCELLI_TRY(add_coverage(mode, result));
      report_.modes.push_back(std::move(result));
      sources_.push_back(&mode);
    }
    return ok();
  }

  Status add_coverage(const FailureMode& mode, ModeResult& result) {
    std::vector<double> coverages;
    for (const Cover& cover : mode.covered_by) {
      OCELLI_ASSIGN(CoverResult one, cover_of(cover, result.id));
      coverages.push_back(one.coverage);
      result.covers.push_back(std::move(one));
    }
    OCELLI_ASSIGN(result.combined, combined_coverage(coverages));
    result.coverage = mode.are_independent ? result.combined.high : result.combined.low;
    return ok();
  }

  Result<CoverResult> cover_of(const Cover& cover, const std::string& mode_id) {
    CoverResult result{.mechanism = cover.mechanism, .source = CoverageSource::kClaimed};
    if (cover.coverage) {
      result.coverage = *cover.coverage;
      return result;
    }
    double least = 1.0;
    std::string missing = "neither claimed nor measured through a mapping";
    for (const Mapping& mapping : sheet_.mappings) {
      if (mapping.failure_mode != mode_id) continue;
      const Measurement* measured = measurement_of(mapping.fault_model, cover.mechanism);
      if (measured == nullptr) {
        missing = fmt::format("mapped to fault model '{}', which was not measured on it", mapping.fault_model);
        result.measured.clear();
        break;
      }
      OCELLI_ASSIGN(const double bound,
                    coverage_lower_bound({measured->detected, measured->effective}, sheet_.confidence));
      least = std::min(least, bound);
      result.measured.push_back(measured);
    }
    result.source = result.measured.empty() ? CoverageSource::kUnmapped : CoverageSource::kMeasured;
    result.coverage = result.measured.empty() ? 0.0 : least;
    if (result.measured.empty())
      report_.notes.push_back(fmt::format("{}: coverage by '{}' is 0: {}", mode_id, cover.mechanism, missing));
    return result;
  }

  const Measurement* measurement_of(const std::string& fault_model, const std::string& mechanism) const {
    for (const Measurement& measured : sheet_.measurements)
      if (measured.fault_model == fault_model && measured.mechanism == mechanism) return &measured;
    return nullptr;
  }

  /// λ_SM and K_SM of a mechanism: all modes that disable it, and how many of those are found.
  MechanismResult rate_of(const Mechanism& mechanism) const {
    MechanismResult result{.id = mechanism.id};
    double found = 0.0;
    for (std::size_t i = 0; i < report_.modes.size(); ++i) {
      if (sources_[i]->disables != mechanism.id) continue;
      result.fit += report_.modes[i].fit;
      found += report_.modes[i].fit * report_.modes[i].coverage;
    }
    if (result.fit > 0.0) result.noticed = found / result.fit;
    return result;
  }

  Status add_to_metrics(ModeResult& mode) {
    mode.rates.safety_related = mode.fit;
    if (mode.effect == Effect::kIndirect) mode.rates.latent = mode.fit * (1.0 - mode.coverage);
    if (mode.effect == Effect::kDirect) OCELLI_TRY(add_direct(mode));
    report_.rates += mode.rates;
    report_.pmhf_parts.residual_fit += mode.pmhf.residual_fit;
    report_.pmhf_parts.mechanism_then_function_fit += mode.pmhf.mechanism_then_function_fit;
    report_.pmhf_parts.both_orders_fit += mode.pmhf.both_orders_fit;
    return ok();
  }

  Status add_direct(ModeResult& mode) {
    const double left = mode.fit * (1.0 - mode.coverage);
    (mode.covers.empty() ? mode.rates.single_point : mode.rates.residual) = left;
    mode.rates.latent = mode.fit * std::max(0.0, mode.coverage - reported_coverage(mode));
    best_case_left_ += mode.fit * (1.0 - mode.combined.high);
    return add_dual_points(mode, left);
  }

  std::size_t index_of(const std::string& mechanism) const {
    const auto at = std::find_if(sheet_.mechanisms.begin(), sheet_.mechanisms.end(),
                                 [&](const Mechanism& m) { return m.id == mechanism; });
    OCELLI_EXPECT(at != sheet_.mechanisms.end());
    return static_cast<std::size_t>(at - sheet_.mechanisms.begin());
  }

  /// What someone gets to know of: faults handled by mechanisms that report.
  double reported_coverage(const ModeResult& mode) const {
    double best = 0.0;
    double missed = 1.0;
    for (const CoverResult& cover : mode.covers) {
      if (!sheet_.mechanisms[index_of(cover.mechanism)].is_reporting) continue;
      best = std::max(best, cover.coverage);
      missed *= 1.0 - cover.coverage;
    }
    return mode.are_independent ? 1.0 - missed : best;
  }

  /// The covered part is lost together with any one of its mechanisms: never too small for several of them.
  Status add_dual_points(ModeResult& mode, double left) {
    mode.pmhf = {left, left, left};
    for (const CoverResult& cover : mode.covers) {
      const std::size_t index = index_of(cover.mechanism);
      OCELLI_ASSIGN(const Pmhf pair,
                    pmhf_dual_point({.function_fit = mode.fit,
                                     .prevented = mode.coverage,
                                     .mechanism_fit = report_.mechanisms[index].fit,
                                     .mechanism_noticed = report_.mechanisms[index].noticed,
                                     .lifetime = Hours{sheet_.lifetime_h},
                                     .test_interval = Hours{sheet_.mechanisms[index].test_interval_h}}));
      mode.pmhf.mechanism_then_function_fit += pair.mechanism_then_function_fit - pair.residual_fit;
      mode.pmhf.both_orders_fit += pair.both_orders_fit - pair.residual_fit;
    }
    return ok();
  }

  Status judge() {
    const auto targets = asil_targets(sheet_.asil);
    OCELLI_ASSIGN(report_.spfm.value, single_point_fault_metric(report_.rates));
    OCELLI_ASSIGN(const auto lfm, latent_fault_metric(report_.rates));
    report_.lfm.value = lfm.value_or(0.0);
    if (!lfm)
      report_.notes.emplace_back("LFM is 0: every fault is single-point or residual, none is left to be latent");
    report_.pmhf.value = report_.pmhf_parts.both_orders_fit;
    report_.spfm_if_independent = 1.0 - best_case_left_ / report_.rates.safety_related;
    if (!targets) {
      report_.notes.push_back(fmt::format("ASIL {} has no targets", to_string(sheet_.asil)));
      return ok();
    }
    report_.spfm = {report_.spfm.value, targets->spfm, report_.spfm.value >= targets->spfm};
    report_.lfm = {report_.lfm.value, targets->lfm, report_.lfm.value >= targets->lfm};
    report_.pmhf = {report_.pmhf.value, targets->pmhf_fit, report_.pmhf.value < targets->pmhf_fit};
    if (targets->is_pmhf_recommended_only) report_.notes.emplace_back("the PMHF target of ASIL B is a recommendation");
    return ok();
  }

  const Sheet& sheet_;
  FmedaReport report_;
  std::vector<const FailureMode*> sources_;  // of report_.modes
  double best_case_left_ = 0.0;
};

}  // namespace

std::string_view to_string(CoverageSource source) {
  constexpr std::array<std::string_view, 4> kTexts = {"none", "claimed", "measured", "not measured"};
  return kTexts[static_cast<std::size_t>(source)];
}

Result<FmedaReport> evaluate(const Sheet& sheet) { return Evaluation(sheet).run(); }

}  // namespace ocelli::safety
