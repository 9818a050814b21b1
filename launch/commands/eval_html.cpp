// The HTML page of `ocelli eval tracks`: tables, recall curves, per-sequence counts, worst frames.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "ocelli/launch/commands/eval_report.hpp"

namespace ocelli::launch {
namespace {

constexpr double kPlotWidthPx = 360.0;
constexpr double kPlotHeightPx = 220.0;
constexpr double kMarginPx = 34.0;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

struct Curve {
  std::string_view name;
  std::string_view colour;
  std::vector<std::pair<double, double>> points;  // x and y in 0..1 of the plot
};

std::string plot(std::string_view title, std::string_view top_label, const std::vector<Curve>& curves) {
  std::string svg = fmt::format(
      "<svg viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' height='{1:.0f}' role='img' aria-label='{2}'>"
      "<text x='{3:.0f}' y='14' class='t'>{2}</text>",
      kPlotWidthPx, kPlotHeightPx, title, kMarginPx);
  const auto out = std::back_inserter(svg);
  const double width = kPlotWidthPx - 2 * kMarginPx;
  const double height = kPlotHeightPx - 2 * kMarginPx;
  const double bottom = kPlotHeightPx - kMarginPx;
  for (int i = 0; i <= 4; ++i) {
    const double y = bottom - height * i / 4;
    const double x = kMarginPx + width * i / 4;
    fmt::format_to(out, "<path d='M{:.1f} {:.1f}h{:.1f}' class='g'/>", kMarginPx, y, width);
    fmt::format_to(out, "<text x='{:.1f}' y='{:.1f}' class='m'>{:g}</text>", x, bottom + 14, 25.0 * i);
  }
  fmt::format_to(out, "<text x='2' y='{:.1f}'>{}</text><text x='2' y='{:.1f}'>0</text>", bottom - height + 4, top_label,
                 bottom + 4);
  fmt::format_to(out, "<text x='{:.1f}' y='{:.1f}' class='m'>recall position [%]</text>", kPlotWidthPx / 2,
                 kPlotHeightPx - 6);
  double legend_x = kMarginPx + 6;
  for (const Curve& curve : curves) {
    std::string path;
    for (const auto& [x, y] : curve.points)
      fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', kMarginPx + width * x,
                     bottom - height * std::clamp(y, 0.0, 1.0));
    fmt::format_to(out, "<path d='{}' fill='none' stroke='{}' stroke-width='1.6'/>", path, curve.colour);
    fmt::format_to(out, "<text x='{:.1f}' y='28' fill='{}'>{}</text>", legend_x, curve.colour, curve.name);
    legend_x += 12.0 + 7.0 * static_cast<double>(curve.name.size());
  }
  return svg + "</svg>";
}

std::string score_plot(const evaluation::Sweep& sweep) {
  Curve mota{"MOTA", "#1f5fa8", {}};
  Curve scaled{"sMOTA", "#b3541e", {}};
  Curve overlap{"MOTP", "#3a7d44", {}};
  for (const evaluation::RecallPoint& point : sweep.curve) {
    mota.points.emplace_back(point.recall, point.mota);
    scaled.points.emplace_back(point.recall, point.scaled_mota);
    overlap.points.emplace_back(point.recall, point.motp);
  }
  return plot("scores over recall [%]", "100", {scaled, mota, overlap});
}

std::string error_plot(const evaluation::Sweep& sweep) {
  int most = 1;
  for (const evaluation::RecallPoint& point : sweep.curve)
    most = std::max({most, point.false_positives, point.false_negatives});
  Curve positives{"FP", "#a81f3c", {}};
  Curve negatives{"FN", "#555555", {}};
  for (const evaluation::RecallPoint& point : sweep.curve) {
    positives.points.emplace_back(point.recall, static_cast<double>(point.false_positives) / most);
    negatives.points.emplace_back(point.recall, static_cast<double>(point.false_negatives) / most);
  }
  return plot("errors over recall", fmt::format("{}", most), {positives, negatives});
}

void add_sequences(std::string& page, const evaluation::Dataset& data, const evaluation::Sweep& sweep) {
  page += "<table><tr><th>sequence</th><th>matches</th><th>FP</th><th>FN</th><th>IDS</th><th>FRAG</th></tr>";
  for (std::size_t i = 0; i < data.sequences.size(); ++i) {
    const auto sum = evaluation::sum_of_sequence(sweep.best.frames, static_cast<int>(i));
    fmt::format_to(
        std::back_inserter(page), "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escaped(data.sequences[i]), sum.matches, sum.false_positives, sum.false_negatives, sum.switches, sum.fragments);
  }
  page += "</table>";
}

void add_worst(std::string& page, const evaluation::Dataset& data, const evaluation::Sweep& sweep) {
  page += "<table><tr><th>worst frames</th><th>frame</th><th>FP</th><th>FN</th><th>IDS</th></tr>";
  for (const evaluation::FrameErrors& f : evaluation::worst_frames(sweep.best.frames, 10))
    fmt::format_to(std::back_inserter(page), "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                   escaped(data.sequences[f.sequence]), f.frame, f.false_positives, f.false_negatives, f.switches);
  page += "</table>";
}

void add_pictures(std::string& page, const evaluation::Dataset& data, const evaluation::ClearRow& row) {
  if (row.pictures.empty()) return;
  page +=
      "<h3>Worst frames from above</h3><p>Ground truth: <span style='color:#3a7d44'>found</span>, "
      "<span style='color:#c0182b'>missed</span>, <span style='color:#888'>does not count</span>. Tracks with their "
      "id: "
      "<span style='color:#1f5fa8'>matched</span>, <span style='color:#d97b00'>false</span>, "
      "<span style='color:#6f96bd'>forgiven, or dropped by the threshold (dashed)</span>.</p><div class='row'>";
  for (const evaluation::FramePicture& picture : row.pictures) page += frame_svg(data, picture);
  page += "</div>";
}

std::string as_html_table(const std::string& text) {
  std::string html;
  bool is_open = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("|---")) continue;
    if (!line.starts_with('|')) {
      html += is_open ? "</table>" : "";
      is_open = false;
      if (!line.empty()) html += "<p class='note'>" + escaped(line) + "</p>";
      continue;
    }
    html += is_open ? "<tr>" : "<table><tr>";
    const std::string_view tag = is_open ? "td" : "th";
    is_open = true;
    for (std::size_t cell = 1; cell < line.size();) {
      const std::size_t bar = line.find('|', cell);
      html += fmt::format("<{0}>{1}</{0}>", tag, escaped(line.substr(cell, bar - cell)));
      cell = bar + 1;
    }
    html += "</tr>";
  }
  return html + (is_open ? "</table>" : "");
}

}  // namespace

std::string eval_html(const evaluation::Dataset& data, const evaluation::Scores& scores, evaluation::Mode mode) {
  std::string page =
      "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Tracking scores</title><style>"
      "body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a}"
      "table{border-collapse:collapse;margin:.6rem 0}th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;"
      "text-align:right}th:first-child,td:first-child{text-align:left}.row{display:flex;flex-wrap:wrap;gap:1.5rem;"
      "align-items:flex-start}svg text{font-size:11px;fill:#333}svg .t{font-weight:600}svg .m{text-anchor:middle}"
      "svg .g{stroke:#e2e2e2}.note{background:#fff4d6;padding:.3rem .6rem}</style></head><body>";
  fmt::format_to(std::back_inserter(page), "<h1>Tracking scores</h1><p>{} sequences, {} evaluation.</p>",
                 data.sequences.size(),
                 mode == evaluation::Mode::kCompatible ? "compatible (quirks of the originals kept)" : "exact");
  page += as_html_table(eval_tables(data, scores) + error_tables(data, scores));
  for (const evaluation::ClearRow& row : scores.clear) {
    fmt::format_to(std::back_inserter(page), "<h2>{} at {} IoU {:g}</h2>", evaluation::to_string(row.object_class),
                   row.overlap == evaluation::Overlap::kVolume ? "3D" : "2D", row.min_iou);
    if (row.sweep.curve.empty()) {
      page += "<p class='note'>No track of this class matches any ground truth: there is no curve to show.</p>";
      continue;
    }
    page += "<div class='row'>" + score_plot(row.sweep) + error_plot(row.sweep) + "</div><div class='row'>";
    add_sequences(page, data, row.sweep);
    add_worst(page, data, row.sweep);
    page += "</div>";
    add_pictures(page, data, row);
  }
  return page + "</body></html>\n";
}

}  // namespace ocelli::launch
