#pragma once
// What a recording says about a run, as plain structs in memory: the input of all computations of the report.
// Vectors are in the order of time. Must not know: files, MCAP, CDR, HTML.

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/report/run_info.hpp"
#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::report {

/// The header of one published message.
struct MessageRecord {
  std::uint32_t writer = 0;
  std::uint64_t sequence = 0;
  Time sensed_at;
  Time published_at;
  LineageEnd oldest;
  LineageEnd newest;
};

/// One recorded topic instance.
struct TopicRecord {
  std::string name;
  std::string kind;      // "" = not in table 1 of this version
  double rate_hz = 0.0;  // declared; 0 = on change
  Duration transport_budget{};
  std::uint64_t bytes = 0;
  std::vector<MessageRecord> messages;
};

struct InjectionChange {
  Time at;
  std::string kind;
  std::string target;
  bool is_active = false;
  double magnitude = 0.0;
  std::string unit;
};

enum class FaultState : std::uint8_t { kPassed, kPending, kConfirmed, kHealed };

struct FaultChange {
  Time at;
  std::string id;
  std::string detector;
  std::string entity;
  std::string asil;
  FaultState state{};
  Time evidence_at;
  Time detected_at;
  double value = 0.0;
  double limit = 0.0;
  std::string unit;
  std::string detail;
};

struct ModeChange {
  Time at;
  std::string mode;
};

enum class ObjectClass : std::uint8_t { kUnknown, kCar, kPedestrian, kCyclist, kTruck };
inline constexpr std::array kAllClasses = {ObjectClass::kCar, ObjectClass::kTruck, ObjectClass::kPedestrian,
                                           ObjectClass::kCyclist, ObjectClass::kUnknown};

[[nodiscard]] constexpr const char* to_string(ObjectClass c) {
  switch (c) {
    case ObjectClass::kCar: return "car";
    case ObjectClass::kTruck: return "truck";
    case ObjectClass::kPedestrian: return "pedestrian";
    case ObjectClass::kCyclist: return "cyclist";
    case ObjectClass::kUnknown: break;
  }
  return "unknown";
}

/// A track or a true object, in the frame of its message. Box centre and length, width, height [m], speed [m/s].
struct ObjectState {
  std::uint32_t id = 0;
  ObjectClass classification{};
  Eigen::Vector3d position = Eigen::Vector3d::Zero();
  double yaw_rad = 0.0;
  Eigen::Vector3d size = Eigen::Vector3d::Zero();
  Eigen::Vector3d velocity = Eigen::Vector3d::Zero();
  double existence = 0.0;
  std::uint32_t lidar_points = 0;  // truth only
  std::uint32_t sources = 0;       // tracks only: bits of ocelli::msg::SOURCE_*, the sensors that saw it lately
  std::optional<Eigen::Matrix4d> covariance;  // tracks only: x y vx vy
};

struct ObjectFrame {
  Time stamp;
  bool is_world = false;  // false: positions and velocities are relative to the vehicle
  bool is_degraded = false;
  Pose T_world_vehicle = Pose::Identity();
  std::vector<ObjectState> objects;
};

/// A detection in a picture, pixels.
struct PixelBox {
  ObjectClass classification = ObjectClass::kUnknown;
  double score = 0.0;
  double u_min = 0.0;
  double v_min = 0.0;
  double u_max = 0.0;
  double v_max = 0.0;
};

/// What the camera nodes said about one picture. Places lie on the ground of the vehicle frame.
struct CameraSight {
  Time stamp;
  std::string camera;  // frame of the picture
  std::vector<PixelBox> boxes;
  std::vector<std::vector<Eigen::Vector2d>> lanes;
  std::vector<Eigen::Vector2d> area;
};

/// A picture and the tracks at its stamp (between two tracks messages: interpolated), in the vehicle frame.
struct CameraShot {
  std::string topic;
  Time stamp;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string mime;                     // "image/jpeg"
  std::string encoded;                  // the picture as a file of that type
  std::array<double, 12> projection{};  // 3 x 4 row major, camera frame (x right, y down, z forward) → pixel
  Pose T_vehicle_camera = Pose::Identity();
  bool is_nominal = false;  // calibration from the mounting plan, not measured
  Duration track_offset{};  // stamp of the tracks − stamp of the picture
  std::vector<ObjectState> objects;
  CameraSight sight;  // of this picture, as far as there is one
};

struct RunData {
  RunInfo info;
  Time begin;  // of the recording
  Time end;
  std::vector<TopicRecord> topics;
  std::vector<Observation> observations;
  std::vector<InjectionChange> injections;
  std::vector<FaultChange> faults;
  std::vector<CameraSight> detections;  // of camera/objects
  std::vector<CameraSight> lanes;       // of camera/lanes
  std::vector<ModeChange> modes;        // the first is the mode at the beginning; empty = the monitor said nothing
  std::vector<ObjectFrame> tracks;
  std::vector<ObjectFrame> truth;
  std::optional<CameraShot> shot;
  std::string no_shot_reason;      // why there is no picture
  std::vector<std::string> notes;  // what was wrong with the recording

  [[nodiscard]] const TopicRecord* find_topic(std::string_view name) const {
    for (const TopicRecord& topic : topics)
      if (topic.name == name) return &topic;
    return nullptr;
  }
  /// Seconds since the beginning of the recording.
  [[nodiscard]] double seconds(Time at) const { return to_seconds(at - begin); }
};

}  // namespace ocelli::report
