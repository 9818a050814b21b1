#pragma once
// Small helpers for inline SVG: elements, scales, axes. Colours are CSS classes of the page (page_style.hpp), so that
// one drawing serves light, dark and print. Numbers are written with a fixed precision: same data, same bytes.
// Must not know: what is drawn.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocelli::report {

/// Text for HTML and SVG: markup characters escaped, bytes that are no UTF-8 and control characters replaced by '?'.
[[nodiscard]] std::string escape(std::string_view text);

/// At most one decimal, no trailing zero: "12", "12.5".
[[nodiscard]] std::string px(double value);

using Points = std::vector<std::pair<double, double>>;

enum class Anchor { kStart, kMiddle, kEnd };

/// Builds one <svg> element; units are pixels of the viewBox.
class Svg {
 public:
  /// `label` is what a screen reader says.
  Svg(double width, double height, std::string_view label);

  Svg& line(double x1, double y1, double x2, double y2, std::string_view css);
  /// `title` (may be empty) is shown when the pointer rests on it. Negative sizes draw nothing.
  Svg& rect(double x, double y, double width, double height, std::string_view css, std::string_view title = {});
  Svg& circle(double x, double y, double radius, std::string_view css, std::string_view title = {});
  Svg& polyline(const Points& points, std::string_view css);
  Svg& polygon(const Points& points, std::string_view css, std::string_view title = {});
  Svg& text(double x, double y, std::string_view text, std::string_view css = "label", Anchor anchor = Anchor::kStart);
  Svg& image(double x, double y, double width, double height, std::string_view data_uri);
  /// Everything until end_clip() is cut off at the rectangle. `id` must be unique in the page.
  Svg& begin_clip(std::string_view id, double x, double y, double width, double height);
  Svg& end_clip();

  [[nodiscard]] double width() const { return width_; }
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] std::string str() const { return body_ + "</svg>\n"; }

 private:
  void close(const char* element, std::string_view title);

  double width_;
  double height_;
  std::string body_;
};

/// Linear map of [low, high] to pixels.
struct Scale {
  double low;
  double high;
  double low_px;
  double high_px;

  [[nodiscard]] double operator()(double value) const {
    const double span = high - low;
    return span == 0.0 ? low_px : low_px + (value - low) / span * (high_px - low_px);
  }
};

/// About `count` round values (1, 2, 2.5 or 5 times a power of ten) inside [low, high]; empty when high <= low or not
/// finite.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, int count);

/// The value without needless decimals for ticks `step` apart.
[[nodiscard]] std::string tick_text(double value, double step);

/// Axis below a plot: base line at `y`, ticks with numbers, grid lines up to `top`, and `label` at the right end.
void draw_x_axis(Svg& svg, const Scale& scale, double y, double top, std::string_view label, int count = 6);
/// Axis left of a plot: numbers left of `x`, grid lines to `right`.
void draw_y_axis(Svg& svg, const Scale& scale, double x, double right, int count = 4);

/// At most about `count` points: of each stretch of x the lowest and the highest, so that no outlier is lost.
[[nodiscard]] Points thin_out(const Points& points, std::size_t count);

}  // namespace ocelli::report
