// Faults: the whole run, and each injection close up.
#include <algorithm>

#include "ocelli/launch/report/plots.hpp"
#include "ocelli/launch/report/svg.hpp"

namespace ocelli::report {
namespace {

constexpr double kWidth = 1060.0, kLeft = 230.0, kRight = 1044.0, kRowHeight = 24.0, kBarHeight = 12.0, kTop = 8.0;
constexpr std::size_t kMaxRows = 40;

std::string mode_css(const std::string& mode) {
  if (mode == "nominal") return "mode-nominal";
  if (mode == "starting") return "mode-starting";
  return mode == "degraded" ? "mode-degraded" : "mode-other";
}

const char* role_css(FaultRole role) {
  switch (role) {
    case FaultRole::kExpected: return "fault-expected";
    case FaultRole::kConsequence:
    case FaultRole::kTolerated: return "fault-other";
    case FaultRole::kUnexpected:
    case FaultRole::kFalseAlarm: return "fault-wrong";
    case FaultRole::kUnconfirmed: break;
  }
  return "fault-pending";
}

/// A row of the time line: an injection or an episode of a fault.
struct Row {
  const InjectionResult* injection = nullptr;
  const FaultEpisode* episode = nullptr;
};

bool is_shown(const FaultEpisode& episode) { return episode.confirmed.has_value(); }

/// Each injection, below it the faults that belong to it, then the rest.
std::vector<Row> rows_of(const FaultReport& faults) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < faults.injections.size(); ++i) {
    rows.push_back({&faults.injections[i], nullptr});
    if (faults.injections[i].episode) rows.push_back({nullptr, &faults.episodes[*faults.injections[i].episode]});
    for (const FaultEpisode& episode : faults.episodes)
      if (is_shown(episode) && episode.injection == i && episode.role != FaultRole::kExpected)
        rows.push_back({nullptr, &episode});
  }
  for (const FaultEpisode& episode : faults.episodes)
    if (is_shown(episode) && !episode.injection) rows.push_back({nullptr, &episode});
  return rows;
}

class TimeLine {
 public:
  TimeLine(const RunData& run, const FaultReport& faults, std::vector<Row> rows)
      : run_(run),
        faults_(faults),
        rows_(std::move(rows)),
        bottom_(kTop + kRowHeight * static_cast<double>(rows_.size() + 1) + 4),
        x_{0.0, std::max(0.1, run.seconds(run.end)), kLeft, kRight},
        svg_(kWidth, bottom_ + 34, "time line of modes, injections and faults") {}

  std::string draw() {
    draw_x_axis(svg_, x_, bottom_, kTop, "time in the run [s]", 12);
    draw_modes();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double y = kTop + kRowHeight * static_cast<double>(i + 1) + (kRowHeight - kBarHeight) / 2;
      rows_[i].injection != nullptr ? draw_injection(*rows_[i].injection, y) : draw_episode(*rows_[i].episode, y);
    }
    return svg_.str();
  }

 private:
  [[nodiscard]] double at(Time time) const { return std::clamp(x_(run_.seconds(time)), kLeft, kRight); }
  void name(double y, const std::string& text, std::string_view css) {
    svg_.text(kLeft - 10, y + kBarHeight - 2, text, css, Anchor::kEnd);
  }
  void bar(Time begin, Time end, double y, double height, std::string_view css, const std::string& title) {
    svg_.rect(at(begin), y + (kBarHeight - height) / 2, std::max(1.5, at(end) - at(begin)), height, css, title);
  }

  void draw_modes() {
    const double y = kTop + (kRowHeight - kBarHeight) / 2;
    name(y, "mode", "label strong");
    if (faults_.modes.empty()) svg_.text(kLeft + 6, y + kBarHeight - 2, "the monitor reported no mode", "tick");
    for (const ModeSpan& span : faults_.modes) {
      bar(span.begin, span.end, y, kBarHeight + 4, mode_css(span.mode),
          fmt::format("{}: {:.2f} to {:.2f} s", span.mode, run_.seconds(span.begin), run_.seconds(span.end)));
      if (at(span.end) - at(span.begin) > 8.0 * static_cast<double>(span.mode.size()))
        svg_.text(at(span.begin) + 5, y + kBarHeight - 2, span.mode, "tick on-mode");
    }
  }

  void draw_injection(const InjectionResult& injection, double y) {
    name(y, injection.kind + " " + injection.target, "label strong");
    bar(injection.onset, injection.end.value_or(run_.end), y, kBarHeight, "injection",
        fmt::format("injected at {:.3f} s", run_.seconds(injection.onset)));
  }

  void draw_episode(const FaultEpisode& episode, double y) {
    name(y, episode.id, "label");
    const Time confirmed = *episode.confirmed, end = episode.healed.value_or(run_.end);
    bar(episode.evidence, confirmed, y, 4, "fault-pending",
        fmt::format("evidence at {:.3f} s", run_.seconds(episode.evidence)));
    bar(confirmed, end, y, kBarHeight, role_css(episode.role),
        fmt::format("{}: confirmed at {:.3f} s{}", episode.id, run_.seconds(confirmed),
                    episode.healed ? fmt::format(", healed at {:.3f} s", run_.seconds(*episode.healed)) : ""));
    svg_.line(at(confirmed), y - 3, at(confirmed), y + kBarHeight + 3, "mark");
  }

  const RunData& run_;
  const FaultReport& faults_;
  std::vector<Row> rows_;
  double bottom_;
  Scale x_;
  Svg svg_;
};

/// One event of a close-up, `after` the onset. Its name stands where it crosses neither the limit nor the border.
void draw_event(Svg& svg, const Scale& x, double y, double wall, Duration after, const std::string& what,
                std::string_view css) {
  const double at = x(to_milliseconds(after));
  const std::string text = fmt::format("{} {:+.0f} ms", what, to_milliseconds(after));
  const double width = 6.2 * static_cast<double>(text.size()) + 12;
  const bool is_right_free = at > wall || at + width < wall;
  const bool is_left = (!is_right_free && at - width > x.low_px) || at + width > x.high_px;
  svg.line(at, y, at, 126, "event-line");
  svg.circle(at, y, 4.5, css);
  svg.text(is_left ? at - 9 : at + 9, y + 4, text, "label halo", is_left ? Anchor::kEnd : Anchor::kStart);
}

}  // namespace

std::string fault_time_line(const RunData& run, const FaultReport& faults) {
  std::vector<Row> rows = rows_of(faults);
  if (rows.empty() && faults.modes.empty()) return "";
  if (rows.size() > kMaxRows) rows.resize(kMaxRows);
  return TimeLine(run, faults, std::move(rows)).draw();
}

std::string injection_close_up(const InjectionResult& injection) {
  constexpr double kEnd = 340.0, kStart = 12.0, kBase = 126.0;
  double end_ms = injection.expected ? to_milliseconds(injection.expected->limit) : 100.0;
  for (const auto& after : {injection.evidence_after, injection.detected_after, injection.reacted_after})
    if (after) end_ms = std::max(end_ms, to_milliseconds(*after));
  end_ms = std::min(end_ms * 1.25, 60e3);
  double begin_ms = -0.2 * end_ms;
  if (injection.evidence_after)
    begin_ms = std::min(begin_ms, std::max(-end_ms, to_milliseconds(*injection.evidence_after) * 1.2));
  const Scale x{begin_ms, end_ms, kStart, kEnd};
  Svg svg(352, 162, "close-up of " + injection.kind + " " + injection.target);
  draw_x_axis(svg, x, kBase, 30, "after onset [ms]", 5);
  const double injected_to = injection.end ? to_milliseconds(*injection.end - injection.onset) : end_ms;
  svg.rect(x(0.0), kBase - 9, x(std::min(injected_to, end_ms)) - x(0.0), 9, "injection", "injected");
  svg.line(x(0.0), 22, x(0.0), kBase, "onset");
  svg.text(x(0.0), 16, "onset", "tick", Anchor::kMiddle);
  double limit = kEnd + 1.0;
  if (injection.expected) {
    limit = x(to_milliseconds(injection.expected->limit));
    svg.line(limit, 22, limit, kBase, "budget");
    svg.text(limit, 16, fmt::format("limit {:.0f} ms", to_milliseconds(injection.expected->limit)), "tick",
             Anchor::kMiddle);
  }
  if (injection.evidence_after) draw_event(svg, x, 46, limit, *injection.evidence_after, "evidence", "event-evidence");
  if (injection.detected_after) draw_event(svg, x, 72, limit, *injection.detected_after, "detected", "event-detected");
  if (injection.reacted_after)
    draw_event(svg, x, 98, limit, *injection.reacted_after, injection.mode_reached, "event-mode");
  return svg.str();
}

}  // namespace ocelli::report
