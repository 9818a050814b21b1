#pragma once
// What goes into the tracker and what comes out. Frames: "vehicle" is the frame of the measurements (x forward, y left,
// z up), "world" the frame in which tracks move; while the own motion is not known, both are the vehicle's.
// Must not know: buses, clocks, files, message types.

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/box3.hpp"
#include "ocelli/perception/tracking/rectangle.hpp"

namespace ocelli::tracking {

using perception::kObjectClasses;
using perception::ObjectClass;

/// Bits of Track::sources; the values of the message ocelli::msg::Track.
inline constexpr std::uint32_t kSourceLidar = 1;
inline constexpr std::uint32_t kSourceCamera = 2;
inline constexpr std::uint32_t kSourceRadar = 4;

/// A box seen by a 3D detector.
struct Detection3 {
  ObjectClass object_class = ObjectClass::kCar;
  Eigen::Vector3d p_vehicle = Eigen::Vector3d::Zero();  // centre of the box [m]
  double yaw_rad = 0.0;                                 // heading in the vehicle's x-y plane
  double length_m = 0.0;
  double width_m = 0.0;
  double height_m = 0.0;
  double score = 0.0;             // log-odds of the detector: larger is surer
  std::optional<ImageBox> image;  // where the detector sees it in the camera image, if it says so
  bool is_length_seen = true;     // false: completed from the class, not measured
  bool is_width_seen = true;
};

/// A box seen by a camera detector.
struct Detection2 {
  ObjectClass object_class = ObjectClass::kCar;
  ImageBox image;
  double score = 0.0;  // probability, 0..1
};

/// A radar return: a point on an object and how fast it goes away from the sensor (negative: it comes).
struct RadarReturn {
  Eigen::Vector3d p_vehicle = Eigen::Vector3d::Zero();
  double range_rate_mps = 0.0;
  double range_rate_sigma_mps = 0.2;
  Eigen::Vector2d sensor_vehicle = Eigen::Vector2d::Zero();  // where it was seen from [m]
};

/// The own vehicle at the stamp of a measurement. Speed and yaw rate carry objects over when the pose is lost or found,
/// and turn a range rate into the object's own speed.
struct Ego {
  Pose T_world_vehicle = Pose::Identity();
  double speed_mps = 0.0;
  double yaw_rate_rps = 0.0;
  double speed_scale_sigma = 0.0;  // of the speed, relative: an error that lasts
};

/// Pinhole camera: pixel = P * p_vehicle (homogeneous). The image's size bounds what can be seen.
struct CameraModel {
  Eigen::Matrix<double, 3, 4> P_image_vehicle = Eigen::Matrix<double, 3, 4>::Zero();
  double width_px = 0.0;
  double height_px = 0.0;
};

/// Measurements of one instant. A sensor that has no value delivered nothing; an empty span is a sensor that looked and
/// saw nothing.
struct Measurements {
  Time stamp{};
  std::optional<std::span<const Detection3>> lidar;
  std::optional<std::span<const Detection2>> camera;
  std::optional<std::span<const RadarReturn>> radar;
  std::array<bool, kObjectClasses> camera_looks{true, true, true, true, true};  // classes the camera's detector knows
  std::optional<Ego> ego;                                                       // at `stamp`; none: not known
};

/// State of one tracked object at the stamp of the last update, in the tracker's frame.
struct Track {
  std::uint32_t id = 0;  // never reused
  ObjectClass object_class = ObjectClass::kCar;
  double existence = 0.0;                             // probability that there is such an object here, 0..1
  double confidence = 0.0;                            // in the unit of the detector's score
  Eigen::Vector3d p_world = Eigen::Vector3d::Zero();  // centre of the box [m]
  double yaw_rad = 0.0;
  double length_m = 0.0;
  double width_m = 0.0;
  double height_m = 0.0;
  Eigen::Vector3d v_world = Eigen::Vector3d::Zero();  // [m/s]
  Eigen::Vector3d a_world = Eigen::Vector3d::Zero();  // [m/s^2]
  double yaw_rate_rps = 0.0;
  Eigen::Matrix<double, 6, 6> covariance = Eigen::Matrix<double, 6, 6>::Zero();  // x y yaw vx vy yaw_rate
  std::uint32_t sources = 0;                                                     // sensors that saw it in this update
  std::uint32_t age = 0;                                                         // updates since birth
  std::uint32_t hits = 0;                                                        // updates with a measurement
  std::uint32_t misses = 0;                                                      // lidar updates in a row without one
  Time born_at{};                                                                // lineage: oldest measurement
  Time measured_at{};                                                            // lineage: newest measurement
  Time lidar_at{};                                                               // newest of each sensor, or kNoTime
  Time camera_at{};
  Time radar_at{};
  std::optional<ImageBox> image;  // seen by the camera in this update, else predicted; none outside the image
  double visible_share = 1.0;     // of the predicted image box inside the image and not hidden by nearer tracks
};

}  // namespace ocelli::tracking
