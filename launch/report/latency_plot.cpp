// Latency of a chain: histogram and course over the run.
#include <algorithm>
#include <cmath>

#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"

namespace ocelli::report {
namespace {

constexpr double kWidth = 420.0, kHeight = 200.0, kTop = 26.0, kBottom = 162.0, kLeft = 42.0, kRight = 408.0;
constexpr std::size_t kBins = 60;

std::string ms_text(Duration duration) { return fmt::format("{:.1f} ms", to_milliseconds(duration)); }

/// Highest value on the latency axis [ms]: everything that happened, and the budget with a margin.
double axis_end_ms(const ChainLatency& chain) {
  return std::max(
      {to_milliseconds(chain.reaction.max) * 1.05, to_milliseconds(chain.info.reaction_budget) * 1.15, 1.0});
}

/// The histogram ends at twice the budget; what is beyond is counted in its last bar.
double histogram_end_ms(const ChainLatency& chain) {
  const double budget_ms = to_milliseconds(chain.info.reaction_budget), end_ms = axis_end_ms(chain);
  return budget_ms > 0.0 ? std::min(end_ms, 2.0 * budget_ms) : end_ms;
}

std::vector<std::size_t> bin_counts(const ChainLatency& chain, double end_ms) {
  std::vector<std::size_t> counts(kBins, 0);
  for (const LatencySample& sample : chain.reactions) {
    const double share = std::max(0.0, to_milliseconds(sample.latency)) / end_ms;
    ++counts[std::min(kBins - 1, static_cast<std::size_t>(share * kBins))];
  }
  return counts;
}

/// Vertical line with its name above the plot; near the right end the name stands left of it.
void draw_marker(Svg& svg, double x, double y_name, const std::string& name, std::string_view css) {
  svg.line(x, y_name + 3, x, kBottom, css);
  const bool is_right = x > kRight - 70;
  svg.text(is_right ? x - 3 : x + 3, y_name + 8, name, "tick", is_right ? Anchor::kEnd : Anchor::kStart);
}

/// A quantile beyond the axis is named at its end.
void draw_quantile(Svg& svg, const Scale& x, double y_name, const std::string& name, Duration value) {
  if (to_milliseconds(value) <= x.high) return draw_marker(svg, x(to_milliseconds(value)), y_name, name, "mark");
  svg.text(kRight, y_name + 8, fmt::format("{} {} →", name, ms_text(value)), "tick", Anchor::kEnd);
}

}  // namespace

std::string latency_histogram(const ChainLatency& chain) {
  if (chain.reactions.empty()) return "";
  const double end_ms = histogram_end_ms(chain), budget_ms = to_milliseconds(chain.info.reaction_budget);
  const auto counts = bin_counts(chain, end_ms);
  const double most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  const Scale x{0.0, end_ms, kLeft, kRight}, y{0.0, most, kBottom, kTop + 16};
  Svg svg(kWidth, kHeight, "histogram of the reaction time of " + chain.info.name);
  draw_x_axis(svg, x, kBottom, kTop, "reaction time [ms]");
  draw_y_axis(svg, y, kLeft, kRight, 3);
  svg.text(kLeft, kBottom + 29, "number of reactions", "tick");
  for (std::size_t i = 0; i < kBins; ++i) {
    if (counts[i] == 0) continue;
    const double low = end_ms * static_cast<double>(i) / kBins, high = end_ms * static_cast<double>(i + 1) / kBins;
    const double height = std::max(2.0, kBottom - y(static_cast<double>(counts[i])));  // one in 10,000 is still seen
    const bool is_late = budget_ms > 0.0 && low >= budget_ms;
    const bool is_open = i + 1 == kBins && to_milliseconds(chain.reaction.max) > end_ms;
    svg.rect(
        x(low) + 0.4, kBottom - height, x(high) - x(low) - 0.8, height, is_late ? "bar late" : "bar",
        fmt::format("{:.1f} to {:.1f} ms: {}", low, is_open ? to_milliseconds(chain.reaction.max) : high, counts[i]));
    if (is_open) svg.text(kRight, kBottom - height - 4, fmt::format("{} beyond", counts[i]), "tick", Anchor::kEnd);
  }
  draw_quantile(svg, x, kTop - 12, "p50", chain.reaction.p50);
  draw_quantile(svg, x, kTop - 1, "p99", chain.reaction.p99);
  if (budget_ms > 0.0)
    draw_marker(svg, x(budget_ms), kTop - 23, "budget " + ms_text(chain.info.reaction_budget), "budget");
  return svg.str();
}

std::string latency_over_time(const ChainLatency& chain, const RunData& run, const FaultReport& faults,
                              std::size_t index) {
  if (chain.reactions.empty()) return "";
  constexpr double kWide = 620.0, kEnd = 608.0;
  const double end_ms = axis_end_ms(chain), budget_ms = to_milliseconds(chain.info.reaction_budget);
  const Scale x{0.0, std::max(0.1, run.seconds(run.end)), kLeft, kEnd}, y{0.0, end_ms, kBottom, kTop - 10};
  Svg svg(kWide, kHeight, "reaction time of " + chain.info.name + " over the run");
  draw_x_axis(svg, x, kBottom, kTop - 10, "time in the run [s]", 10);
  draw_y_axis(svg, y, kLeft, kEnd);
  svg.text(kLeft, kBottom + 29, "reaction time [ms]", "tick");
  svg.begin_clip(fmt::format("latency{}", index), kLeft, 0, kEnd - kLeft, kHeight);
  for (const InjectionResult& injection : faults.injections) {
    const double begin = x(run.seconds(injection.onset)), end = x(run.seconds(injection.end.value_or(run.end)));
    svg.rect(begin, kTop - 10, std::max(1.5, end - begin), kBottom - kTop + 10, "injected",
             "injected: " + injection.kind + " " + injection.target);
  }
  Points points;
  for (const LatencySample& sample : chain.reactions)
    points.emplace_back(x(run.seconds(sample.at)), y(to_milliseconds(sample.latency)));
  svg.polyline(thin_out(points, 1600), "course");
  std::size_t drawn = 0;
  for (const LatencySample& sample : chain.reactions)
    if (budget_ms > 0.0 && to_milliseconds(sample.latency) > budget_ms && drawn++ < 2000)
      svg.circle(x(run.seconds(sample.at)), y(to_milliseconds(sample.latency)), 2.2, "late",
                 fmt::format("{:.2f} s: {}", run.seconds(sample.at), ms_text(sample.latency)));
  svg.end_clip();
  if (budget_ms > 0.0) svg.line(kLeft, y(budget_ms), kEnd, y(budget_ms), "budget");
  return svg.str();
}

}  // namespace ocelli::report
