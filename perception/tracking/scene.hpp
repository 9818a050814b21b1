#pragma once
// What the tracker remembers between two updates: objects in the world frame. Copying one is how the tracker goes back
// in time. Must not know: sensors, association.

#include <vector>

#include "ocelli/perception/tracking/config.hpp"
#include "ocelli/perception/tracking/motion.hpp"
#include "ocelli/perception/tracking/object.hpp"
#include "ocelli/perception/tracking/standing.hpp"

namespace ocelli::tracking {

struct Object {
  std::uint32_t id = 0;
  ObjectClass object_class = ObjectClass::kCar;
  MotionState motion;  // as if it moves
  Rest rest;           // as if it stands
  double z_m = 0.0;
  double z_variance = 0.0;
  Eigen::Vector3d size_m = Eigen::Vector3d::Zero();        // length, width, height
  Eigen::Vector2d size_sigma_m = Eigen::Vector2d::Zero();  // of length and width
  std::array<double, 3> sized{};                           // detections that each was averaged over
  double evidence = 0.0;                                   // log-odds of existence
  double score = 0.0;                                      // remembered score of the detections
  std::array<double, kObjectClasses> votes{};              // for each class, fading
  double across = 0.0;                                     // share of late boxes that lay across
  Eigen::Matrix2d place_bias = Eigen::Matrix2d::Zero();    // of a place that returns say: the same in every scan
  bool is_standing = false;                                // which of the two it is
  bool is_proven = false;
  std::uint32_t sources = 0;
  std::uint32_t age = 1;
  std::uint32_t hits = 0;
  std::uint32_t misses = 0;
  Time born_at{};
  Time measured_at{};
  Time lidar_at{};
  Time camera_at{};
  Time radar_at{};
  std::optional<ImageBox> image;
  double visible_share = 1.0;

  [[nodiscard]] Eigen::Vector2d place_m() const {
    return is_standing ? rest.place_m : Eigen::Vector2d(motion.mean.head<2>());
  }
  [[nodiscard]] Eigen::Matrix2d place_covariance() const {
    return is_standing ? rest.covariance : Eigen::Matrix2d(motion.covariance.topLeftCorner<2, 2>());
  }
};

/// A radar return in the tracker's frame.
struct Echo {
  Time stamp{};
  Eigen::Vector2d p_world;
  Eigen::Vector2d sight;  // from the sensor to it
  double range_m;
  Eigen::Vector2d v_sensor;
  double radial_mps;  // over ground
  double sigma_mps;
  double lasting_mps;  // sigma of what is wrong with it for long, since the vehicle's own speed is
  bool is_moving;
};

struct Scene {
  std::optional<Time> stamp;
  Time begun_at{};
  std::optional<Time> lidar_at;  // the lidar delivered last
  bool is_world = true;          // false: the own motion is not known, objects are in the vehicle frame
  Ego ego;                       // last known; identity in the vehicle frame
  std::vector<Object> objects;
  std::vector<Echo> echoes;  // of the last radar scans
};

[[nodiscard]] Rectangle ground_of(const Object& object);

/// Common ground area over the smaller of the two.
[[nodiscard]] double ground_cover(const Object& a, const Object& b);

void predict_object(const ClassConfig& config, double step_s, double extra_acceleration_mps2, Object& object);

/// A detection in the tracker's frame.
struct WorldDetection {
  Eigen::Vector3d p_world = Eigen::Vector3d::Zero();
  double yaw_rad = 0.0;
  double sigma_m = 0.2;
};

[[nodiscard]] WorldDetection seen_in_world(const ClassConfig& config, const Pose& T_world_vehicle,
                                           const Detection3& detection);

/// How a detection measures one object.
struct Placement {
  Eigen::Vector2d p_world = Eigen::Vector2d::Zero();  // of the object's centre
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Identity();
  double yaw_rad = 0.0;
  double yaw_sigma_rad = 0.0;
  Eigen::Vector3d seen_m = Eigen::Vector3d::Zero();  // extent along the object's axes
  std::array<bool, 2> is_seen{true, true};           // length and width of it
  bool is_across = false;                            // the box's width lies along the object's length
};

/// The box is the object.
[[nodiscard]] Placement place_whole(const ClassConfig& config, const WorldDetection& place,
                                    const Detection3& detection);

/// The box shows what `sensor` sees of the object: near sides coincide, far ones follow from the object's size.
[[nodiscard]] Placement place_at_near_side(const ClassConfig& config, const WorldDetection& place,
                                           const Detection3& detection, const Eigen::Vector2d& sensor,
                                           const Object& object);

[[nodiscard]] Object new_object(const ClassConfig& config, MotionModel model, const WorldDetection& place,
                                const Detection3& detection, Time stamp);

void update_object(const ClassConfig& config, const WorldDetection& place, const Placement& placement,
                   const Detection3& detection, Time stamp, Object& object);

/// What only partial boxes need: heading and class grow out of many of them and of the direction of motion.
/// `is_world`: velocities are over ground, so that motion says where the front is.
void mend_heading(const Placement& placement, bool is_world, Object& object);
/// What has wheels, and is likelier to stand than to move. Of people and of what has no class both are as likely.
[[nodiscard]] bool may_stand(const Object& object);
void vote_for_class(const Detection3& detection, Object& object);
/// Its length and width have just changed from `before`: the sides that `sensor` sees stay where they are.
void keep_near_side(const Eigen::Vector2d& before_m, const Eigen::Vector2d& sensor, Object& object);

/// How far the sizes of a class spread: sigma of the length and width of an object that was not measured.
[[nodiscard]] Eigen::Vector2d unknown_size_m(ObjectClass object_class);
/// A box that showed length or width from `range_m` away has changed the object's size: how well it is known now.
void learn_size(const Placement& placement, double range_m, double memory, Object& object);
/// What `sensor` measures is the near sides; the centre is half a size behind them, and half of the size's error wrong.
/// That is the same error in every scan, so that no number of scans makes it smaller (a parameter that is considered
/// and not estimated, Schmidt 1966).
[[nodiscard]] Eigen::Matrix2d centre_bias(const Object& object, const Eigen::Vector2d& sensor);

/// Log-likelihood ratio of a detection with this score.
[[nodiscard]] double evidence_of(const ClassConfig& config, double score);

/// Heading of a direction in the plane, seen from another frame.
[[nodiscard]] double turned(const Eigen::Matrix3d& rotation, double yaw_rad);

/// The box of the object in the image, not clipped; none when a corner lies behind the camera.
[[nodiscard]] std::optional<ImageBox> project(const CameraModel& camera, const Pose& T_vehicle_world,
                                              const Object& object);

[[nodiscard]] double probability(double log_odds);

[[nodiscard]] Track report_of(const ClassConfig& config, const Object& object);

}  // namespace ocelli::tracking
