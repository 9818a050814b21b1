#pragma once
// TABLE 1: every topic kind. A tag ties the C++ wire type to a name; its row in kTable says the rest.
// To add a kind: the tag, the row, and (for a new type) an IDL file in middleware/idl.

#include <array>
#include <span>
#include <string_view>

#include "ocelli/middleware/topics/codec.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"
#include "ocelli_camera_lanes.h"
#include "ocelli_radar.h"
#include "ocelli_safety.h"
#include "ocelli_tracks.h"
#include "ocelli_vehicle.h"
#include "ros2_sensor.h"
#include "ros2_vision.h"

namespace ocelli::topics {

// clang-format off
struct CameraImage      { using Type = sensor_msgs::msg::Image;           static constexpr std::string_view kName = "camera/image"; };
struct CameraCompressed { using Type = sensor_msgs::msg::CompressedImage; static constexpr std::string_view kName = "camera/compressed"; };
struct CameraInfo       { using Type = ocelli::msg::CameraCalibration;    static constexpr std::string_view kName = "camera/calibration"; };
struct LidarPoints      { using Type = sensor_msgs::msg::PointCloud2;     static constexpr std::string_view kName = "lidar/points"; };
struct ImuData          { using Type = sensor_msgs::msg::Imu;             static constexpr std::string_view kName = "imu"; };
struct GnssFix          { using Type = sensor_msgs::msg::NavSatFix;       static constexpr std::string_view kName = "gnss/fix"; };
struct VehicleState     { using Type = ocelli::msg::VehicleState;         static constexpr std::string_view kName = "vehicle/state"; };
struct EgoMotion        { using Type = ocelli::msg::EgoMotion;            static constexpr std::string_view kName = "ego_motion"; };
struct CameraObjects    { using Type = vision_msgs::msg::Detection2DArray;static constexpr std::string_view kName = "camera/objects"; };
struct CameraLanes      { using Type = ocelli::msg::CameraLanes;          static constexpr std::string_view kName = "camera/lanes"; };
struct LidarObjects     { using Type = vision_msgs::msg::Detection3DArray;static constexpr std::string_view kName = "lidar/objects"; };
struct RadarDetections  { using Type = ocelli::msg::RadarDetections;      static constexpr std::string_view kName = "radar/detections"; };
struct RadarObjects     { using Type = ocelli::msg::RadarObjects;         static constexpr std::string_view kName = "radar/objects"; };
struct Tracks           { using Type = ocelli::msg::Tracks;               static constexpr std::string_view kName = "tracks"; };
struct TruthTracks      { using Type = ocelli::msg::Tracks;               static constexpr std::string_view kName = "truth/tracks"; };
struct TruthEgo         { using Type = ocelli::msg::EgoMotion;            static constexpr std::string_view kName = "truth/ego_motion"; };
struct Observations     { using Type = ocelli::msg::ObservationBatch;     static constexpr std::string_view kName = "ocelli/observations"; };
struct Faults           { using Type = ocelli::msg::Fault;                static constexpr std::string_view kName = "ocelli/faults"; };
struct SafetyState      { using Type = ocelli::msg::SafetyState;          static constexpr std::string_view kName = "ocelli/safety_state"; };
struct RecoveryRequests { using Type = ocelli::msg::RecoveryRequest;      static constexpr std::string_view kName = "ocelli/recovery_requests"; };
struct Injections       { using Type = ocelli::msg::Injection;            static constexpr std::string_view kName = "ocelli/injections"; };

inline constexpr auto kTable = std::to_array<TopicKind>({
  // tag                    meaning                                                      bulk   QoS            E2E          quality          rate  budget  rec    depth
  row<CameraImage>     ("camera picture, 8-bit BGR or grey",                             true,  Qos::kSensor, E2e::kP07,   Quality::kImage,   10.0,  50ms, true,     4),
  row<CameraCompressed>("camera picture as JPEG or PNG",                                 true,  Qos::kSensor, E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     4),
  row<CameraInfo>      ("projection and mounting of the camera of the same instance",    false, Qos::kState,  E2e::kP04,   Quality::kNone,     0.0,  50ms, true,     1),
  row<LidarPoints>     ("one lidar turn: x y z intensity, sensor frame",                 true,  Qos::kSensor, E2e::kP07,   Quality::kCloud,   10.0,  50ms, true,     4),
  row<ImuData>         ("angular rate and acceleration, vehicle frame",                  false, Qos::kSensor, E2e::kP04,   Quality::kNone,   100.0,  50ms, true,    64),
  row<GnssFix>         ("WGS 84 position of the antenna",                                false, Qos::kSensor, E2e::kP04,   Quality::kNone,    10.0,  50ms, true,    16),
  row<VehicleState>    ("wheel speeds and steering",                                     false, Qos::kSensor, E2e::kP04,   Quality::kNone,    50.0,  50ms, true,    64),
  row<EgoMotion>       ("pose and speed of the vehicle in the world",                    false, Qos::kSensor, E2e::kP04,   Quality::kNone,    50.0,  50ms, true,    64),
  row<CameraObjects>   ("2D detections in the picture",                                  false, Qos::kSensor, E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     8),
  row<CameraLanes>     ("lane lines and drivable area on the ground",                   false, Qos::kSensor, E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     8),
  row<LidarObjects>    ("3D boxes in the vehicle frame",                                 false, Qos::kSensor, E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     8),
  row<RadarDetections> ("one radar scan: range, azimuth and range rate of each reflector", false, Qos::kSensor, E2e::kP07,   Quality::kScan,    20.0,  50ms, true,     8),
  row<RadarObjects>    ("clusters of radar detections with their velocity over ground", false, Qos::kSensor, E2e::kP07,   Quality::kNone,    20.0,  50ms, true,     8),
  row<Tracks>          ("tracked objects",                                               false, Qos::kSensor, E2e::kP07,   Quality::kSensors, 10.0,  50ms, true,     8),
  row<TruthTracks>     ("simulated truth: every object, seen or not",                    false, Qos::kSensor, E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     8),
  row<TruthEgo>        ("simulated truth: the vehicle's own motion",                     false, Qos::kSensor, E2e::kP04,   Quality::kNone,    50.0,  50ms, true,    64),
  row<Observations>    ("what the shells saw: the monitor's only input",                 false, Qos::kEvent,  E2e::kP07,   Quality::kNone,     0.0,  50ms, true,  4096),
  row<Faults>          ("fault state changes",                                           false, Qos::kEvent,  E2e::kP04,   Quality::kNone,     0.0,  50ms, true,   256),
  row<SafetyState>     ("mode, active faults, latency of the chains",                    false, Qos::kState,  E2e::kP07,   Quality::kNone,    10.0,  50ms, true,     8),
  row<RecoveryRequests>("consent to leave a mode that ends on request only",            false, Qos::kEvent,  E2e::kP04,   Quality::kNone,     0.0,  50ms, true,    16),
  row<Injections>      ("what the fault injector did: never read by the monitor",        false, Qos::kEvent,  E2e::kP04,   Quality::kNone,     0.0,  50ms, true,    64),
});
// clang-format on

/// The row of a tag.
template <class Tag>
[[nodiscard]] constexpr const TopicKind& kind_of() {
  for (const TopicKind& kind : kTable)
    if (kind.name == Tag::kName) return kind;
  throw "a topic tag without a row in kTable";  // only at compile time: a constant expression cannot throw
}

/// The row with that name; null if there is none.
[[nodiscard]] constexpr const TopicKind* find_kind(std::string_view name) {
  for (const TopicKind& kind : kTable)
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace ocelli::topics
