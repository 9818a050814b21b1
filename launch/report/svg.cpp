#include "ocelli/launch/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ocelli::report {
namespace {

/// Length of the UTF-8 sequence at `at`; 0 when it is broken.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return 0;
  return length;
}

std::string_view markup_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

std::string list_of(const Points& points) {
  std::string out;
  for (const auto& [x, y] : points) fmt::format_to(std::back_inserter(out), "{},{} ", px(x), px(y));
  if (!out.empty()) out.pop_back();
  return out;
}

const char* name_of(Anchor anchor) {
  return anchor == Anchor::kStart ? "start" : anchor == Anchor::kMiddle ? "middle" : "end";
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const bool is_control = length == 1 && static_cast<unsigned char>(text[at]) < 0x20 && text[at] != '\n';
    if (length == 0 || is_control) {
      out += '?';
      ++at;
      continue;
    }
    const std::string_view markup = markup_of(text[at]);
    out += markup.empty() ? text.substr(at, length) : markup;
    at += length;
  }
  return out;
}

std::string px(double value) {
  if (!std::isfinite(value)) return "0";
  std::string out = fmt::format("{:.1f}", std::clamp(value, -1e6, 1e6));
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

Svg::Svg(double width, double height, std::string_view label) : width_(width), height_(height) {
  body_ = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" style=\"max-width:{}px\">\n",
                      px(width), px(height), escape(label), px(width));
}

void Svg::close(const char* element, std::string_view title) {
  body_ += title.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escape(title), element);
}

Svg& Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{}\"/>\n", px(x1), px(y1), px(x2), px(y2),
                       css);
  return *this;
}

Svg& Svg::rect(double x, double y, double width, double height, std::string_view css, std::string_view title) {
  if (!(width >= 0.0 && height >= 0.0)) return *this;
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"", px(x), px(y), px(width),
                       px(height), css);
  close("rect", title);
  return *this;
}

Svg& Svg::circle(double x, double y, double radius, std::string_view css, std::string_view title) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{}\"", px(x), px(y), px(radius), css);
  close("circle", title);
  return *this;
}

Svg& Svg::polyline(const Points& points, std::string_view css) {
  if (points.size() > 1) body_ += fmt::format("<polyline points=\"{}\" class=\"{}\"/>\n", list_of(points), css);
  return *this;
}

Svg& Svg::polygon(const Points& points, std::string_view css, std::string_view title) {
  if (points.size() < 3) return *this;
  body_ += fmt::format("<polygon points=\"{}\" class=\"{}\"", list_of(points), css);
  close("polygon", title);
  return *this;
}

Svg& Svg::text(double x, double y, std::string_view text, std::string_view css, Anchor anchor) {
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", px(x), px(y), css,
                       name_of(anchor), escape(text));
  return *this;
}

Svg& Svg::image(double x, double y, double width, double height, std::string_view data_uri) {
  body_ += fmt::format("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"{}\"/>\n", px(x), px(y), px(width),
                       px(height), data_uri);
  return *this;
}

Svg& Svg::begin_clip(std::string_view id, double x, double y, double width, double height) {
  body_ += fmt::format(
      "<clipPath id=\"{0}\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{4}\"/></clipPath>"
      "<g clip-path=\"url(#{0})\">\n",
      id, px(x), px(y), px(width), px(height));
  return *this;
}

Svg& Svg::end_clip() {
  body_ += "</g>\n";
  return *this;
}

std::vector<double> round_ticks(double low, double high, int count) {
  std::vector<double> out;
  if (!(std::isfinite(low) && std::isfinite(high) && high > low) || count < 1) return out;
  const double rough = (high - low) / count;
  const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * magnitude;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * magnitude >= rough * 0.999) step = factor * magnitude;
  const double first = std::ceil(low / step - 1e-9);
  for (double k = first; k * step <= high + 1e-9 * step; k += 1.0) out.push_back(k * step);
  return out;
}

std::string tick_text(double value, double step) {
  int decimals = 0;
  for (double s = step; decimals < 6 && std::abs(s - std::round(s)) > 1e-6 * s; s *= 10.0) ++decimals;
  return fmt::format("{:.{}f}", std::abs(value) < step * 1e-6 ? 0.0 : value, decimals);
}

void draw_x_axis(Svg& svg, const Scale& scale, double y, double top, std::string_view label, int count) {
  const auto ticks = round_ticks(scale.low, scale.high, count);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
  for (const double tick : ticks) {
    svg.line(scale(tick), top, scale(tick), y, "grid");
    svg.text(scale(tick), y + 15, tick_text(tick, step), "tick", Anchor::kMiddle);
  }
  svg.line(scale.low_px, y, scale.high_px, y, "axis");
  svg.text(scale.high_px, y + 29, label, "tick", Anchor::kEnd);
}

void draw_y_axis(Svg& svg, const Scale& scale, double x, double right, int count) {
  const auto ticks = round_ticks(scale.low, scale.high, count);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
  for (const double tick : ticks) {
    svg.line(x, scale(tick), right, scale(tick), "grid");
    svg.text(x - 5, scale(tick) + 3.5, tick_text(tick, step), "tick", Anchor::kEnd);
  }
}

Points thin_out(const Points& points, std::size_t count) {
  if (points.size() <= count || count < 4) return points;
  const std::size_t stretches = count / 2;
  Points out;
  for (std::size_t s = 0; s < stretches; ++s) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(s * points.size() / stretches);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>((s + 1) * points.size() / stretches);
    const auto [low, high] =
        std::minmax_element(begin, end, [](const auto& a, const auto& b) { return a.second < b.second; });
    out.push_back(*std::min(low, high));
    if (low != high) out.push_back(*std::max(low, high));
  }
  return out;
}

}  // namespace ocelli::report
