#include "ocelli/perception/lanes/lane_model.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <optional>

namespace ocelli::perception {
namespace {

constexpr double kMostAlike = 0.95;  // correlation of neighbours: beyond, a line would be one point

// Log-odds of being paint, fitted on seeds 1, 2, 3 and 5 of the simulated drive (docs/accelerators.md).
constexpr double kLogOdds = 5.9;
constexpr double kPerPoints = 2.6;  // per natural logarithm of the rows that show it
constexpr double kUsualPoints = 30.0;
constexpr double kPerSpread = 6.5;
constexpr double kSpreadMost = 1.5;
constexpr double kPerScatter = 1.1;
constexpr double kScatterMost = 5.0;
constexpr double kPerOffWidth = 64.0;                        // per metre
constexpr double kPaintLeast_m = 0.05, kPaintMost_m = 0.30;  // of what a pixel leaves of 0.10 to 0.30 m
constexpr double kOffWidthMost_m = 0.2;
constexpr double kPerTurn = 19.0;  // per radian against the best other line
constexpr double kTurnedMost_rad = 0.3;
constexpr double kTurnedAlone_rad = 0.1;

struct LanePoint {
  double u = 0.0;  // pixels of the picture
  double v = 0.0;
  Eigen::Vector2d p_vehicle;
  double sigma_m = 0.0;  // across
  double width_m = 0.0;
  double pixel_m = 0.0;  // across
};

struct Run {
  int begin;
  int end;  // one behind
};

template <class Act>
void for_each_run(const Mask& mask, int row, Act act) {
  for (int column = 0; column < mask.width; ++column) {
    if (!mask.at(row, column)) continue;
    const int begin = column;
    while (column < mask.width && mask.at(row, column)) ++column;
    act(Run{begin, column});
  }
}

std::optional<Eigen::Vector2d> ground_of(double column, int row, const Placement& placement,
                                         const GroundCamera& camera) {
  return camera.to_ground(placement.to_calibrated_x(column), placement.to_calibrated_y(row + 0.5));
}

/// A line that is being followed upwards.
struct Trace {
  std::vector<LanePoint> points;
  /// From the last few metres; straight on along the vehicle's axis while there is too little.
  [[nodiscard]] double y_at(double x_m) const {
    const Eigen::Vector2d& last = points.back().p_vehicle;
    const std::size_t back = std::min<std::size_t>(points.size() - 1, 12);
    const Eigen::Vector2d& before = points[points.size() - 1 - back].p_vehicle;
    const double run_m = last.x() - before.x();
    const double slope = run_m > 1.5 ? (last.y() - before.y()) / run_m : 0.0;
    return last.y() + slope * (x_m - last.x());
  }
};

std::optional<LanePoint> point_of(const Run& run, int row, const Placement& placement, const GroundCamera& camera,
                                  const LaneModelConfig& config) {
  const auto left = ground_of(run.begin, row, placement, camera);
  const auto right = ground_of(run.end, row, placement, camera);
  const double middle = 0.5 * (run.begin + run.end);
  const auto ground = ground_of(middle, row, placement, camera);
  if (!left || !right || !ground) return std::nullopt;
  const double width_m = (*left - *right).norm();
  const double pixel_m = width_m / (run.end - run.begin);
  if (ground->x() < 0.0 || ground->x() > config.range_max_m) return std::nullopt;
  if (width_m > std::max(config.width_max_m, 4.0 * pixel_m)) return std::nullopt;
  return LanePoint{placement.to_calibrated_x(middle),
                   placement.to_calibrated_y(row + 0.5),
                   *ground,
                   std::max(0.02, config.pixel_sigma_px * pixel_m),
                   width_m,
                   pixel_m};
}

/// Traces that nothing can continue and that are no lines: a noisy mask has thousands.
void drop_ended(std::vector<Trace>& traces, double x_m, const LaneModelConfig& config) {
  std::erase_if(traces, [&](const Trace& trace) {
    return trace.points.size() < static_cast<std::size_t>(config.points_min) &&
           x_m - trace.points.back().p_vehicle.x() > 2.0 * config.gap_max_m;
  });
}

/// `too_many`: becomes true when the mask has more beginnings of lines than any road.
std::vector<Trace> trace_lines(const Mask& mask, const Placement& placement, const GroundCamera& camera,
                               const LaneModelConfig& config, bool& too_many) {
  constexpr std::size_t kMostTraces = 500;
  std::vector<Trace> traces;
  for (int row = mask.height - 1; row >= 0; --row) {
    if (const auto ahead = ground_of(0.5 * mask.width, row, placement, camera)) drop_ended(traces, ahead->x(), config);
    const std::size_t known = traces.size();
    std::vector<bool> is_taken(known, false);
    for_each_run(mask, row, [&](const Run& run) {
      const auto point = point_of(run, row, placement, camera, config);
      if (!point) return;
      std::size_t best = known;
      double best_m = config.gate_m + 2.0 * point->sigma_m;
      for (std::size_t i = 0; i < known; ++i) {
        if (is_taken[i] || point->p_vehicle.x() - traces[i].points.back().p_vehicle.x() > config.gap_max_m) continue;
        const double distance_m = std::abs(traces[i].y_at(point->p_vehicle.x()) - point->p_vehicle.y());
        if (distance_m < best_m) {
          best_m = distance_m;
          best = i;
        }
      }
      if (best == known && traces.size() >= kMostTraces) {
        too_many = true;
      } else if (best == known) {
        traces.push_back({{*point}});
      } else {
        is_taken[best] = true;
        traces[best].points.push_back(*point);
      }
    });
  }
  return traces;
}

struct Fitted {
  Eigen::Vector4d coefficients = Eigen::Vector4d::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  double rms_m = 0.0;
  double scatter = 0.0;
};

/// Weighted least squares with a degree that the length can carry; higher coefficients are 0 and certain.
Fitted fit(std::span<const Eigen::Vector2d> points, std::span<const LanePoint> weights, int degree) {
  Eigen::Matrix4d information = Eigen::Matrix4d::Zero();
  Eigen::Vector4d right = Eigen::Vector4d::Zero();
  const auto powers = [degree](double x) {
    Eigen::Vector4d row(1.0, x, x * x, x * x * x);
    row.tail(3 - degree).setZero();
    return row;
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Eigen::Vector4d row = powers(points[i].x());
    const double weight = 1.0 / (weights[i].sigma_m * weights[i].sigma_m);
    information += weight * row * row.transpose();
    right += weight * points[i].y() * row;
  }
  const int size = degree + 1;
  const Eigen::LDLT<Eigen::MatrixXd> solver(information.topLeftCorner(size, size));
  Fitted fitted;
  fitted.coefficients.head(size) = solver.solve(right.head(size));
  double chi_squared = 0.0;
  double squares = 0.0;
  double products = 0.0;  // of neighbours
  double before = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double miss = points[i].y() - powers(points[i].x()).dot(fitted.coefficients);
    const double in_sigmas = miss / weights[i].sigma_m;
    squares += miss * miss;
    chi_squared += in_sigmas * in_sigmas;
    products += in_sigmas * before;
    before = in_sigmas;
  }
  // Points that scatter more than their pixels explain make the line less certain (Birge 1932), and so do neighbours
  // that miss it alike: they are fewer than they seem (Bayley and Hammersley 1946).
  const double alike = chi_squared > 0.0 ? std::clamp(products / chi_squared, 0.0, kMostAlike) : 0.0;
  const double freedom = std::max(1.0, static_cast<double>(points.size()) - size);
  const Eigen::MatrixXd inverse = solver.solve(Eigen::MatrixXd::Identity(size, size));
  fitted.covariance.topLeftCorner(size, size) =
      std::max(1.0, chi_squared / freedom) * (1.0 + alike) / (1.0 - alike) * inverse;
  fitted.scatter = std::sqrt(chi_squared / freedom);
  fitted.rms_m = std::sqrt(squares / static_cast<double>(points.size()));
  return fitted;
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// How the mask shows the line.
void look_at(const std::vector<LanePoint>& points, LaneLine& line) {
  std::vector<double> widths_m;
  for (const LanePoint& point : points) widths_m.push_back(point.width_m);
  const double median_m = median_of(widths_m);
  double off_m = 0.0;
  for (const double width_m : widths_m) off_m += std::abs(width_m - median_m) / static_cast<double>(widths_m.size());
  line.width_spread = off_m / median_m;
  for (std::size_t i = 0; i < points.size(); ++i) widths_m[i] = std::max(0.0, points[i].width_m - points[i].pixel_m);
  line.width_m = median_of(widths_m);
}

/// The pitch moves all points together: its share of the covariance is the change of the coefficients by one sigma.
LaneLine line_of(const std::vector<LanePoint>& points, const GroundCamera& pitched) {
  std::vector<Eigen::Vector2d> places, moved;
  for (const LanePoint& point : points) {
    places.push_back(point.p_vehicle);
    moved.push_back(pitched.to_ground(point.u, point.v).value_or(point.p_vehicle));
  }
  const double length_m = places.back().x() - places.front().x();
  const int degree = length_m < 10.0 ? 1 : length_m < 25.0 ? 2 : 3;
  const Fitted fitted = fit(places, points, degree);
  const Eigen::Vector4d change = fit(moved, points, degree).coefficients - fitted.coefficients;
  LaneLine line;
  line.coefficients = fitted.coefficients;
  line.covariance = fitted.covariance + change * change.transpose();
  line.x_min_m = places.front().x();
  line.x_max_m = places.back().x();
  line.rms_m = fitted.rms_m;
  line.points = static_cast<std::uint32_t>(points.size());
  line.scatter = fitted.scatter;
  look_at(points, line);
  return line;
}

/// A polynomial may turn away where its points do not, and points that scatter may fit one that says nothing.
bool is_believable(const LaneLine& line, const LaneModelConfig& config) {
  const double steepest = std::tan(config.heading_max_rad);
  const auto is_good = [&](double x_m) {
    return std::abs(line.slope_at(x_m)) <= steepest && line.sigma_at(x_m) <= config.sigma_max_m;
  };
  return is_good(line.x_min_m) && is_good(line.x_max_m);
}

/// At most `lines_max`, and of these the likely ones: a mask with more of them is noisy, whatever they are.
void choose(std::vector<LaneLine>& lines, const LaneModelConfig& config, std::uint64_t* left_out) {
  const auto most = static_cast<std::size_t>(config.lines_max);
  if (lines.size() > most) {
    if (left_out != nullptr) *left_out += lines.size() - most;
    std::ranges::stable_sort(lines, std::greater<>(), &LaneLine::points);
    lines.resize(most);
  }
  for (LaneLine& line : lines) line.existence = existence_of(line, lines);
  std::erase_if(lines, [&](const LaneLine& line) { return line.existence < config.existence_min; });
}

}  // namespace

double existence_of(const LaneLine& line, std::span<const LaneLine> others) {
  const LaneLine* best = nullptr;
  for (const LaneLine& other : others) {
    const bool is_same = other.coefficients == line.coefficients && other.x_min_m == line.x_min_m;
    if (!is_same && (best == nullptr || other.points > best->points)) best = &other;
  }
  const double turned_rad =
      best == nullptr
          ? kTurnedAlone_rad
          : std::min(kTurnedMost_rad, std::abs(line.slope_at(line.middle_m()) - best->slope_at(best->middle_m())));
  const double off_width_m =
      std::min(kOffWidthMost_m, std::max({kPaintLeast_m - line.width_m, line.width_m - kPaintMost_m, 0.0}));
  const double log_odds = kLogOdds + kPerPoints * std::log(line.points / kUsualPoints) -
                          kPerSpread * std::min(line.width_spread, kSpreadMost) -
                          kPerScatter * std::min(line.scatter, kScatterMost) - kPerOffWidth * off_width_m -
                          kPerTurn * turned_rad;
  return 1.0 / (1.0 + std::exp(-log_odds));
}

std::vector<LaneLine> find_lines(const Mask& mask, const Placement& placement, const GroundCamera& camera,
                                 const LaneModelConfig& config, std::uint64_t* left_out) {
  const GroundCamera pitched = camera.pitched(config.pitch_sigma_rad);
  bool too_many = false;
  std::vector<Trace> traces = trace_lines(mask, placement, camera, config, too_many);
  if (too_many && left_out != nullptr) ++*left_out;
  std::erase_if(traces, [&](const Trace& trace) {
    const Eigen::Vector2d along_m = trace.points.back().p_vehicle - trace.points.front().p_vehicle;
    return trace.points.size() < static_cast<std::size_t>(config.points_min) || along_m.x() < config.length_min_m ||
           std::abs(along_m.y()) > std::tan(config.heading_max_rad) * along_m.x();
  });
  std::vector<LaneLine> lines;
  for (const Trace& trace : traces) lines.push_back(line_of(trace.points, pitched));
  std::erase_if(lines, [&](const LaneLine& line) { return !is_believable(line, config); });
  choose(lines, config, left_out);
  std::ranges::sort(lines, std::greater<>(), [](const LaneLine& line) { return line.y_at(line.x_min_m); });
  return lines;
}

std::vector<Eigen::Vector2d> find_area(const Mask& mask, const Placement& placement, const GroundCamera& camera,
                                       const LaneModelConfig& config) {
  constexpr double kStep_m = 0.5;
  std::vector<Eigen::Vector2d> left, right;
  std::optional<Run> last;
  double last_x_m = -kStep_m;
  for (int row = mask.height - 1; row >= 0; --row) {
    // Below, the widest part; further up, what overlaps the row beneath most.
    std::optional<Run> best;
    int best_size = 0;
    for_each_run(mask, row, [&](const Run& run) {
      const int size = last ? std::min(run.end, last->end) - std::max(run.begin, last->begin) : run.end - run.begin;
      if (size <= best_size) return;
      best_size = size;
      best = run;
    });
    if (!best) {
      if (last) break;
      continue;
    }
    last = best;
    const auto a = ground_of(best->begin, row, placement, camera);
    const auto b = ground_of(best->end, row, placement, camera);
    if (!a || !b || a->x() > config.range_max_m || a->x() < 0.0) continue;
    if (a->x() - last_x_m < kStep_m) continue;
    last_x_m = a->x();
    left.push_back(*a);
    right.push_back(*b);
  }
  if (left.size() < 2) return {};
  std::vector<Eigen::Vector2d> polygon = std::move(right);
  polygon.insert(polygon.end(), left.rbegin(), left.rend());
  return polygon;
}

}  // namespace ocelli::perception
