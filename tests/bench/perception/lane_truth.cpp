// Finds the lane lines in recorded runs of the simulated drive again and says how right they are, how well they know
// it, and whether they are paint as often as they say (docs/accelerators.md).
//   lane_truth SCENARIO_FILE RUN_FOLDER...
// (ocelli run demo --logical --out RUN_FOLDER). A line is right when it lies within 0.5 m of a painted line or a kerb
// of the scenario's road, on the mean of five places from its nearest to its farthest point.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ocelli/hal/sim/markings.hpp"
#include "ocelli/hal/sim/path.hpp"
#include "ocelli/hal/sim/scenario.hpp"
#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/perception/lanes/lanes_node.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;

constexpr double kRight_m = 0.5;
constexpr int kPlaces = 5;
const double kLeast = perception::LaneModelConfig{}.existence_min;

/// Lateral positions along the road of what can be seen as a line.
struct Kind {
  std::string name;
  std::vector<double> laterals_m;
};

constexpr std::size_t kKerb = 2;

std::vector<Kind> kinds_of(const sim::Road& road) {
  std::vector<Kind> kinds = {
      {"lane marking", {}}, {"parking marking", {}}, {"kerb", {-road.right_kerb_m(), road.left_kerb_m()}}};
  for (const sim::PaintedLine& line : sim::painted_lines(road))
    kinds[line.kind == sim::PaintedLine::Kind::kLane ? 0 : 1].laterals_m.push_back(line.lateral_m);
  return kinds;
}

/// Whether lines are paint as often as they say.
class Promises {
 public:
  void add(double existence, bool is_paint) {
    Bin& bin = bins_[std::min(kBins - 1, static_cast<std::size_t>(existence * kBins))];
    ++bin.lines;
    bin.said += existence;
    bin.paint += is_paint ? 1 : 0;
    if (existence >= kLeast) ++kept_, kept_paint_ += is_paint ? 1 : 0;
    ++all_, all_paint_ += is_paint ? 1 : 0;
  }
  void print() const {
    const auto share = [](std::size_t part, std::size_t of) {
      return of == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(of);
    };
    fmt::print("all lines: {} of {} are paint, {:.3f}\n", all_paint_, all_, share(all_paint_, all_));
    fmt::print("existence at least {}: {} of {} are paint: precision {:.3f}; {:.3f} of the painted ones are kept\n",
               kLeast, kept_paint_, kept_, share(kept_paint_, kept_), share(kept_paint_, all_paint_));
    for (std::size_t i = 0; i < kBins; ++i)
      if (const Bin& bin = bins_[i]; bin.lines > 0)
        fmt::print("existence {:.1f} to {:.1f}: {:>5} lines, said {:.2f}, paint {:.2f}\n",
                   static_cast<double>(i) / kBins, static_cast<double>(i + 1) / kBins, bin.lines,
                   bin.said / static_cast<double>(bin.lines), share(bin.paint, bin.lines));
  }

 private:
  static constexpr std::size_t kBins = 5;
  struct Bin {
    std::size_t lines = 0;
    std::size_t paint = 0;
    double said = 0.0;
  };
  std::array<Bin, kBins> bins_{};
  std::size_t all_ = 0, all_paint_ = 0, kept_ = 0, kept_paint_ = 0;
};

/// Finds how far left of the road's centre line a place is.
class RoadFrame {
 public:
  explicit RoadFrame(sim::Path line) : line_(std::move(line)) {}
  double lateral_m(const Eigen::Vector2d& p_world) {
    double best_m = std::numeric_limits<double>::infinity();
    double at_m = 0.0;
    const auto look = [&](double from_m, double to_m, double step_m) {
      for (double s = from_m; s <= to_m; s += step_m)
        if (const double m = (line_.at(s).position_m - p_world).norm(); m < best_m) best_m = m, at_m = s;
    };
    look(-80.0, line_.length_m() + 80.0, 2.0);
    const double near_m = at_m;
    best_m = std::numeric_limits<double>::infinity();
    look(near_m - 2.0, near_m + 2.0, 0.02);
    const sim::PathPoint foot = line_.at(at_m);
    const Eigen::Vector2d left(-std::sin(foot.heading_rad), std::cos(foot.heading_rad));
    return left.dot(p_world - foot.position_m);
  }

 private:
  sim::Path line_;
};

struct Sums {
  std::size_t lines = 0;
  std::array<double, kPlaces> error2_m2{};
  std::array<double, kPlaces> nees{};         // error² / variance
  std::array<std::size_t, kPlaces> within{};  // 1.96 sigmas
};

class LaneTruth {
 public:
  explicit LaneTruth(const sim::Scenario& scenario)
      : kinds_(kinds_of(scenario.road)), frame_(sim::Path::centre_line(scenario.road)), sums_(kinds_.size()) {}

  void judge(const perception::LaneLine& line, const Pose& T_world_vehicle) {
    std::array<double, kPlaces> lateral_m{};
    std::array<double, kPlaces> sigma_m{};
    for (int i = 0; i < kPlaces; ++i) {
      const double x_m = line.x_min_m + (line.x_max_m - line.x_min_m) * i / (kPlaces - 1);
      const Eigen::Vector3d p_world = T_world_vehicle * Eigen::Vector3d(x_m, line.y_at(x_m), 0.0);
      lateral_m[std::size_t(i)] = frame_.lateral_m(p_world.head<2>());
      sigma_m[std::size_t(i)] = line.sigma_at(x_m);
    }
    double best_m = kRight_m;
    Sums* best = nullptr;
    double truth_m = 0.0;
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      for (const double at_m : kinds_[k].laterals_m) {
        double off_m = 0.0;
        for (const double seen_m : lateral_m) off_m += std::abs(seen_m - at_m) / kPlaces;
        if (off_m < best_m) best_m = off_m, best = &sums_[k], truth_m = at_m;
      }
    // A kerb is there, but not painted.
    promises_.add(line.existence, best != nullptr && best != &sums_[kKerb]);
    if (line.existence < kLeast) return;
    if (best == nullptr) {
      ++false_;
      return;
    }
    ++best->lines;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const double error_m = lateral_m[i] - truth_m;
      best->error2_m2[i] += error_m * error_m;
      best->nees[i] += error_m * error_m / (sigma_m[i] * sigma_m[i]);
      best->within[i] += std::abs(error_m) <= 1.96 * sigma_m[i] ? 1 : 0;
    }
  }
  void count_message(bool has_lines) { ++messages_, empty_ += has_lines ? 0 : 1; }

  void print() const {
    promises_.print();
    fmt::print("of what is kept: {} messages, {} without a line; {} lines on nothing\n", messages_, empty_, false_);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      const Sums& s = sums_[k];
      fmt::print("{:<16} {:>6} lines", kinds_[k].name, s.lines);
      if (s.lines > 0) {
        const auto n = static_cast<double>(s.lines);
        fmt::print(", nearest to farthest point: RMSE [m]");
        for (const double e : s.error2_m2) fmt::print(" {:.2f}", std::sqrt(e / n));
        fmt::print(", NEES");
        for (const double e : s.nees) fmt::print(" {:.2f}", e / n);
        fmt::print(", within 1.96 sigma [%]");
        for (const std::size_t w : s.within) fmt::print(" {:.0f}", 100.0 * static_cast<double>(w) / n);
      }
      fmt::print("\n");
    }
  }

 private:
  Promises promises_;
  std::vector<Kind> kinds_;
  RoadFrame frame_;
  std::vector<Sums> sums_;
  std::size_t false_ = 0;
  std::size_t messages_ = 0;
  std::size_t empty_ = 0;
};

/// Finds the lines again in the recorded pictures.
Status add(const fs::path& folder, LaneTruth& lanes) {
  OCELLI_ASSIGN(const report::RunData run, report::load_run(folder));
  OCELLI_ASSIGN(log::Recording recording, log::Recording::open(folder / report::kRecordingFile));
  perception::LanesConfig config;
  config.model = {"lane_markings"};
  config.lines.existence_min = 0.0;
  OCELLI_ASSIGN(perception::Lanes finder, perception::Lanes::load(config, false));
  perception::RateLimit limit(config.rate_max_hz);
  std::optional<perception::GroundCamera> camera;
  auto cursor = recording.messages();
  while (true) {
    OCELLI_ASSIGN(const auto message, cursor.next());
    if (!message) return ok();
    const std::string& name = recording.topics()[message->topic].name;
    if (name == "camera/front/calibration") {
      OCELLI_ASSIGN(const auto calibration, log::decode<topics::CameraInfo>(*message));
      OCELLI_ASSIGN(camera, perception::ground_camera_of(calibration));
    }
    if (name != "camera/front" || !camera) continue;
    OCELLI_ASSIGN(const auto picture, topics::ImageView::parse(message->body));
    const auto truth = report::frame_at(run.truth, picture.stamp);
    if (!truth || !limit.takes(picture.stamp)) continue;
    OCELLI_ASSIGN(const auto found, finder.find(picture, *camera));
    lanes.count_message(std::ranges::any_of(found.lines, [](const auto& line) { return line.existence >= kLeast; }));
    for (const perception::LaneLine& line : found.lines) lanes.judge(line, truth->T_world_vehicle);
  }
}

}  // namespace
}  // namespace ocelli

int main(int argc, char** argv) {
  using namespace ocelli;
  if (argc < 3) {
    fmt::print(stderr, "usage: lane_truth SCENARIO_FILE RUN_FOLDER...\n");
    return 2;
  }
  const auto scenario = sim::load_scenario(argv[1]);
  if (!scenario) {
    fmt::print(stderr, "lane_truth: {}\n", scenario.error().message);
    return 2;
  }
  LaneTruth lanes(*scenario);
  for (int i = 2; i < argc; ++i)
    if (const Status status = add(argv[i], lanes); !status) {
      fmt::print(stderr, "lane_truth: {}\n", status.error().message);
      return 2;
    }
  lanes.print();
  return 0;
}
