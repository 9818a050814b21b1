#include "ocelli/launch/commands/eval_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace ocelli::launch {
namespace {

using nlohmann::ordered_json;

std::string name_of(const evaluation::ClearRow& row) {
  return fmt::format("{} {:g}", row.overlap == evaluation::Overlap::kVolume ? "3D" : "2D", row.min_iou);
}

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json curve_json(const evaluation::Sweep& sweep) {
  ordered_json curve = ordered_json::array();
  for (const evaluation::RecallPoint& point : sweep.curve)
    curve.push_back({{"recall", point.recall},
                     {"threshold", point.threshold},
                     {"mota", point.mota},
                     {"smota", point.scaled_mota},
                     {"motp", point.motp},
                     {"fp", point.false_positives},
                     {"fn", point.false_negatives},
                     {"ids", point.switches}});
  return curve;
}

ordered_json errors_json(const evaluation::Dataset& data, const evaluation::FrameErrors& errors) {
  return {{"sequence", data.sequences[errors.sequence]},
          {"tp", errors.matches},
          {"fp", errors.false_positives},
          {"fn", errors.false_negatives},
          {"ids", errors.switches},
          {"frag", errors.fragments}};
}

ordered_json clear_json(const evaluation::Dataset& data, const evaluation::ClearRow& row) {
  const evaluation::Sweep& sweep = row.sweep;
  ordered_json json{{"class", evaluation::to_string(row.object_class)},
                    {"match", row.overlap == evaluation::Overlap::kVolume ? "3D" : "2D"},
                    {"iou", row.min_iou},
                    {"samota", sweep.samota},
                    {"amota", sweep.amota},
                    {"amotp", sweep.amotp},
                    {"mota", sweep.best.mota},
                    {"motp", sweep.best.motp},
                    {"ids", sweep.best.switches},
                    {"frag", sweep.best.fragments},
                    {"fp", sweep.best.false_positives},
                    {"fn", sweep.best.false_negatives},
                    {"tp", sweep.best.matches},
                    {"truth_boxes", sweep.truth_boxes},
                    {"threshold", or_null(sweep.best_threshold)}};
  for (std::size_t s = 0; s < data.sequences.size(); ++s)
    json["sequences"].push_back(errors_json(data, evaluation::sum_of_sequence(sweep.best.frames, static_cast<int>(s))));
  json["worst_frames"] = ordered_json::array();
  for (const evaluation::FrameErrors& frame : evaluation::worst_frames(sweep.best.frames, 20)) {
    ordered_json errors = errors_json(data, frame);
    errors["frame"] = frame.frame;
    json["worst_frames"].push_back(errors);
  }
  json["curve"] = curve_json(sweep);
  return json;
}

ordered_json hota_json(const evaluation::HotaRow& row) {
  const evaluation::HotaScores& s = row.scores;
  return {{"class", evaluation::to_string(row.object_class)},
          {"hota", s.hota},
          {"deta", s.det_a},
          {"assa", s.ass_a},
          {"loca", s.loc_a},
          {"idf1", s.idf1},
          {"mota", s.mota},
          {"ids", s.switches},
          {"fp", s.false_positives},
          {"fn", s.false_negatives},
          {"truth_boxes", s.truth_boxes},
          {"result_boxes", s.result_boxes},
          {"threshold", or_null(s.threshold)}};
}

}  // namespace

std::string eval_tables(const evaluation::Dataset& data, const evaluation::Scores& scores) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const std::string& name : data.sequences_without_results)
    fmt::format_to(out, "note: sequence {} has no result file, it counts as empty\n", name);
  for (const std::string& name : data.results_without_truth)
    fmt::format_to(out, "note: sequence {} has no label file, its results are not scored\n", name);
  if (data.skipped_rows > 0)
    fmt::format_to(out, "note: {} result rows skipped, the first: {}\n", data.skipped_rows, data.first_skipped);
  fmt::format_to(out, "| IoU | class | sAMOTA | AMOTA | AMOTP | MOTA | MOTP | IDS | FRAG | FP | FN |\n");
  fmt::format_to(out, "|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const evaluation::ClearRow& row : scores.clear) {
    const evaluation::Sweep& s = row.sweep;
    fmt::format_to(out, "| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {} | {} | {} | {} |\n", name_of(row),
                   evaluation::to_string(row.object_class), 100 * s.samota, 100 * s.amota, 100 * s.amotp,
                   100 * s.best.mota, 100 * s.best.motp, s.best.switches, s.best.fragments, s.best.false_positives,
                   s.best.false_negatives);
  }
  if (scores.hota.empty()) return text;
  fmt::format_to(out,
                 "\n| class (2D box) | HOTA | DetA | AssA | LocA | IDF1 | MOTA | IDS | FP | FN | track score >= |\n");
  fmt::format_to(out, "|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const evaluation::HotaRow& row : scores.hota) {
    const evaluation::HotaScores& s = row.scores;
    fmt::format_to(out, "| {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {} | {} | {} | {} |\n",
                   evaluation::to_string(row.object_class), 100 * s.hota, 100 * s.det_a, 100 * s.ass_a, 100 * s.loc_a,
                   100 * s.idf1, 100 * s.mota, s.switches, s.false_positives, s.false_negatives,
                   s.threshold ? fmt::format("{:.6f}", *s.threshold) : "all");
  }
  return text;
}

std::string eval_json(const evaluation::Dataset& data, const evaluation::Scores& scores, evaluation::Mode mode) {
  ordered_json json{{"mode", mode == evaluation::Mode::kCompatible ? "compatible" : "exact"},
                    {"sequences", data.sequences},
                    {"sequences_without_results", data.sequences_without_results},
                    {"results_without_truth", data.results_without_truth},
                    {"skipped_rows", data.skipped_rows},
                    {"clear", ordered_json::array()},
                    {"hota", ordered_json::array()}};
  for (const evaluation::ClearRow& row : scores.clear) json["clear"].push_back(clear_json(data, row));
  for (const evaluation::HotaRow& row : scores.hota) json["hota"].push_back(hota_json(row));
  return json.dump(1) + "\n";
}

}  // namespace ocelli::launch
