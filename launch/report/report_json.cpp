#include "ocelli/launch/report/report_json.hpp"

#include <nlohmann/json.hpp>

namespace ocelli::report {
namespace {

using Json = nlohmann::ordered_json;

Json ms(std::optional<Duration> d) { return d ? Json(to_milliseconds(*d)) : Json(nullptr); }
Json maybe(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json json_of(const Distribution& d) {
  if (d.count == 0) return {{"count", 0}};
  return {{"count", d.count},    {"min_ms", ms(d.min)}, {"p50_ms", ms(d.p50)},
          {"p99_ms", ms(d.p99)}, {"max_ms", ms(d.max)}, {"p99_upper_ms", ms(d.p99_upper)}};
}

Json json_of(const ChainLatency& c) {
  Json out = {{"name", c.info.name},
              {"from", c.info.from},
              {"to", c.info.to},
              {"reaction_budget_ms", ms(c.info.reaction_budget)},
              {"age_budget_ms", ms(c.info.age_budget)}};
  if (!c.absent.empty()) out["absent"] = c.absent;
  out.update({{"inputs", c.inputs},
              {"outputs", c.outputs},
              {"unrelated_outputs", c.unrelated},
              {"reaction", json_of(c.reaction)},
              {"reaction_undisturbed", json_of(c.reaction_quiet)},
              {"late", c.late},
              {"late_undisturbed", c.late_quiet},
              {"unanswered", c.unanswered},
              {"age", json_of(c.age)},
              {"over_age", c.old}});
  return out;
}

Json json_of(const InjectionResult& i, const RunData& run, const FaultReport& faults) {
  Json out = {{"kind", i.kind},
              {"target", i.target},
              {"magnitude", i.magnitude},
              {"unit", i.unit},
              {"onset_s", run.seconds(i.onset)}};
  out["until_s"] = i.end ? Json(run.seconds(*i.end)) : Json(nullptr);
  out["expected_fault"] = i.expected ? Json(i.expected->fault) : Json(nullptr);
  out["fault"] = i.episode ? Json(faults.episodes[*i.episode].id) : Json(nullptr);
  out["evidence_after_ms"] = ms(i.evidence_after);
  out["detected_after_ms"] = ms(i.detected_after);
  out["limit_ms"] = i.expected ? ms(i.expected->limit) : Json(nullptr);
  out["reacted_after_ms"] = ms(i.reacted_after);
  out["mode_reached"] = i.mode_reached.empty() ? Json(nullptr) : Json(i.mode_reached);
  out["ok"] = i.is_ok;
  out["verdict"] = i.verdict;
  return out;
}

Json json_of(const FaultEpisode& e, const RunData& run) {
  return {{"id", e.id},
          {"entity", e.entity},
          {"asil", e.asil},
          {"evidence_s", run.seconds(e.evidence)},
          {"confirmed_s", e.confirmed ? Json(run.seconds(*e.confirmed)) : Json(nullptr)},
          {"healed_s", e.healed ? Json(run.seconds(*e.healed)) : Json(nullptr)},
          {"value", e.value},
          {"limit", e.limit},
          {"unit", e.unit},
          {"role", to_string(e.role)}};
}

Json json_of(const FaultReport& faults, const RunData& run) {
  Json out = {{"is_monitored", !run.modes.empty()},
              {"injections", Json::array()},
              {"not_injected", faults.not_injected},
              {"episodes", Json::array()},
              {"modes", Json::array()}};
  for (const InjectionResult& i : faults.injections) out["injections"].push_back(json_of(i, run, faults));
  for (const FaultEpisode& e : faults.episodes) out["episodes"].push_back(json_of(e, run));
  for (const ModeSpan& span : faults.modes)
    out["modes"].push_back({{"mode", span.mode}, {"from_s", run.seconds(span.begin)}, {"to_s", run.seconds(span.end)}});
  out["false_alarms"] = faults.false_alarms;
  out["undeclared_consequences"] = faults.unexpected;
  out["exposure_s"] = to_seconds(faults.exposure);
  out["false_alarm_rate_upper_per_hour"] = maybe(faults.false_alarm_bound_per_hour);
  return out;
}

Json json_of(const Score& s) {
  return {{"truth", s.truth},
          {"found", s.found},
          {"recall", maybe(s.recall())},
          {"tracks", s.tracks},
          {"right", s.right},
          {"precision", maybe(s.precision())},
          {"right_class", s.right_class},
          {"position_rmse_m", maybe(s.position_rmse_m())},
          {"velocity_rmse_mps", maybe(s.velocity_rmse_mps())},
          {"id_switches", s.switches}};
}

Json json_of(const TrackingReport& t) {
  if (!t.absent.empty()) return {{"absent", t.absent}};
  Json out = {{"frames", t.frames},
              {"unanswered_frames", t.unanswered},
              {"uncompared_frames", t.uncompared},
              {"on_hidden_objects", t.hidden},
              {"is_world", t.is_world},
              {"undisturbed", json_of(t.undisturbed)},
              {"whole_run", json_of(t.whole)},
              {"classes", Json::object()}};
  for (const ClassScore& row : t.classes)
    if (row.score.truth + row.score.tracks > 0) out["classes"][to_string(row.classification)] = json_of(row.score);
  return out;
}

Json json_of(const CameraReport& c) {
  if (!c.absent.empty()) return {{"absent", c.absent}};
  Json out = {{"pictures", c.pictures}};
  for (const CameraScore& s : c.scores)
    out[s.name] = {{"truth", s.truth}, {"found", s.found}, {"recall", maybe(s.recall())},
                   {"boxes", s.boxes}, {"right", s.right}, {"precision", maybe(s.precision())}};
  return out;
}

Json json_of(const TopicSummary& t) {
  return {{"name", t.name},
          {"kind", t.kind},
          {"messages", t.count},
          {"rate_hz", t.rate_hz},
          {"declared_rate_hz", t.declared_rate_hz},
          {"bytes", t.bytes},
          {"lost", t.is_observed ? Json(t.lost) : Json(nullptr)},
          {"not_recorded", t.missing},
          {"transport_budget_ms", ms(t.transport_budget)},
          {"transport", json_of(t.transport)}};
}

Json json_of(const NodeSummary& n) {
  return {{"name", n.name},
          {"activations", n.activations},
          {"degraded", n.degraded},
          {"failed", n.failed},
          {"step", json_of(n.step)}};
}

}  // namespace

std::string json_report(const RunData& run, const Results& results) {
  Json out;
  out["run"] = Json::parse(to_json(run.info));
  out["times_are"] = run.info.is_measured() ? "measured" : "computed";
  out["recorded_s"] = to_seconds(run.end - run.begin);
  out["verdict"] = {
      {"ok", results.verdict.ok}, {"reasons", results.verdict.reasons}, {"remarks", results.verdict.remarks}};
  out["chains"] = Json::array();
  for (const ChainLatency& c : results.chains) out["chains"].push_back(json_of(c));
  out["faults"] = json_of(results.faults, run);
  out["tracking"] = json_of(results.tracking);
  out["camera"] = json_of(results.camera);
  out["topics"] = Json::array();
  for (const TopicSummary& t : results.topics) out["topics"].push_back(json_of(t));
  out["nodes"] = Json::array();
  for (const NodeSummary& n : results.nodes) out["nodes"].push_back(json_of(n));
  out["notes"] = run.notes;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ocelli::report
