// What the errors of `ocelli eval tracks` are made of: tables, and pictures of frames from above.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ocelli/launch/commands/eval_report.hpp"

namespace ocelli::launch {
namespace {

constexpr double kWidthPx = 360.0;
constexpr double kHeightPx = 420.0;
constexpr double kLeast_m = 20.0;  // a picture shows at least this far
constexpr double kMargin_m = 4.0;

template <class Reason, std::size_t kReasons>
void add_kinds(std::string& text, std::string_view head, const std::array<evaluation::ErrorCount, kReasons>& counts,
               bool has_detections) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "\n| {} | boxes |{}\n|---|---|{}\n", head, has_detections ? " with a detection |" : "",
                 has_detections ? "---|" : "");
  evaluation::ErrorCount sum;
  for (std::size_t i = 0; i < kReasons; ++i) {
    fmt::format_to(out, "| {} | {} |", evaluation::to_string(static_cast<Reason>(i)), counts[i].boxes);
    text += has_detections ? fmt::format(" {} |\n", counts[i].detected) : "\n";
    sum.boxes += counts[i].boxes;
    sum.detected += counts[i].detected;
  }
  fmt::format_to(out, "| sum | {} |", sum.boxes);
  text += has_detections ? fmt::format(" {} |\n", sum.detected) : "\n";
}

struct Style {
  std::string_view stroke;
  std::string_view fill;
  bool is_truth;
};

Style style_of(evaluation::Fate fate) {
  switch (fate) {
    case evaluation::Fate::kTruthMatched: return {"#3a7d44", "none", true};
    case evaluation::Fate::kTruthMissed: return {"#c0182b", "#f7c6cb", true};
    case evaluation::Fate::kTruthIgnored: return {"#aaaaaa", "none", true};
    case evaluation::Fate::kMatched: return {"#1f5fa8", "none", false};
    case evaluation::Fate::kFalse: return {"#d97b00", "#ffe3ba", false};
    case evaluation::Fate::kForgiven: return {"#9bb7d4", "none", false};
    case evaluation::Fate::kDropped: return {"#9bb7d4", "none", false};
  }
  return {"#000000", "none", false};
}

}  // namespace

std::string error_tables(const evaluation::Dataset& data, const evaluation::Scores& scores) {
  std::string text;
  const bool has_detections = !data.detections.empty();
  for (const evaluation::ClearRow& row : scores.clear) {
    if (!row.errors) continue;
    fmt::format_to(std::back_inserter(text), "\nErrors of {} at {} IoU {:g}, tracks of the best MOTA only.\n",
                   evaluation::to_string(row.object_class), row.overlap == evaluation::Overlap::kVolume ? "3D" : "2D",
                   row.min_iou);
    add_kinds<evaluation::MissReason>(text, "missed (FN): why", row.errors->missed, has_detections);
    add_kinds<evaluation::FalseReason>(text, "false (FP): what", row.errors->false_positives, has_detections);
    if (has_detections)
      fmt::format_to(std::back_inserter(text), "{} of {} objects have no detection in any frame.\n",
                     row.errors->undetected_tracks, row.errors->counted_tracks);
  }
  return text;
}

std::string frame_svg(const evaluation::Dataset& data, const evaluation::FramePicture& picture) {
  double far_m = kLeast_m;
  double side_m = kLeast_m * kWidthPx / kHeightPx / 2.0;
  for (const evaluation::PicturedBox& box : picture.boxes) {
    far_m = std::max(far_m, box.box.z_m + kMargin_m);
    side_m = std::max(side_m, std::abs(box.box.x_m) + kMargin_m);
  }
  const double scale = std::min((kHeightPx - 30.0) / far_m, kWidthPx / 2.0 / side_m);
  const auto x_px = [&](double x_m) { return kWidthPx / 2.0 + scale * x_m; };
  const auto y_px = [&](double z_m) { return kHeightPx - 10.0 - scale * z_m; };
  std::string svg = fmt::format(
      "<svg viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' height='{1:.0f}' role='img'><text x='4' y='14' class='t'>"
      "{2} frame {3}: {4} FP, {5} FN</text>",
      kWidthPx, kHeightPx, data.sequences[std::size_t(picture.errors.sequence)], picture.errors.frame,
      picture.errors.false_positives, picture.errors.false_negatives);
  const auto out = std::back_inserter(svg);
  for (int ring = 10; ring < far_m; ring += 10)
    fmt::format_to(out,
                   "<circle cx='{:.1f}' cy='{:.1f}' r='{:.1f}' fill='none' stroke='#e2e2e2'/><text x='{:.1f}' "
                   "y='{:.1f}'>{} m</text>",
                   x_px(0), y_px(0), scale * ring, x_px(0) + 2, y_px(ring) - 2, ring);
  fmt::format_to(out, "<path d='M{0:.1f} {1:.1f}l-5 9h10z' fill='#333'/>", x_px(0), y_px(0));
  for (const evaluation::PicturedBox& pictured : picture.boxes) {
    const evaluation::CameraBox& box = pictured.box;
    const Style style = style_of(pictured.fate);
    const double c = std::cos(box.yaw_rad);
    const double s = std::sin(box.yaw_rad);
    std::string path;
    for (const auto& [u, v] : {std::pair{0.5, 0.5}, {0.5, -0.5}, {-0.5, -0.5}, {-0.5, 0.5}})
      fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L',
                     x_px(box.x_m + c * u * box.length_m + s * v * box.width_m),
                     y_px(box.z_m - s * u * box.length_m + c * v * box.width_m));
    fmt::format_to(out, "<path d='{}z' fill='{}' fill-opacity='.6' stroke='{}' stroke-width='{}'{}/>", path, style.fill,
                   style.stroke, style.is_truth ? "2" : "1.2",
                   pictured.fate == evaluation::Fate::kDropped ? " stroke-dasharray='2 2'" : "");
    if (!style.is_truth)
      fmt::format_to(out, "<text x='{:.1f}' y='{:.1f}' fill='{}'>{}</text>", x_px(box.x_m) + 5, y_px(box.z_m),
                     style.stroke, pictured.id);
  }
  return svg + "</svg>";
}

}  // namespace ocelli::launch
