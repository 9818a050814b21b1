#include "ocelli/perception/kitti/track_drive.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace ocelli::kitti {
namespace {

constexpr Duration kFramePeriod = 100ms;

/// KITTI does not say how large its images are: at least twice the principal point, and as far as boxes were seen.
void widen(const Frame& frame, tracking::CameraModel& camera) {
  for (const tracking::Detection3& detection : frame.detections) {
    if (!detection.image) continue;
    camera.width_px = std::max(camera.width_px, detection.image->right_px);
    camera.height_px = std::max(camera.height_px, detection.image->bottom_px);
  }
}

evaluation::Kind kind_of(tracking::ObjectClass object_class) {
  switch (object_class) {
    case tracking::ObjectClass::kPedestrian: return evaluation::Kind::kPedestrian;
    case tracking::ObjectClass::kCyclist: return evaluation::Kind::kCyclist;
    default: break;
  }
  return evaluation::Kind::kCar;
}

std::string_view name_of(evaluation::Kind kind) {
  if (kind == evaluation::Kind::kPedestrian) return "Pedestrian";
  return kind == evaluation::Kind::kCyclist ? "Cyclist" : "Car";
}

/// The confidence, changed by less than 2e-6 times the track's frames so far. Evaluators rank a track by the mean of
/// its scores, average that mean once more, and hand it on with six decimals; a mean that this makes smaller than what
/// it is compared with falls below itself. So the mean of a track so far is always a number of six decimals, raised to
/// the next multiple of 2^-22: sums of it are exact in binary, and six decimals never make it greater.
class ScoreWriter {
 public:
  [[nodiscard]] double next(std::uint32_t id, double confidence) {
    Track& track = tracks_[id];
    track.confidence_sum += confidence;
    const double count = ++track.count;
    const double mean = std::round(kDecimals * track.confidence_sum / count) / kDecimals;
    const double written_sum = count * std::ceil(kSteps * mean) / kSteps;
    return written_sum - std::exchange(track.written_sum, written_sum);
  }

 private:
  static constexpr double kDecimals = 1e6;
  static constexpr double kSteps = 4'194'304.0;
  struct Track {
    int count = 0;
    double confidence_sum = 0.0;
    double written_sum = 0.0;
  };
  std::unordered_map<std::uint32_t, Track> tracks_;
};

evaluation::LabelRow row_of(std::size_t frame, const tracking::Track& track, const Pose& T_vehicle_world) {
  const Eigen::Vector3d p = T_vehicle_world * track.p_world;
  evaluation::LabelRow row;
  row.frame = static_cast<int>(frame);
  row.id = static_cast<int>(track.id);
  row.kind = kind_of(track.object_class);
  row.image = *track.image;
  row.box = {track.height_m,
             track.width_m,
             track.length_m,
             -p.y(),
             -p.z() + 0.5 * track.height_m,
             p.x(),
             wrap_angle(-tracking::turned(T_vehicle_world.linear(), track.yaw_rad) - M_PI_2)};
  return row;
}

}  // namespace

tracking::Config with_detection_scores(tracking::Config config) {
  for (auto* of_class : {&config.car, &config.pedestrian, &config.cyclist, &config.truck, &config.unknown})
    of_class->confidence_memory = of_class->confidence_evidence = of_class->coast_penalty = 0.0;
  return config;
}

Result<std::vector<evaluation::LabelRow>> track_drive(const Drive& drive, const tracking::Config& config,
                                                      std::size_t frames, const Probe* probe) {
  std::vector<evaluation::LabelRow> rows;
  tracking::Tracker tracker(config);
  tracking::CameraModel camera = drive.camera;
  const Eigen::Matrix<double, 3, 4>& P = camera.P_image_vehicle;  // the optical axis is x
  camera.width_px = 2.0 * P(0, 0);
  camera.height_px = 2.0 * P(1, 0);
  ScoreWriter scores;
  const std::size_t end = frames == 0 ? drive.frames.size() : std::min(frames, drive.frames.size());
  for (std::size_t i = 0; i < end; ++i) {
    const Frame& frame = drive.frames[i];
    widen(frame, camera);
    tracker.set_camera(camera);
    tracking::Measurements measurements;
    measurements.stamp = Time{kFramePeriod * static_cast<int>(i)};
    measurements.lidar = frame.detections;
    if (drive.has_camera) measurements.camera = frame.camera;
    measurements.camera_looks = drive.camera_looks;
    measurements.ego = tracking::Ego{.T_world_vehicle = drive.T_world_vehicle[i]};
    if (probe != nullptr) probe->before();
    OCELLI_TRY(tracker.update(measurements));
    if (probe != nullptr) probe->after();
    const Pose T_vehicle_world = tracker.T_world_vehicle().inverse();
    for (const tracking::Track& track : tracker.tracks()) {
      if (!track.image) continue;
      rows.push_back(row_of(i, track, T_vehicle_world));
      rows.back().score = scores.next(track.id, track.confidence);
    }
  }
  return rows;
}

std::string text_of(const std::vector<evaluation::LabelRow>& rows) {
  std::string out;
  for (const evaluation::LabelRow& row : rows) {
    const evaluation::CameraBox& box = row.box;
    fmt::format_to(std::back_inserter(out),
                   "{} {} {} 0 0 {:.4f} {:.3f} {:.3f} {:.3f} {:.3f} {:.4f} {:.4f} {:.4f} {:.4f} {:.4f} {:.4f} {:.4f} "
                   "{}\n",
                   row.frame, row.id, name_of(row.kind), wrap_angle(box.yaw_rad - std::atan2(box.x_m, box.z_m)),
                   row.image.left_px, row.image.top_px, row.image.right_px, row.image.bottom_px, box.height_m,
                   box.width_m, box.length_m, box.x_m, box.y_m, box.z_m, box.yaw_rad, row.score);
  }
  return out;
}

}  // namespace ocelli::kitti
