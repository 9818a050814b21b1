// Scores the constants of the node `tracks` on recorded runs of the simulated drive (docs/tracking.md).
//   tune_tracks SEED TRIALS RUN_FOLDER... [CLASS.NAME=VALUE ...]        CLASS: car, ..., or all
// Runs the tracker on the recorded boxes and ego motion and compares it with the recorded truth. TRIALS > 0: hill
// climbing from there; each trial changes one to three constants. Objective: precision + recall + right class [points]
// - 10 velocity RMSE [m/s] - 10 position RMSE [m].
#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/report/message_collector.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/tracks/live_config.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;
using tracking::ClassConfig;

struct Scan {
  Time stamp;
  std::vector<tracking::Detection3> detections;
  std::optional<tracking::Ego> ego;
};

struct Run {
  std::vector<Scan> scans;
  std::vector<report::ObjectFrame> truth;
};

struct Marks {
  double precision = 0, recall = 0, right_class = 0, position_m = 0, velocity_mps = 0;
  std::size_t switches = 0;
  [[nodiscard]] double objective() const {
    return 100 * (precision + recall + 0.3 * right_class) - 10 * velocity_mps - 10 * position_m;
  }
};

Result<Run> load(const fs::path& folder) {
  Run run;
  OCELLI_ASSIGN(report::RunData data, report::load_run(folder));
  run.truth = std::move(data.truth);
  OCELLI_ASSIGN(log::Recording recording, log::Recording::open(folder / report::kRecordingFile));
  std::vector<perception::EgoState> ego;
  auto cursor = recording.messages();
  while (true) {
    OCELLI_ASSIGN(const auto message, cursor.next());
    if (!message) break;
    const std::string& name = recording.topics()[message->topic].name;
    if (name == "ego_motion") {
      OCELLI_ASSIGN(const auto state, log::decode<topics::EgoMotion>(*message));
      if (const auto known = perception::ego_state_of(state)) ego.push_back(*known);
    } else if (name == "lidar/objects" || name == "lidar_objects") {
      OCELLI_ASSIGN(const auto boxes, log::decode<topics::LidarObjects>(*message));
      Scan scan{perception::time_of(boxes.header().stamp()), {}, {}};
      for (const auto& box : perception::boxes_of(boxes)) scan.detections.push_back(perception::detection_of(box));
      run.scans.push_back(std::move(scan));
    }
  }
  for (Scan& scan : run.scans)
    for (const perception::EgoState& state : ego)
      if (state.stamp <= scan.stamp + 5ms && scan.stamp - state.stamp < 200ms)
        scan.ego = tracking::Ego{state.moved_to(scan.stamp).T_world_vehicle(), state.speed_mps, state.yaw_rate_rps};
  return run;
}

report::ObjectFrame frame_of(const tracking::Tracker& tracker, Time stamp) {
  report::ObjectFrame frame;
  frame.stamp = stamp;
  frame.is_world = tracker.is_world();
  frame.T_world_vehicle = tracker.T_world_vehicle();
  for (const tracking::Track& track : tracker.tracks())
    frame.objects.push_back({track.id,
                             static_cast<report::ObjectClass>(track.object_class),
                             track.p_world,
                             track.yaw_rad,
                             {track.length_m, track.width_m, track.height_m},
                             track.v_world,
                             track.existence,
                             0});
  return frame;
}

Marks score(const std::vector<Run>& runs, const tracking::Config& config) {
  report::Score sum;
  for (const Run& run : runs) {
    tracking::Tracker tracker(config);
    std::vector<report::ObjectFrame> frames;
    for (const Scan& scan : run.scans) {
      tracking::Measurements measurements;
      measurements.stamp = scan.stamp;
      measurements.lidar = scan.detections;
      measurements.ego = scan.ego;
      if (!tracker.update(measurements)) std::abort();
      frames.push_back(frame_of(tracker, scan.stamp));
    }
    sum += report::tracking_report(
               frames, run.truth, [](Time) { return false; }, report::TrackingRules{})
               .whole;
  }
  return {sum.precision().value_or(0),
          sum.recall().value_or(0),
          static_cast<double>(sum.right_class) / static_cast<double>(std::max<std::size_t>(sum.found, 1)),
          sum.position_rmse_m().value_or(9),
          sum.velocity_rmse_mps().value_or(9),
          sum.switches};
}

void print(std::string_view name, const Marks& m) {
  fmt::print(
      "{:12s} precision {:.4f} recall {:.4f} right class {:.4f} position {:.3f} m velocity {:.3f} m/s "
      "switches {} objective {:.3f}\n",
      name, m.precision, m.recall, m.right_class, m.position_m, m.velocity_mps, m.switches, m.objective());
}

/// Calls visit(field, value) for every constant that is a number.
template <class Visit>
void for_each_constant(ClassConfig& config, const Visit& visit) {
  std::apply(
      [&](const auto&... fields) {
        (..., [&](const auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(config.*(field.member))>, double>)
            visit(field, config.*(field.member));
        }(fields));
      },
      ClassConfig::fields());
}

std::vector<std::pair<std::string, ClassConfig*>> classes_of(tracking::Config& config) {
  return {{"car", &config.car},
          {"truck", &config.truck},
          {"pedestrian", &config.pedestrian},
          {"cyclist", &config.cyclist},
          {"unknown", &config.unknown}};
}

bool set_constant(const std::string& text, tracking::Config& config) {
  const std::size_t dot = text.find('.');
  const std::size_t equals = text.find('=');
  if (dot == std::string::npos || equals == std::string::npos) return false;
  bool is_known = false;
  for (const auto& [name, values] : classes_of(config)) {
    if (text.substr(0, dot) != name && text.substr(0, dot) != "all") continue;
    for_each_constant(*values, [&](const auto& field, double& value) {
      if (field.name != text.substr(dot + 1, equals - dot - 1)) return;
      value = std::atof(text.c_str() + equals + 1);
      is_known = true;
    });
  }
  return is_known;
}

/// One to three constants, each for one class or for all.
std::string shake(tracking::Config& config, std::mt19937_64& random) {
  constexpr std::size_t kCount = std::tuple_size_v<decltype(ClassConfig::fields())>;
  std::string changes;
  for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
    auto classes = classes_of(config);
    const std::size_t chosen = random() % kCount;
    const std::size_t one = random() % (2 * classes.size());
    const double step = std::normal_distribution<double>()(random);
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (one < classes.size() && one != i) continue;
      std::size_t at = 0;
      for_each_constant(*classes[i].second, [&](const auto& field, double& value) {
        if (at++ != chosen) return;
        const double before = value;
        value = std::clamp(value * std::exp(0.35 * step) + (std::abs(value) < 1.0 ? 0.1 * step : 0.0), field.low,
                           field.high);
        changes += fmt::format(" {}.{}={:.4g} ({:.4g})", classes[i].first, field.name, value, before);
      });
    }
  }
  return changes;
}

}  // namespace
}  // namespace ocelli

int main(int argc, char** argv) {
  using namespace ocelli;
  if (argc < 4) {
    fmt::print(stderr, "usage: tune_tracks SEED TRIALS RUN_FOLDER... [CLASS.NAME=VALUE ...]\n");
    return 2;
  }
  std::vector<Run> runs;
  tracking::Config best = perception::live_tracker_config();
  best.lidar_x_m = 0.8;  // as in the demonstration
  for (int i = 3; i < argc; ++i) {
    if (set_constant(argv[i], best)) continue;
    Result<Run> run = load(argv[i]);
    if (!run) {
      fmt::print(stderr, "tune_tracks: {}\n", run.error().message);
      return 2;
    }
    runs.push_back(std::move(*run));
    print(argv[i], score({runs.back()}, best));
  }
  Marks marks = score(runs, best);
  print("all", marks);
  std::mt19937_64 random(std::strtoull(argv[1], nullptr, 10));
  for (int trial = 0; trial < std::atoi(argv[2]); ++trial) {
    tracking::Config next = best;
    const std::string changes = shake(next, random);
    const Marks found = score(runs, next);
    if (found.objective() <= marks.objective()) continue;
    best = next;
    marks = found;
    print(fmt::format("trial {}", trial), marks);
    fmt::print("   {}\n", changes);
  }
  return 0;
}
