#pragma once
// What the tracker remembers between two updates: objects in the world frame. Copying one is how the tracker goes back
// in time. Must not know: sensors, association.

#include <vector>

#include "ocelli/perception/tracking/config.hpp"
#include "ocelli/perception/tracking/motion.hpp"
#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::tracking {

struct Object {
  std::uint32_t id = 0;
  ObjectClass object_class = ObjectClass::kCar;
  MotionState motion;
  double z_m = 0.0;
  double z_variance = 0.0;
  Eigen::Vector3d size_m = Eigen::Vector3d::Zero();  // length, width, height
  double sized = 0.0;                                // detections that the size was averaged over
  double evidence = 0.0;                             // log-odds of existence
  double score = 0.0;                                // remembered score of the detections
  std::uint32_t sources = 0;
  std::uint32_t hits = 0;
  std::uint32_t misses = 0;
  Time born_at{};
  Time measured_at{};
  Time lidar_at{};
  Time camera_at{};
  std::optional<ImageBox> image;
  double visible_share = 1.0;
};

struct Scene {
  std::optional<Time> stamp;
  Pose T_world_vehicle = Pose::Identity();
  std::vector<Object> objects;
};

[[nodiscard]] Rectangle ground_of(const Object& object);

/// Common ground area over the smaller of the two.
[[nodiscard]] double ground_cover(const Object& a, const Object& b);

void predict_object(const ClassConfig& config, double step_s, Object& object);

/// A detection in the world frame.
struct WorldDetection {
  Eigen::Vector3d p_world = Eigen::Vector3d::Zero();
  double yaw_rad = 0.0;
  double sigma_m = 0.2;
};

[[nodiscard]] WorldDetection seen_in_world(const ClassConfig& config, const Pose& T_world_vehicle,
                                           const Detection3& detection);

[[nodiscard]] Object new_object(const ClassConfig& config, const WorldDetection& place, const Detection3& detection,
                                Time stamp);

void update_object(const ClassConfig& config, const WorldDetection& place, const Detection3& detection, Time stamp,
                   Object& object);

/// Log-likelihood ratio of a detection with this score.
[[nodiscard]] double evidence_of(const ClassConfig& config, double score);

/// Heading of a direction in the plane, seen from another frame.
[[nodiscard]] double turned(const Eigen::Matrix3d& rotation, double yaw_rad);

/// The box of the object in the image, not clipped; none when a corner lies behind the camera.
[[nodiscard]] std::optional<ImageBox> project(const CameraModel& camera, const Pose& T_vehicle_world,
                                              const Object& object);

[[nodiscard]] Track report_of(const ClassConfig& config, const Object& object);

}  // namespace ocelli::tracking
