// Runs detectors and the node `tracks` again on recorded runs of the simulated drive and says what their errors are
// made of (docs/fusion.md): a change of perception is judged without simulating the sensors again.
//   rerun_tracks [--without-radar] [--without-lidar] [--worst N] RUN_FOLDER...
// (ocelli run demo --logical --out RUN_FOLDER); --worst: the N tracks with most of the velocity's squared error.
#include <fmt/core.h>

#include <charconv>
#include <map>

#include "ocelli/launch/report/load.hpp"
#include "ocelli/launch/report/message_collector.hpp"
#include "ocelli/launch/track_errors.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/perception/lidar_objects/lidar_objects_node.hpp"
#include "ocelli/perception/radar_objects/radar_objects_node.hpp"
#include "ocelli/perception/tracks/tracks_node.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;
using namespace perception;

struct Options {
  bool has_radar = true;
  bool has_lidar = true;
  int worst = 0;
};

/// Squared errors of the velocity, by track and the object that it is on.
class WorstTracks {
 public:
  void add(const report::Outcome& outcome) {
    if (!outcome.is_found()) return;
    const report::ObjectState& track = *outcome.track;
    const report::ObjectState& object = *outcome.object;
    Row& row = rows_[{track.id, object.id}];
    if (row.pairs++ == 0) {
      row.first_at = outcome.stamp;
      row.object_class = object.classification;
      row.range_m = object.position.head<2>().norm();
      row.speed_mps = object.velocity.head<2>().norm();
    }
    const double off_mps = (track.velocity - object.velocity).head<2>().norm();
    row.squares += off_mps * off_mps;
    row.most_mps = std::max(row.most_mps, off_mps);
    all_ += off_mps * off_mps;
  }

  void print(int most) const {
    std::vector<std::pair<Ids, Row>> rows(rows_.begin(), rows_.end());
    std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return a.second.squares > b.second.squares; });
    rows.resize(std::min(rows.size(), static_cast<std::size_t>(most)));
    for (const auto& [ids, row] : rows)
      fmt::print(
          "  {:>4.1f} % track {:>5} object {:>4} {:<10} {:>4.1f} m/s, from {:>6.1f} s at {:>4.1f} m, {:>3} scans, "
          "off by up to {:.2f} m/s\n",
          100.0 * row.squares / all_, ids.first, ids.second, report::to_string(row.object_class), row.speed_mps,
          to_seconds(row.first_at.time_since_epoch()), row.range_m, row.pairs, row.most_mps);
  }

 private:
  using Ids = std::pair<std::uint32_t, std::uint32_t>;
  struct Row {
    report::ObjectClass object_class = report::ObjectClass::kUnknown;
    Time first_at = kNoTime;
    double range_m = 0.0;
    double speed_mps = 0.0;
    double squares = 0.0;
    double most_mps = 0.0;
    int pairs = 0;
  };
  std::map<Ids, Row> rows_;
  double all_ = 0.0;
};

class Rerun {
 public:
  explicit Rerun(const Options& options) : options_(options) {}

  Status run(const fs::path& folder) {
    OCELLI_ASSIGN(log::Recording recording, log::Recording::open(folder / report::kRecordingFile));
    auto cursor = recording.messages();
    while (true) {
      OCELLI_ASSIGN(const auto message, cursor.next());
      if (!message) return ok();
      OCELLI_TRY(take(recording.topics()[message->topic].name, *message));
    }
  }
  std::vector<report::ObjectFrame> frames;

 private:
  Status take(const std::string& name, const log::RecordedMessage& message) {
    if (name == "ego_motion") {
      OCELLI_ASSIGN(auto ego, log::decode<topics::EgoMotion>(message));
      ego_ = input_sample<topics::EgoMotion>(std::move(ego), message.publish_time);
    } else if (name == "lidar/top" && options_.has_lidar) {
      OCELLI_ASSIGN(const auto view, topics::PointCloudView::parse(message.body));
      LidarObjectsNode::In in;
      in.cloud.bind(std::vector{input_sample<topics::LidarPoints>(view, message.publish_time)});
      LidarObjectsNode::Out out;
      OCELLI_TRY(lidar_.step(in, out));
      boxes_ = input_sample<topics::LidarObjects>(*out.objects.message(), message.publish_time);
    } else if (name == "radar/front" && options_.has_radar) {
      OCELLI_ASSIGN(auto scan, log::decode<topics::RadarDetections>(message));
      RadarObjectsNode::In in;
      in.scan.bind(std::vector{input_sample<topics::RadarDetections>(std::move(scan), message.publish_time)});
      if (ego_) in.ego.bind(std::vector{ego_});
      RadarObjectsNode::Out out;
      OCELLI_TRY(radar_.step(in, out));
      returns_ = input_sample<topics::RadarObjects>(*out.objects.message(), message.publish_time);
    } else if (name == "lidar/objects" && boxes_) {
      TracksNode::In in;
      in.objects.bind(std::vector{std::exchange(boxes_, nullptr)});
      OCELLI_TRY(step(in));
    } else if (name == "radar/objects" && returns_) {
      TracksNode::In in;
      in.radar.bind(std::vector{std::exchange(returns_, nullptr)});
      OCELLI_TRY(step(in));
    }
    return ok();
  }

  Status step(TracksNode::In& in) {
    if (ego_) in.ego.bind(std::vector{ego_});
    TracksNode::Out out;
    OCELLI_TRY(tracks_.step(in, out));
    if (out.tracks.message() == nullptr) return ok();
    const auto& message = *out.tracks.message();
    report::ObjectFrame frame;
    frame.stamp = time_of(message.header().stamp());
    frame.is_world = message.is_world();
    frame.T_world_vehicle = pose_of(message.T_world_vehicle());
    for (const auto& t : message.tracks()) frame.objects.push_back(report::state_of(t));
    frames.push_back(std::move(frame));
    return ok();
  }

  static LidarObjectsNode::Config lidar_config() {
    LidarObjectsNode::Config config;
    config.mounting.x_m = 0.8;
    config.mounting.z_m = 1.73;
    return config;
  }
  static TracksNode::Config tracks_config() {
    TracksNode::Config config;
    config.sensor_x_m = 0.8;
    return config;
  }

  Options options_;
  LidarObjectsNode lidar_{lidar_config()};
  RadarObjectsNode radar_{{}};
  TracksNode tracks_{tracks_config()};
  SamplePtr ego_;
  SamplePtr boxes_;
  SamplePtr returns_;
};

void print(const std::string& name, const report::Score& s) {
  fmt::print(
      "{:<20} precision {:.4f} recall {:.4f} place {:.3f} m velocity {:.3f} m/s switches {} class {:.3f} ({} of {} "
      "tracks false, {} of {} missed)\n",
      name, s.precision().value_or(0), s.recall().value_or(0), s.position_rmse_m().value_or(0),
      s.velocity_rmse_mps().value_or(0), s.switches,
      static_cast<double>(s.right_class) / static_cast<double>(std::max<std::size_t>(s.found, 1)), s.tracks - s.right,
      s.tracks, s.truth - s.found, s.truth);
  fmt::print("{:<20} NEES of the place {:.2f}, {:.1f} % beyond 95 %; of the velocity {:.2f}, {:.1f} %\n", "",
             s.position.nees().value_or(0), 100.0 * s.position.beyond_share().value_or(0),
             s.velocity.nees().value_or(0), 100.0 * s.velocity.beyond_share().value_or(0));
}

Status judge(const fs::path& folder, const Options& options, report::Score& sum, launch::TrackErrors& errors) {
  Rerun rerun(options);
  OCELLI_TRY(rerun.run(folder));
  OCELLI_ASSIGN(const report::RunData run, report::load_run(folder));
  report::TrackingRules rules;
  rules.range_m = 60.0;
  WorstTracks worst;
  const report::Score s = report::tracking_report(
                              rerun.frames, run.truth, [](Time) { return false; }, rules,
                              [&](const report::Outcome& outcome) {
                                errors.add(outcome);
                                worst.add(outcome);
                              })
                              .whole;
  print(folder.filename().string(), s);
  worst.print(options.worst);
  sum += s;
  return ok();
}

}  // namespace
}  // namespace ocelli

int main(int argc, char** argv) {
  using namespace ocelli;
  if (argc < 2 || std::string_view(argv[1]) == "--help") {
    fmt::print(
        "usage: rerun_tracks [--without-radar] [--without-lidar] [--worst N] RUN_FOLDER...\n"
        "  folders of `ocelli run demo --logical --out RUN_FOLDER`; --worst: the N tracks with most of the\n"
        "  velocity's squared error\n");
    return argc < 2 ? 2 : 0;
  }
  Options options;
  report::Score sum;
  launch::TrackErrors errors;
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    if (text == "--without-radar") {
      options.has_radar = false;
    } else if (text == "--without-lidar") {
      options.has_lidar = false;
    } else if (text == "--worst" && i + 1 < argc) {
      const std::string_view count = argv[++i];
      if (std::from_chars(count.data(), count.data() + count.size(), options.worst).ec != std::errc{}) {
        fmt::print(stderr, "rerun_tracks: --worst {}: not a number\n", count);
        return 2;
      }
    } else if (const Status status = judge(text, options, sum, errors); !status) {
      fmt::print(stderr, "rerun_tracks: {}\n", status.error().message);
      return 2;
    }
  }
  print("sum", sum);
  fmt::print("{}", errors.table());
  return 0;
}
