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
constexpr double kNear_m = 2.0;       // of a lidar box that is the vehicle's
constexpr double kIou = 0.3;          // of a camera box that shows it
constexpr double kBothAtLeast = 0.8;  // of the frames in which both sensors see it
constexpr std::size_t kFrames = 32;   // of the drive
// What is judged at least: with fewer, the test would have lost its subject.
constexpr std::size_t kVehicles = 8;
constexpr std::size_t kFramesSeen = 150;  // of all of them together

bool is_vehicle(const ocelli::msg::Track& track) {
  return track.classification() == ocelli::msg::CLASS_CAR || track.classification() == ocelli::msg::CLASS_TRUCK;
}

double range_m(const ocelli::msg::Track& track) { return std::hypot(track.position().x(), track.position().y()); }

/// The part of the track's box that lies in the picture.
std::optional<ImageBox> in_picture(const tracking::CameraModel& camera, const ocelli::msg::Track& track) {
  tracking::Object object;
  object.motion.mean.head<3>() << track.position().x(), track.position().y(), track.yaw_rad();
  object.z_m = track.position().z();
  object.size_m = {track.size().x(), track.size().y(), track.size().z()};
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
  std::size_t seen = 0;  // frames in which both detectors see it
  std::size_t both = 0;  // of them: the track says so
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

bool is_vehicle(const tracking::Detection2& box) {
  return box.object_class == perception::ObjectClass::kCar || box.object_class == perception::ObjectClass::kTruck;
}

/// The vehicles of a frame that the camera's detector sees, by index: each box shows the one that it overlaps most, and
/// no other. Whatever the fusion made of the boxes.
std::set<std::size_t> in_camera_boxes(const Drive& drive, const ocelli::msg::Tracks& frame) {
  std::set<std::size_t> seen;
  const auto boxes = drive.camera_boxes.find(perception::time_of(frame.header().stamp()));
  if (boxes == drive.camera_boxes.end()) return seen;
  for (const tracking::Detection2& box : boxes->second) {
    std::optional<std::size_t> shown;
    double most = kIou;
    for (std::size_t i = 0; i < frame.tracks().size(); ++i) {
      const auto picture = in_picture(*drive.camera, frame.tracks()[i]);
      const double iou = picture && is_vehicle(box) ? tracking::image_iou(box.image, *picture) : 0.0;
      if (iou < most) continue;
      most = iou;
      shown = i;
    }
    if (shown) seen.insert(*shown);
  }
  return seen;
}

bool is_in_lidar_box(const Drive& drive, const ocelli::msg::Track& track, Time stamp) {
  const auto boxes = drive.lidar.find(stamp);
  const Eigen::Vector2d place(track.position().x(), track.position().y());
  return boxes != drive.lidar.end() && std::ranges::any_of(boxes->second, [&](const perception::Box3& box) {
           return (box.centre_m.head<2>() - place).norm() < kNear_m;
         });
}

/// Of each vehicle within range.
std::map<std::uint32_t, Sighting> sightings(const Drive& drive) {
  std::map<std::uint32_t, Sighting> all;
  for (const ocelli::msg::Tracks& frame : drive.tracks) {
    for (const std::size_t i : in_camera_boxes(drive, frame)) {
      const ocelli::msg::Track& track = frame.tracks()[i];
      if (!is_vehicle(track) || range_m(track) > kRange_m) continue;
      if (!is_in_lidar_box(drive, track, perception::time_of(frame.header().stamp()))) continue;
      Sighting& seen = all[track.id()];
      ++seen.seen;
      seen.both += (track.sources() & (kSourceLidar | kSourceCamera)) == (kSourceLidar | kSourceCamera);
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
    fmt::print("track {}: seen by both in {} frames, names both in {}\n", id, seen.seen, seen.both);
    ++vehicles;
    frames += seen.seen;
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
