// The page as a whole: head, tiles, camera, topics, notes.
#include "ocelli/launch/report/page.hpp"

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/html.hpp"
#include "ocelli/launch/report/page_style.hpp"
#include "ocelli/launch/report/plots.hpp"

namespace ocelli::report {
namespace {

std::string title_of(const RunInfo& info) {
  return fmt::format("{}{}{}", info.kind, info.launch.empty() ? "" : " ", info.launch);
}

/// What the times in this report are.
std::string time_kind(const RunInfo& info) {
  if (info.executor == "logical") return "computed (logical executor: every node takes its declared time)";
  if (info.executor == "paced") return "computed (logical executor at the pace of the clock)";
  return "measured (live clocks of this host)";
}

std::string tile(const std::string& value, const std::string& name, const std::string& css = {}) {
  return fmt::format("<div class=\"tile\"><b{}>{}</b><span>{}</span></div>",
                     css.empty() ? "" : fmt::format(" class=\"{}\"", css), escape(value), escape(name));
}

std::string fault_tiles(const RunData& run, const FaultReport& faults) {
  std::size_t detected = 0;
  std::optional<Duration> slowest;
  for (const InjectionResult& i : faults.injections) {
    detected += i.is_ok;
    if (i.detected_after && (!slowest || *i.detected_after > *slowest)) slowest = i.detected_after;
  }
  std::string out;
  const bool is_good = detected == faults.injections.size() && faults.not_injected.empty();
  if (!faults.injections.empty() || !run.info.expected.empty()) {
    out += tile(fmt::format("{} of {}", detected, faults.injections.size() + faults.not_injected.size()),
                "injected faults as expected", is_good ? "ok" : "bad-text");
    out += tile(ms(slowest), "slowest detection");
  }
  if (run.modes.empty()) return out + tile("not judged", "unexpected faults: no monitor data", "warn");
  const std::size_t wrong = faults.false_alarms + faults.unexpected;
  return out + tile(std::to_string(wrong), "unexpected faults", wrong == 0 ? "ok" : "bad-text");
}

std::string latency_tiles(const std::vector<ChainLatency>& chains, bool has_injections) {
  std::string out;
  for (const ChainLatency& chain : chains)
    if (chain.reaction_quiet.count > 0)
      out += tile(ms(chain.reaction_quiet.p99),
                  fmt::format("p99 reaction, {}{}", chain.info.name, has_injections ? ", undisturbed" : ""),
                  chain.late_quiet == 0 ? "" : "warn");
  return out.empty() ? tile("no data", "reaction time of chains") : out;
}

std::string tiles(const RunData& run, const Results& results) {
  std::uint64_t messages = 0, lost = 0;
  for (const TopicSummary& topic : results.topics) messages += topic.count, lost += topic.lost;
  std::string out = "<div class=\"tiles\">";
  out += tile(fmt::format("{:.1f} s", to_seconds(run.end - run.begin)), "recorded");
  out += fault_tiles(run, results.faults) + latency_tiles(results.chains, !results.faults.injections.empty());
  if (results.tracking.absent.empty()) {
    out += tile(decimal(results.tracking.undisturbed.precision(), 3), "tracking precision");
    out += tile(decimal(results.tracking.undisturbed.recall(), 3), "tracking recall");
  }
  out += run.observations.empty()
             ? tile("unknown", fmt::format("lost of {} messages: no observations", messages), "warn")
             : tile(std::to_string(lost), fmt::format("lost of {} messages", messages), lost == 0 ? "" : "warn");
  return out + "</div>\n";
}

void topic_row(Table& table, const TopicSummary& t) {
  const bool is_over = t.transport.count > 0 && t.transport.p99 > t.transport_budget;
  const auto transport = [&](Duration d) { return t.transport.count > 0 ? ms(d) : std::string("–"); };
  const std::string rate = t.rate_hz > 0.0 ? fmt::format("{:.1f}", t.rate_hz) : "–";
  table.row(
      {{t.name, "nowrap"},
       {t.kind.empty()     ? "unknown"
        : t.kind == t.name ? ""
                           : t.kind,
        "nowrap"},
       number(fmt::format("{}", t.count)),
       number(t.declared_rate_hz > 0.0 ? fmt::format("{} / {:.0f} Hz", rate, t.declared_rate_hz) : rate + " Hz"),
       number(bytes_text(t.bytes)),
       {t.is_observed ? fmt::format("{}", t.lost) : "not observed", t.lost > 0 ? "warn" : ""},
       {fmt::format("{}", t.missing), t.missing > 0 ? "warn" : ""},
       number(transport(t.transport.p50)),
       {transport(t.transport.p99), is_over ? "warn" : ""},
       number(transport(t.transport.max)),
       number(t.transport_budget > Duration::zero() ? fmt::format("{:.0f} ms", to_milliseconds(t.transport_budget))
                                                    : "–")});
}

}  // namespace

std::string head_section(const RunData& run, const Results& results) {
  const RunInfo& info = run.info;
  std::string facts = fmt::format("Ocelli {}", info.version.empty() ? "(version unknown)" : info.version);
  if (!info.started.empty()) facts += " · started " + info.started;
  if (info.seed) facts += fmt::format(" · seed {}", *info.seed);
  if (!info.executor.empty()) facts += " · executor " + info.executor;
  if (!info.host.empty()) facts += " · " + info.host;
  const Verdict& verdict = results.verdict;
  return fmt::format("<h1>Run report: {}</h1>\n", escape(title_of(info))) + paragraph(facts, "sub") +
         paragraph("Times are " + time_kind(info) + ".", "sub") +
         fmt::format("<div class=\"verdict{}\"><strong>{}</strong>{}</div>\n", verdict.ok ? "" : " bad",
                     verdict.ok ? "As expected" : "Not as expected", bullet_list(verdict.reasons)) +
         tiles(run, results) + (verdict.remarks.empty() ? "" : small_heading("Worth knowing")) +
         bullet_list(verdict.remarks);
}

/// What else is drawn into the picture.
std::string sight_text(const CameraSight& sight) {
  std::string text;
  if (!sight.boxes.empty())
    text +=
        fmt::format(" Dashed: {} detections of the camera itself, labelled with class and score.", sight.boxes.size());
  if (!sight.lanes.empty()) text += fmt::format(" {} lane lines.", sight.lanes.size());
  if (!sight.area.empty()) text += " Shaded: drivable area.";
  return text;
}

/// What the detector of the camera found by itself.
std::string detection_table(const RunData& run, const CameraReport& camera) {
  if (run.detections.empty()) return "";
  if (!camera.absent.empty())
    return paragraph("Detections are not compared with truth: " + camera.absent + ".", "note");
  Table table({"camera detections", ">to be found", ">recall", ">boxes", ">precision"},
              {"", "true objects in the pictures", "", "to be right", ""});
  for (const CameraScore& s : camera.scores)
    table.row({{s.name, "nowrap"},
               number(fmt::format("{}", s.truth)),
               number(decimal(s.recall(), 3)),
               number(fmt::format("{}", s.boxes)),
               number(decimal(s.precision(), 3))});
  const CameraRules rules;
  return table.str() +
         paragraph(
             fmt::format("{} pictures outside injections. To be found: within {:.0f} m, at least {:.0f} pixels "
                         "high, {} lidar returns or more; right: overlap of {:.1f} or more, vehicle with vehicle, "
                         "person with person.",
                         camera.pictures, rules.range_m, rules.height_min_px, rules.returns_min, rules.overlap_min),
             "note");
}

std::string camera_section(const RunData& run, const Results& results) {
  std::string out = heading("Camera");
  if (!run.shot)
    return out + absent(run.no_shot_reason.empty() ? "no camera picture in this recording" : run.no_shot_reason);
  const CameraShot& shot = *run.shot;
  const std::string calibration =
      shot.is_nominal
          ? "The calibration is nominal (from the mounting plan, not measured), so boxes may lie beside their objects."
          : "";
  const std::string offset =
      fmt::format(" Tracks are {:.0f} ms {} than the picture{}.", std::abs(to_milliseconds(shot.track_offset)),
                  shot.track_offset < Duration::zero() ? "older" : "newer",
                  shot.track_offset == Duration::zero() ? "" : " and were moved by their velocity over that time");
  const std::size_t seen = count_in_view(shot);
  return out +
         figure(camera_view(shot),
                fmt::format(
                    "{} at {:.2f} s with the boxes of {} {}, labelled with id, class and distance, in the colour of "
                    "their sensors.{}{} {}",
                    shot.topic, run.seconds(shot.stamp), seen, seen == 1 ? "track" : "tracks",
                    shot.track_offset == Duration::zero() ? " Picture and tracks have the same time stamp." : offset,
                    sight_text(shot.sight), calibration)) +
         legend({{"fused", "track seen by lidar and camera"},
                 {"by-lidar", "by the lidar"},
                 {"by-camera", "by the camera"},
                 {"by-radar", "by the radar alone"},
                 {"predicted", "by none lately"},
                 {"photo-seen", "camera detection (dashed)"}}) +
         detection_table(run, results.camera);
}

std::string topic_section(const Results& results) {
  std::string out = heading("Topics and nodes");
  if (results.topics.empty()) return out + absent("no topic in this recording");
  Table table({"topic", "kind", ">messages", ">rate", ">bytes", ">lost", ">not recorded", ">transport p50", ">p99",
               ">max", ">budget"},
              {"", "", "", "measured / declared", "", "as the subscriptions counted",
               "gaps in the sequence numbers of the recording", "published to received"});
  for (const TopicSummary& t : results.topics) topic_row(table, t);
  out += table.str();
  if (results.nodes.empty()) return out + absent("no activation was observed: step times of nodes are unknown");
  Table nodes({"node", ">activations", ">step p50", ">p99", ">max", ">degraded", ">failed"});
  for (const NodeSummary& n : results.nodes)
    nodes.row({{n.name, "nowrap"},
               {fmt::format("{}", n.activations), {}},
               {n.step.count > 0 ? ms(n.step.p50) : "–", {}},
               {n.step.count > 0 ? ms(n.step.p99) : "–", {}},
               {n.step.count > 0 ? ms(n.step.max) : "–", {}},
               {fmt::format("{}", n.degraded), n.degraded > 0 ? "warn" : ""},
               {fmt::format("{}", n.failed), n.failed > 0 ? "bad-text" : ""}});
  return out + nodes.str();
}

std::string notes_section(const RunData& run) {
  std::string out = heading("Notes and definitions");
  std::vector<std::string> notes = run.info.notes;
  notes.insert(notes.end(), run.notes.begin(), run.notes.end());
  if (!notes.empty()) out += small_heading("Notes of this run") + bullet_list(notes);
  const TrackingRules rules;
  return out + small_heading("Definitions") +
         bullet_list({
             "Reaction time of a chain: from the acquisition of an input of its first topic to the publication of the "
             "first output "
             "made from that input or a later one. Inputs before the first answered one are start-up and left out.",
             "Data age: publication of an output minus acquisition of the oldest input of the chain's first topic in "
             "it.",
             "p99 bound: distribution-free upper 95 % confidence bound of the 99th percentile, an order statistic; it "
             "assumes "
             "independent samples and needs at least 299.",
             "Detection time: from the onset that the injector logged to the confirmation of the expected fault. "
             "Reaction time of a "
             "fault: from onset to the change of mode.",
             fmt::format("Unexpected: a confirmed fault that the run did not declare. Within an injection and {:.0f} s "
                         "after it that is "
                         "an undeclared consequence, otherwise a false alarm.",
                         to_seconds(kSettleTime)),
             fmt::format("Tracking: truth counts within {:.0f} m of the vehicle with at least {} lidar returns; a "
                         "match is at most "
                         "{:.0f} m (car, truck) or {:.0f} m (others) off, seen from above. Tracks on objects with 1 to "
                         "{} returns are "
                         "neither right nor wrong. The first second is left out.",
                         rules.range_m, rules.returns_min, rules.gate_vehicle_m, rules.gate_other_m,
                         rules.returns_min - 1),
         });
}

std::string html_page(const RunData& run, const Results& results) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>Ocelli report: " +
         escape(title_of(run.info)) + "</title><style>" + kPageStyle + "</style></head>\n<body><main>\n" +
         head_section(run, results) + fault_section(run, results) + latency_section(run, results) +
         tracking_section(run, results) + camera_section(run, results) + topic_section(results) + notes_section(run) +
         "</main></body></html>\n";
}

}  // namespace ocelli::report
