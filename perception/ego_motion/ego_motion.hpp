#pragma once
// Where the vehicle is and how it moves, from wheel speeds, steering, gyro and position fixes (ego_filter.hpp). Every
// sample counts at its own stamp whenever it comes: one that is late is put where it belongs, and what came after it is
// computed anew. What is not known is said: without wheels, or without any yaw rate, for longer than max_age the motion
// is absent, never zero. The same samples give the same result in whatever order they come, within late_by_most.
// Must not know: messages, the clock.

#include <Eigen/Core>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/ego_motion/ego_config.hpp"
#include "ocelli/perception/ego_motion/ego_filter.hpp"
#include "ocelli/perception/ego_motion/geodesy.hpp"

namespace ocelli::perception {

/// Planar motion at a time. The world frame begins at the pose of the first sample.
struct EgoState {
  Time stamp{};
  double x_m = 0.0;
  double y_m = 0.0;
  double yaw_rad = 0.0;
  double speed_mps = 0.0;                                // along vehicle x
  double yaw_rate_rps = 0.0;                             // without bias
  double speed_scale_sigma = 0.0;                        // of the speed, relative: an error that lasts
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();  // x, y, yaw
  bool is_fused = false;                                 // position fixes of the last second are in it
  bool is_integral = false;                              // the sources agree within the covariance: it can be believed

  [[nodiscard]] Pose T_world_vehicle() const { return pose_from_xyz_rpy(x_m, y_m, 0.0, 0.0, 0.0, yaw_rad); }
  /// The same motion continued (or taken back) along an arc; the covariance stays.
  [[nodiscard]] EgoState moved_to(Time time) const;
};

/// The same pose on Earth.
struct GlobalState {
  double east_m = 0.0;  // of the first fix
  double north_m = 0.0;
  double yaw_rad = 0.0;                                  // from east, counter-clockwise
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();  // east, north, yaw
};

class EgoMotion {
 public:
  explicit EgoMotion(const EgoMotionConfig& config);
  /// Begins with what an earlier drive has learnt instead of the sigmas of the configuration.
  EgoMotion(const EgoMotionConfig& config, const EgoCalibration& calibration);

  /// In any order. Samples that are there already change nothing. Those that are not valid, beyond what a vehicle does
  /// (core/vehicle_limits.hpp), later than late_by_most, or others of a stamp that is there, are ignored and counted.
  void add(const GyroSample& sample);
  void add(const WheelSample& sample);
  void add(const GnssSample& sample);

  /// Nothing when wheels or yaw rate are absent: never there, or older than max_age at `time`.
  [[nodiscard]] std::optional<EgoState> at(Time time) const;
  /// Nothing also before fixes have told where the world frame lies.
  [[nodiscard]] std::optional<GlobalState> global_at(Time time) const;
  /// East and north of GlobalState count from here; nothing before the first fix.
  [[nodiscard]] const std::optional<LocalPlane>& plane() const { return plane_; }

  [[nodiscard]] EgoCalibration calibration() const;
  [[nodiscard]] double fix_delay_s() const { return newest() == nullptr ? 0.0 : (*newest())[EgoFilter::kDelay]; }
  [[nodiscard]] std::uint64_t ignored_samples() const { return ignored_; }

 private:
  enum class Kind : std::uint8_t { kGyro, kWheels, kFix };  // in this order where stamps are equal
  struct Event {
    Time stamp;
    Kind kind{};
    WheelSample wheels;
    double yaw_rate_rps = 0.0;
    Eigen::Vector2d fix_m = Eigen::Vector2d::Zero();
    double variance_m2 = 0.0;
  };
  struct Step {  // an event and the filter behind it
    Event event;
    std::optional<EgoFilter> after;  // none before the first wheels
  };

  [[nodiscard]] static bool is_same(const Event& a, const Event& b);
  void insert(const Event& event);
  void apply(std::size_t index);
  void start(std::size_t index);
  void forget();
  /// The last step at or before `time`; null when there is none.
  [[nodiscard]] const EgoFilter* filter_at(Time time) const;
  [[nodiscard]] const EgoFilter* newest() const;
  [[nodiscard]] bool is_present(const EgoFilter& filter, Time time) const;
  [[nodiscard]] bool is_integral(const EgoFilter& filter, Time time) const;

  std::shared_ptr<const EgoMotionConfig> config_;  // the filters point to it, also those of a copy
  EgoCalibration begin_with_;
  std::vector<Step> steps_;  // by stamp and kind
  std::optional<LocalPlane> plane_;
  std::uint64_t ignored_ = 0;
};

}  // namespace ocelli::perception
