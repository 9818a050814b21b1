// `ocelli fmeda SHEET.yaml`: SPFM, LFM and PMHF with everything they are made of.
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/safety/analysis/fmeda.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;
using namespace safety;

struct Options {
  std::string sheet;
  bool is_json = false;
};

std::string_view to_text(Effect effect) { return enum_names(effect)[static_cast<std::size_t>(effect)].first; }

std::string describe(const CoverResult& cover, double confidence) {
  std::string text = fmt::format("{} {:.4f} {}", cover.mechanism, cover.coverage, to_string(cover.source));
  for (const Measurement* m : cover.measured)
    text += fmt::format(" [{}: {} of {} effective of {} injected, {:g} % bound]", m->fault_model, m->detected,
                        m->effective, m->injected, 100.0 * confidence);
  return text;
}

void print_modes(const Sheet& sheet, const FmedaReport& report) {
  std::size_t width = 12;
  for (const ModeResult& mode : report.modes) width = std::max(width, mode.id.size());
  fmt::print("{:<{}}  {:<8} {:>10} {:>9} {:>10} {:>10} {:>10}  covered by\n", "failure mode", width, "effect", "FIT",
             "coverage", "SPF FIT", "RF FIT", "latent FIT");
  for (const ModeResult& mode : report.modes) {
    std::vector<std::string> covers;
    for (const CoverResult& cover : mode.covers) covers.push_back(describe(cover, sheet.confidence));
    fmt::print("{:<{}}  {:<8} {:>10.4f} {:>9.4f} {:>10.4f} {:>10.4f} {:>10.4f}  {}{}\n", mode.id, width,
               to_text(mode.effect), mode.fit, mode.coverage, mode.rates.single_point, mode.rates.residual,
               mode.rates.latent, fmt::join(covers, "; "), mode.are_independent ? " (independent)" : "");
  }
}

void print_metric(const char* name, const MetricVerdict& metric, const char* unit, double scale, const char* relation) {
  const std::string target = metric.target ? fmt::format("{} {:g} {}  {}", relation, *metric.target * scale, unit,
                                                         metric.is_met ? "met" : "NOT MET")
                                           : "no target";
  fmt::print("{:<5} {:>10.4f} {:<4} {}\n", name, metric.value * scale, unit, target);
}

void print_report(const Sheet& sheet, const FmedaReport& report) {
  fmt::print("{}, ASIL {}, lifetime {:g} h\n\n", sheet.name, to_string(sheet.asil), sheet.lifetime_h);
  print_modes(sheet, report);
  fmt::print("\n{:<24} {:>10}  {}\n", "mechanism", "lost FIT", "found before a second fault");
  for (const MechanismResult& m : report.mechanisms) fmt::print("{:<24} {:>10.4f}  {:.4f}\n", m.id, m.fit, m.noticed);
  const FailureRates& rates = report.rates;
  fmt::print("\nsafety-related {:.4f} FIT (QM parts, in no denominator: {:.4f} FIT)\n", rates.safety_related,
             report.qm_fit);
  fmt::print("SPFM = 1 - ({:.4f} + {:.4f}) / {:.4f}    LFM = 1 - {:.4f} / {:.4f}\n", rates.single_point, rates.residual,
             rates.safety_related, rates.latent, rates.safety_related - rates.single_point - rates.residual);
  fmt::print("PMHF = {:.6f} residual + {:.6f} dual-point, both orders (mechanism first: {:.6f}) FIT\n\n",
             report.pmhf_parts.residual_fit, report.pmhf_parts.both_orders_fit - report.pmhf_parts.residual_fit,
             report.pmhf_parts.mechanism_then_function_fit - report.pmhf_parts.residual_fit);
  print_metric("SPFM", report.spfm, "%", 100.0, ">=");
  print_metric("LFM", report.lfm, "%", 100.0, ">=");
  print_metric("PMHF", report.pmhf, "FIT", 1.0, "<");
  fmt::print("(SPFM at most {:.4f} % if all mechanisms were independent)\n", 100.0 * report.spfm_if_independent);
  for (const std::string& note : report.notes) fmt::print("note: {}\n", note);
}

json to_json(const MetricVerdict& metric) {
  return {{"value", metric.value},
          {"target", metric.target ? json(*metric.target) : json(nullptr)},
          {"is_met", metric.is_met}};
}

json to_json(const Measurement& m) {
  return {{"fault_model", m.fault_model},
          {"injected", m.injected},
          {"effective", m.effective},
          {"detected", m.detected},
          {"source", m.source}};
}

json to_json(const ModeResult& mode) {
  json result = {{"id", mode.id},
                 {"effect", to_text(mode.effect)},
                 {"fit", mode.fit},
                 {"coverage", mode.coverage},
                 {"coverage_between", {mode.combined.low, mode.combined.high}},
                 {"single_point_fit", mode.rates.single_point},
                 {"residual_fit", mode.rates.residual},
                 {"latent_fit", mode.rates.latent},
                 {"covered_by", json::array()}};
  for (const CoverResult& cover : mode.covers) {
    json one = {{"mechanism", cover.mechanism}, {"coverage", cover.coverage}, {"source", to_string(cover.source)}};
    for (const Measurement* measured : cover.measured) one["measured"].push_back(to_json(*measured));
    result["covered_by"].push_back(std::move(one));
  }
  return result;
}

json to_json(const Sheet& sheet, const FmedaReport& report) {
  json result = {{"name", sheet.name},
                 {"asil", to_string(sheet.asil)},
                 {"safety_related_fit", report.rates.safety_related},
                 {"single_point_fit", report.rates.single_point},
                 {"residual_fit", report.rates.residual},
                 {"latent_fit", report.rates.latent},
                 {"qm_fit", report.qm_fit},
                 {"spfm", to_json(report.spfm)},
                 {"lfm", to_json(report.lfm)},
                 {"pmhf_fit", to_json(report.pmhf)},
                 {"pmhf_parts",
                  {{"residual_fit", report.pmhf_parts.residual_fit},
                   {"mechanism_then_function_fit", report.pmhf_parts.mechanism_then_function_fit},
                   {"both_orders_fit", report.pmhf_parts.both_orders_fit}}},
                 {"spfm_if_independent", report.spfm_if_independent},
                 {"is_met", report.is_met()},
                 {"notes", report.notes},
                 {"failure_modes", json::array()},
                 {"mechanisms", json::array()}};
  for (const ModeResult& mode : report.modes) result["failure_modes"].push_back(to_json(mode));
  for (const MechanismResult& m : report.mechanisms)
    result["mechanisms"].push_back({{"id", m.id}, {"fit", m.fit}, {"noticed", m.noticed}});
  return result;
}

Result<bool> run(const Options& options) {
  OCELLI_ASSIGN(const Sheet sheet, load_sheet(options.sheet));
  OCELLI_ASSIGN(const FmedaReport report, evaluate(sheet));
  if (options.is_json)
    fmt::print("{}\n", to_json(sheet, report).dump(2));
  else
    print_report(sheet, report);
  return report.is_met();
}

}  // namespace

void declare_fmeda(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  command.add_option("SHEET", options->sheet, "YAML sheet (docs/fit.md)")->required();
  command.add_flag("--json", options->is_json, "all numbers as JSON");
  command.footer("Exit status: 0 targets met (or none for this ASIL), 1 not met, 2 bad sheet.");
  command.callback([options, &exit_status] {
    const Result<bool> is_met = run(*options);
    exit_status = is_met ? (*is_met ? kExitOk : kExitVerdictFailed) : report_error(is_met.error());
  });
}

}  // namespace ocelli::launch
