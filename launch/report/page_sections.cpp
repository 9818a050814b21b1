// Sections with the measurements: faults, latency, tracking.
#include "ocelli/launch/report/html.hpp"
#include "ocelli/launch/report/page.hpp"
#include "ocelli/launch/report/plots.hpp"

namespace ocelli::report {
namespace {

std::string seconds(const RunData& run, Time at) { return fmt::format("{:.3f} s", run.seconds(at)); }

void injection_row(Table& table, const RunData& run, const InjectionResult& i) {
  const std::string what = i.magnitude != 0.0 ? fmt::format("{} {:g} {}", i.kind, i.magnitude, i.unit) : i.kind;
  const std::string mode = !i.mode_reached.empty() ? i.mode_reached
                           : i.mode_before.empty() ? "–"
                                                   : "stayed " + i.mode_before;
  table.row({{what, "nowrap"},
             {i.target, "nowrap"},
             number(seconds(run, i.onset)),
             number(i.end ? seconds(run, *i.end) : "end"),
             {i.expected ? i.expected->fault : "not declared", "nowrap"},
             number(ms(i.detected_after)),
             number(i.expected ? fmt::format("{:.0f} ms", to_milliseconds(i.expected->limit)) : "–"),
             number(ms(i.reacted_after)),
             {mode, "nowrap"},
             {i.verdict, i.is_ok ? "ok nowrap" : "bad-text"}});
}

std::string injection_table(const RunData& run, const FaultReport& faults) {
  Table table(
      {"injected", "target", ">onset", ">until", "fault", ">detected after", ">limit", ">mode after", "mode", "result"},
      {"", "", "as the injector logged it", "", "the fault that had to be confirmed", "onset to confirmation", "",
       "reaction time: onset to mode change"});
  for (const InjectionResult& i : faults.injections) injection_row(table, run, i);
  for (const std::string& name : faults.not_injected)
    table.row({{name, {}}, {}, number("never"), {}, {}, {}, {}, {}, {}, {"declared, but never injected", "bad-text"}});
  return table.is_empty() ? "" : table.str();
}

std::string episode_table(const RunData& run, const FaultReport& faults) {
  Table table(
      {"fault", "at fault", "ASIL", ">evidence", ">confirmed", ">healed", ">value", ">limit", "role", "detail"});
  for (const FaultEpisode& e : faults.episodes) {
    if (!e.confirmed) continue;
    const bool is_wrong = e.role == FaultRole::kFalseAlarm || e.role == FaultRole::kUnexpected;
    table.row({{e.id, "nowrap"},
               {e.entity, "nowrap"},
               {e.asil, {}},
               {seconds(run, e.evidence), {}},
               {seconds(run, *e.confirmed), {}},
               {e.healed ? seconds(run, *e.healed) : "active", {}},
               {fmt::format("{:.4g} {}", e.value, e.unit), {}},
               {fmt::format("{:.4g} {}", e.limit, e.unit), {}},
               {to_string(e.role), is_wrong ? "bad-text nowrap" : "nowrap"},
               {e.detail, {}}});
  }
  return table.is_empty() ? "" : small_heading("Confirmed faults") + table.str();
}

std::string alarm_text(const FaultReport& faults) {
  if (!faults.false_alarm_bound_per_hour)
    return "There was no time without injection under a monitor, so nothing can be said about the false-alarm rate.";
  return fmt::format(
      "False alarms: {} in {:.1f} s without injection. Upper 95 % confidence bound of the false-alarm rate: {:.4g} per "
      "hour{}.",
      faults.false_alarms, to_seconds(faults.exposure), *faults.false_alarm_bound_per_hour,
      faults.false_alarms == 0 ? " (-ln 0.05 / time)" : " (chi-square)");
}

std::string budget_text(Duration budget) {
  return budget > Duration::zero() ? fmt::format("{:.0f} ms", to_milliseconds(budget)) : "none";
}

Cell count(std::size_t value) { return {fmt::format("{}", value), value > 0 ? "warn" : ""}; }

/// One row for all reactions, and one for those outside injections when there were any.
void reaction_rows(Table& table, const ChainLatency& c, bool has_injections) {
  const auto row = [&](const std::string& name, const Distribution& d, Cell late, Cell unanswered) {
    table.row({{name, "nowrap"},
               number(fmt::format("{}", d.count)),
               number(ms(d.p50)),
               number(ms(d.p99)),
               number(p99_bound(d)),
               number(ms(d.max)),
               number(budget_text(c.info.reaction_budget)),
               std::move(late),
               std::move(unanswered)});
  };
  if (has_injections && c.reaction_quiet.count > 0)
    row(c.info.name + ", undisturbed", c.reaction_quiet, count(c.late_quiet), {});
  row(c.info.name + (has_injections ? ", injections included" : ""), c.reaction, count(c.late), count(c.unanswered));
}

std::string latency_tables(const std::vector<ChainLatency>& chains, bool has_injections) {
  const std::string bound_note = "upper 95 % confidence bound, distribution-free";
  Table reactions({"reaction time", ">inputs", ">p50", ">p99", ">p99 bound", ">max", ">budget", ">late", ">unanswered"},
                  {"acquisition of an input to publication of the first output made from it or a later one", "", "", "",
                   bound_note, "", "", "over budget, unanswered included", "inputs that never led to an output"});
  Table ages({"data age", ">outputs", ">p50", ">p99", ">p99 bound", ">max", ">budget", ">too old"},
             {"publication of an output minus acquisition of the oldest input in it", "", "", "", bound_note});
  for (const ChainLatency& c : chains) {
    if (!c.absent.empty()) continue;  // said where its plot would be
    reaction_rows(reactions, c, has_injections);
    ages.row({{c.info.name, "nowrap"},
              number(fmt::format("{}", c.age.count)),
              number(ms(c.age.p50)),
              number(ms(c.age.p99)),
              number(p99_bound(c.age)),
              number(ms(c.age.max)),
              number(budget_text(c.info.age_budget)),
              count(c.old)});
  }
  return reactions.is_empty() ? "" : reactions.str() + ages.str();
}

Cell share(std::optional<double> value) { return number(decimal(value, 3)); }

void score_row(Table& table, const std::string& name, const Score& s) {
  table.row({{name, "nowrap"},
             number(fmt::format("{}", s.truth)),
             share(s.recall()),
             number(fmt::format("{}", s.tracks)),
             share(s.precision()),
             number(s.found > 0 ? fmt::format("{:.1f} %",
                                              100.0 * static_cast<double>(s.right_class) / static_cast<double>(s.found))
                                : "–"),
             number(s.position_rmse_m() ? decimal(s.position_rmse_m(), 2) + " m" : "–"),
             number(s.velocity_rmse_mps() ? decimal(s.velocity_rmse_mps(), 2) + " m/s" : "–"),
             number(fmt::format("{}", s.switches))});
}

std::string score_table(const TrackingReport& tracking) {
  Table table({"", ">truth", ">recall", ">tracks", ">precision", ">class right", ">position RMSE", ">velocity RMSE",
               ">id switches"},
              {"", "true objects to be found, counted per frame", "", "tracks to be right, counted per frame"});
  score_row(table, "all", tracking.undisturbed);
  for (const ClassScore& row : tracking.classes)
    if (row.score.truth + row.score.tracks > 0) score_row(table, to_string(row.classification), row.score);
  score_row(table, "all, injections included", tracking.whole);
  return table.str();
}

std::string tracking_text(const TrackingReport& t) {
  std::string out = fmt::format("{} tracks messages compared with truth", t.frames);
  out += t.unanswered > 0
             ? fmt::format("; {} frames of truth without tracks, their objects count as missed", t.unanswered)
             : "";
  out += t.uncompared > 0 ? fmt::format("; {} tracks messages without truth at their time", t.uncompared) : "";
  out +=
      t.hidden > 0 ? fmt::format("; {} of the wrong tracks sit on an object that gave no lidar return", t.hidden) : "";
  out += ". Frames during an injection and its settle time count in the last row only.";
  return out + (t.is_world ? "" : " Tracks are relative to the vehicle: their velocities were not compared.");
}

}  // namespace

std::string fault_section(const RunData& run, const Results& results) {
  const FaultReport& faults = results.faults;
  std::string out = heading("Faults and modes");
  if (run.modes.empty())
    out += absent("the monitor reported no state in this recording: silence here does not mean that nothing was wrong");
  const std::string line = fault_time_line(run, faults);
  if (!line.empty())
    out += legend({{"inject", "injected"},
                   {"pending", "evidence"},
                   {"expected", "confirmed, expected"},
                   {"other", "confirmed, declared consequence"},
                   {"late", "confirmed, unexpected"},
                   {"grid", "mode starting"},
                   {"nominal", "mode nominal"},
                   {"degraded", "mode degraded"}}) +
           figure(line);
  if (faults.injections.empty()) {
    out += paragraph("Nothing was injected in this run.");
  } else {
    out += "<div class=\"trio\">";
    for (const InjectionResult& i : faults.injections) out += figure(injection_close_up(i), i.kind + " " + i.target);
    out += "</div>\n";
  }
  return out + injection_table(run, faults) + episode_table(run, faults) + paragraph(alarm_text(faults));
}

std::string latency_section(const RunData& run, const Results& results) {
  std::string out = heading("Latency of chains");
  if (results.chains.empty()) return out + absent("no chain is declared for this run");
  out += latency_tables(results.chains, !results.faults.injections.empty());
  for (std::size_t i = 0; i < results.chains.size(); ++i) {
    const ChainLatency& c = results.chains[i];
    out += small_heading(fmt::format("{}: {} → {}", c.info.name, c.info.from, c.info.to));
    if (!c.absent.empty()) out += absent(c.absent);
    const std::string histogram = latency_histogram(c);
    if (!histogram.empty())
      out += "<figure class=\"pair\">" + histogram + latency_over_time(c, run, results.faults, i) + "</figure>\n";
  }
  return out;
}

std::string tracking_section(const RunData& run, const Results& results) {
  const TrackingReport& tracking = results.tracking;
  std::string out = heading("Tracking");
  if (tracking.absent.empty())
    out += score_table(tracking) + paragraph(tracking_text(tracking), "note");
  else
    out += absent(tracking.absent + ": precision and recall cannot be computed");
  if (run.tracks.empty()) return out;
  out += legend({{"car", "car"},
                 {"truck", "truck"},
                 {"pedestrian", "pedestrian"},
                 {"cyclist", "cyclist"},
                 {"unknown", "unknown"},
                 {"truth", "truth (dashed)"},
                 {"ego", "vehicle"}});
  const std::string map = path_map(run);
  out += map.empty() ? absent("tracks are relative to the vehicle and its motion is unknown: no map of the run")
                     : figure(map, "Way of the vehicle, trails of all tracks, truth in grey.");
  out += "<div class=\"quad\">";
  for (const Moment& moment : bird_eye_moments(run, 4)) out += figure(moment.svg, moment.title);
  return out + "</div>\n" +
         paragraph(
             "Seen from above in the vehicle frame, forward is up. Lines from boxes show where they will be in one "
             "second; truth with fewer than 10 lidar returns is faint.",
             "note");
}

}  // namespace ocelli::report
