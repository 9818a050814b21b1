// `ocelli replay --launch camera` of a real KITTI drive: vehicles that the detectors of lidar and camera both see carry
// both as sources, and the drive goes on, marked, without either of them. Prints what it measured.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/tracking/scene.hpp"
#include "ocelli/perception/tracks/sensor_messages.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;
using tracking::ImageBox;
using tracking::kSourceCamera;
using tracking::kSourceLidar;

constexpr double kRange_m = 30.0;
constexpr double kNear_m = 2.0;         // of a lidar's box: its track
constexpr double kIou = 0.3;            // of a camera's box: it shows the same vehicle
constexpr double kBothAtLeast = 0.8;    // of the frames in which both sensors see it
constexpr std::size_t kBornWithin = 3;  // frames of a vehicle that both see until it has a track
constexpr std::size_t kFrames = 32;     // of the drive
// What is judged at least: with fewer, the test would have lost its subject.
constexpr std::size_t kVehicles = 6;
constexpr std::size_t kFramesSeen = 120;  // of all of them together

bool is_vehicle(perception::ObjectClass c) {
  return c == perception::ObjectClass::kCar || c == perception::ObjectClass::kTruck;
}

/// The part of a lidar's box that lies in the picture.
std::optional<ImageBox> in_picture(const tracking::CameraModel& camera, const perception::Box3& seen) {
  tracking::Object object;
  object.motion.mean.head<3>() << seen.centre_m.head<2>(), seen.yaw_rad;
  object.z_m = seen.centre_m.z();
  object.size_m = seen.size_m;
  const auto box = tracking::project(camera, Pose::Identity(), object);
  if (!box) return std::nullopt;
  const ImageBox part{std::max(box->left_px, 0.0), std::max(box->top_px, 0.0), std::min(box->right_px, camera.width_px),
                      std::min(box->bottom_px, camera.height_px)};
  return part.width_px() > 0.0 && part.height_px() > 0.0 ? std::optional(part) : std::nullopt;
}

struct Drive {
  std::vector<ocelli::msg::Tracks> tracks;
  std::map<Time, std::vector<perception::Box3>> lidar;  // what the sensors' own detectors say
  std::map<Time, std::vector<tracking::Detection2>> camera_boxes;
  std::optional<tracking::CameraModel> camera;
  std::size_t lanes = 0;  // messages
  std::size_t with_lines = 0;
};

struct Sighting {
  std::size_t seen = 0;    // frames in which both detectors see it and it has a track
  std::size_t both = 0;    // of them: the track says so
  std::size_t before = 0;  // frames before it has one, which takes a second box
};

class KittiFusion : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = recorded_data("kitti_raw");
    models_ = recorded_data("models");
    if (!fs::is_directory(data_)) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
    for (const char* model : {"yolo-fastest-1.1-xl.weights", "twinlitenet_640x192.onnx"})
      if (!fs::exists(models_ / model)) GTEST_SKIP() << "skipped: no model (ocelli models list)";
    out_ = fs::temp_directory_path() / fmt::format("ocelli_kitti_fusion_{}", ::getpid());
  }
  void TearDown() override {
    std::error_code ignored;
    if (!out_.empty()) fs::remove_all(out_, ignored);
  }

  [[nodiscard]] Drive replay(const std::string& options) const {
    const std::string command =
        fmt::format("{} replay {} --launch camera --models {} --rate max {} --out {} > /dev/null 2>&1", OCELLI_COMMAND,
                    data_.string(), models_.string(), options, out_.string());
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    Drive drive;
    auto recording = log::Recording::open(out_ / "recording.mcap");
    if (!recording) ADD_FAILURE() << recording.error().message;
    if (!recording) return drive;
    auto cursor = recording->messages();
    for (auto message = cursor.next(); message && *message; message = cursor.next()) {
      const std::string& name = recording->topics()[(*message)->topic].name;
      if (name == "tracks") drive.tracks.push_back(log::decode<topics::Tracks>(**message).value());
      if (name == "lidar/objects") {
        const auto seen = log::decode<topics::LidarObjects>(**message).value();
        drive.lidar[perception::time_of(seen.header().stamp())] = perception::boxes_of(seen);
      }
      if (name == "camera/objects") {
        const auto seen = log::decode<topics::CameraObjects>(**message).value();
        perception::camera_detections_of(seen, drive.camera_boxes[perception::time_of(seen.header().stamp())]);
      }
      if (name == "camera/front/calibration")
        drive.camera = perception::camera_model_of(log::decode<topics::CameraInfo>(**message).value()).value();
      if (name == "camera/lanes") {
        ++drive.lanes;
        drive.with_lines += log::decode<topics::CameraLanes>(**message).value().lines().empty() ? 0 : 1;
      }
    }
    return drive;
  }

  fs::path data_;
  fs::path models_;
  fs::path out_;
};

/// The vehicles that both detectors see at an instant, as the lidar's boxes: each box of the camera shows the one that
/// it overlaps most, and no other. The fusion has no part in this.
std::set<const perception::Box3*> seen_by_both(const Drive& drive, Time stamp) {
  std::set<const perception::Box3*> seen;
  const auto lidar = drive.lidar.find(stamp);
  const auto camera = drive.camera_boxes.find(stamp);
  if (lidar == drive.lidar.end() || camera == drive.camera_boxes.end()) return seen;
  for (const tracking::Detection2& box : camera->second) {
    const perception::Box3* shown = nullptr;
    double most = kIou;
    for (const perception::Box3& vehicle : lidar->second) {
      const bool may_be = is_vehicle(box.object_class) && is_vehicle(vehicle.object_class);
      const auto picture = may_be ? in_picture(*drive.camera, vehicle) : std::nullopt;
      const double iou = picture ? tracking::image_iou(box.image, *picture) : 0.0;
      if (iou < most) continue;
      most = iou;
      shown = &vehicle;
    }
    if (shown != nullptr && shown->centre_m.head<2>().norm() <= kRange_m) seen.insert(shown);
  }
  return seen;
}

Time stamp_of(const ocelli::msg::Tracks& frame) { return perception::time_of(frame.header().stamp()); }

/// The track of what was at a place at that time; nothing: none was near enough.
const ocelli::msg::Track* track_at(const ocelli::msg::Tracks& frame, const Eigen::Vector3d& place_m, Time then) {
  const double since_s = to_seconds(stamp_of(frame) - then);
  const ocelli::msg::Track* nearest = nullptr;
  double least_m = kNear_m;
  for (const ocelli::msg::Track& track : frame.tracks()) {
    const double away_m = std::hypot(track.position().x() - since_s * track.velocity().x() - place_m.x(),
                                     track.position().y() - since_s * track.velocity().y() - place_m.y());
    if (away_m >= least_m) continue;
    least_m = away_m;
    nearest = &track;
  }
  return nearest;
}

/// Of each vehicle within range, by its track. A vehicle that has none yet is the one whose track begins there within
/// kBornWithin frames; under 0 those that get none.
std::map<std::uint32_t, Sighting> sightings(const Drive& drive) {
  constexpr std::uint32_t kBoth = kSourceLidar | kSourceCamera;
  std::map<std::uint32_t, Sighting> all;
  for (std::size_t i = 0; i < drive.tracks.size(); ++i) {
    const Time now = stamp_of(drive.tracks[i]);
    for (const perception::Box3* vehicle : seen_by_both(drive, now)) {
      const ocelli::msg::Track* track = track_at(drive.tracks[i], vehicle->centre_m, now);
      std::uint32_t id = track == nullptr ? 0 : track->id();
      for (std::size_t later = i + 1; id == 0 && later < std::min(i + 1 + kBornWithin, drive.tracks.size()); ++later)
        if (const auto* born = track_at(drive.tracks[later], vehicle->centre_m, now)) id = born->id();
      Sighting& vehicle_seen = all[id];
      if (track == nullptr) {
        ++vehicle_seen.before;
        continue;
      }
      ++vehicle_seen.seen;
      vehicle_seen.both += (track->sources() & kBoth) == kBoth;
    }
  }
  return all;
}

std::size_t frames_with_tracks(const Drive& drive) {
  return static_cast<std::size_t>(
      std::ranges::count_if(drive.tracks, [](const auto& frame) { return !frame.tracks().empty(); }));
}

/// Lanes are found, and drawn into the pictures of the report.
void check_lanes(const Drive& drive, const fs::path& out) {
  fmt::print("{} of {} messages of lanes have lines\n", drive.with_lines, drive.lanes);
  EXPECT_GE(drive.lanes, kFrames / 2 - 1) << "5 Hz of 10";
  EXPECT_GE(drive.with_lines, drive.lanes / 2);
  std::ifstream page(out / "report.html");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  EXPECT_NE(text.find("lane lines."), std::string::npos);
  EXPECT_NE(text.find("class=\"photo-lane\""), std::string::npos);
}

TEST_F(KittiFusion, VehiclesThatBothSensorsSeeCarryBothAsSourcesAndLanesAreShown) {
  const Drive drive = replay("");
  ASSERT_TRUE(drive.camera);
  ASSERT_EQ(drive.tracks.size(), kFrames);
  std::size_t vehicles = 0;
  std::size_t frames = 0;
  for (const auto& [id, seen] : sightings(drive)) {
    fmt::print("track {}: seen by both in {} frames, names both in {}; before it {}\n", id, seen.seen, seen.both,
               seen.before);
    ++vehicles;
    frames += seen.seen;
    EXPECT_NE(id, 0U) << "both detectors see a vehicle that gets no track, in " << seen.before << " frames";
    EXPECT_LE(seen.before, kBornWithin) << "track " << id;
    EXPECT_GE(static_cast<double>(seen.both), kBothAtLeast * static_cast<double>(seen.seen)) << "track " << id;
  }
  fmt::print("judged: {} vehicles in {} frames, of {} frames of the drive\n", vehicles, frames, drive.tracks.size());
  EXPECT_GE(vehicles, kVehicles);
  EXPECT_GE(frames, kFramesSeen);
  check_lanes(drive, out_);
}

TEST_F(KittiFusion, WithoutTheCameraTheDriveGoesOnMarked) {
  const Drive drive = replay("--without camera/front");
  ASSERT_FALSE(drive.tracks.empty());
  fmt::print("{} of {} frames have tracks\n", frames_with_tracks(drive), drive.tracks.size());
  ASSERT_EQ(drive.tracks.size(), kFrames);
  EXPECT_GE(frames_with_tracks(drive), drive.tracks.size() * 9 / 10);
  for (const auto& frame : drive.tracks) EXPECT_EQ(frame.sensors_missing(), kSourceCamera);
}

TEST_F(KittiFusion, WithoutTheLidarTheDriveGoesOnMarked) {
  const Drive drive = replay("--without lidar/top");
  ASSERT_FALSE(drive.tracks.empty());
  fmt::print("{} of {} frames have tracks\n", frames_with_tracks(drive), drive.tracks.size());
  EXPECT_GE(frames_with_tracks(drive), drive.tracks.size() / 2);
  for (const auto& frame : drive.tracks) EXPECT_EQ(frame.sensors_missing(), kSourceLidar);
}

}  // namespace
}  // namespace ocelli
