// How right the lane lines of recorded runs of the simulated drive are, and how well they know it (docs/fusion.md).
//   lane_truth SCENARIO_FILE RUN_FOLDER...
// (ocelli run demo --logical --out RUN_FOLDER). A line is right when it lies within 0.5 m of a painted line or a kerb
// of the scenario's road, on the mean of five places from its nearest to its farthest point.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ocelli/hal/sim/path.hpp"
#include "ocelli/hal/sim/scenario.hpp"
#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/perception/lanes/lane_model.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;

constexpr double kRight_m = 0.5;
constexpr int kPlaces = 5;

/// Lateral positions along the road of what can be seen as a line.
struct Kind {
  std::string name;
  std::vector<double> laterals_m;
};

std::vector<Kind> kinds_of(const sim::Road& road) {
  std::vector<Kind> kinds = {{"lane marking", {}}, {"parking marking", {}}, {"kerb", {}}};
  for (int lane = 1 - road.lanes_forward; lane < road.lanes_backward; ++lane)
    kinds[0].laterals_m.push_back(lane * road.lane_width_m);
  if (road.lanes_backward == 0) kinds[0].laterals_m.push_back(0.15);
  if (road.parking_m > 0.5)
    kinds[1].laterals_m = {-road.lanes_forward * road.lane_width_m, road.lanes_backward * road.lane_width_m};
  kinds[2].laterals_m = {-road.right_kerb_m(), road.left_kerb_m()};
  return kinds;
}

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
    fmt::print("{} messages, {} without a line; {} lines on nothing\n", messages_, empty_, false_);
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
  std::vector<Kind> kinds_;
  RoadFrame frame_;
  std::vector<Sums> sums_;
  std::size_t false_ = 0;
  std::size_t messages_ = 0;
  std::size_t empty_ = 0;
};

perception::LaneLine line_of(const ocelli::msg::LaneLine& message) {
  perception::LaneLine line;
  for (int i = 0; i < 4; ++i) line.coefficients(i) = message.coefficients()[std::size_t(i)];
  for (int i = 0; i < 16; ++i) line.covariance(i / 4, i % 4) = message.covariance()[std::size_t(i)];
  line.x_min_m = message.x_min_m();
  line.x_max_m = message.x_max_m();
  return line;
}

Status add(const fs::path& folder, LaneTruth& lanes) {
  OCELLI_ASSIGN(const report::RunData run, report::load_run(folder));
  OCELLI_ASSIGN(log::Recording recording, log::Recording::open(folder / report::kRecordingFile));
  auto cursor = recording.messages();
  while (true) {
    OCELLI_ASSIGN(const auto message, cursor.next());
    if (!message) return ok();
    if (recording.topics()[message->topic].name != "camera/lanes") continue;
    OCELLI_ASSIGN(const auto seen, log::decode<topics::CameraLanes>(*message));
    const auto truth = report::frame_at(run.truth, perception::time_of(seen.header().stamp()));
    if (!truth) continue;
    lanes.count_message(!seen.lines().empty());
    for (const auto& line : seen.lines()) lanes.judge(line_of(line), truth->T_world_vehicle);
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
