#pragma once
// From one radar scan to objects. Each detection's range rate is freed of the vehicle's own motion (Kellner et al.,
// "Instantaneous ego-motion estimation using Doppler radar", 2013, equation 3, read the other way round): what remains
// is its radial velocity over ground. Detections that are near each other and move alike are one object; a single one
// counts only when the scan before had something there, so clutter does not last.
// Must not know: messages, the clock.

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::perception {

struct RadarDetection {
  double range_m = 0.0;
  double azimuth_rad = 0.0;
  double range_rate_mps = 0.0;
  double rcs_dbsm = 0.0;
};

struct RadarNoise {
  double range_m = 0.15;
  double azimuth_rad = 0.01;
  double range_rate_mps = 0.1;
};

/// How the vehicle frame moves over ground.
struct RadarEgo {
  double speed_mps = 0.0;
  double yaw_rate_rps = 0.0;
  double speed_scale_sigma = 0.0;  // of the speed, relative
};

struct RadarObject {
  Eigen::Vector2d centre_m;  // vehicle frame
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Zero();
  double length_m = 0.0;  // along the line of sight
  double width_m = 0.0;   // across it
  double range_rate_mps = 0.0;
  double radial_mps = 0.0;  // over ground, away positive
  double radial_sigma_mps = 0.0;
  double rcs_dbsm = 0.0;  // of its strongest detection
  std::uint32_t detections = 0;
  bool is_moving = false;
};

struct RadarObjectsConfig {
  double near_m = 2.0;
  double near_rad = 0.025;
  double alike_mps = 0.7;
  double moving_sigmas = 4.0;
  double moving_least_mps = 0.4;
  double ego_speed_sigma_mps = 0.1;
  double again_m = 2.5;
  double again_mps = 1.5;

  static constexpr auto fields() {
    using C = RadarObjectsConfig;
    return std::tuple{
        field("near_m", &C::near_m, "m", 0.1, 20.0, "detections of one object are nearer to each other"),
        field("near_rad", &C::near_rad, "rad", 0.0, 0.2, "and this times the range more across the line of sight"),
        field("alike_mps", &C::alike_mps, "m/s", 0.05, 10.0, "and differ in range rate by less"),
        field("moving_sigmas", &C::moving_sigmas, "", 0.5, 20.0, "radial velocity beyond so many sigmas moves"),
        field("moving_least_mps", &C::moving_least_mps, "m/s", 0.0, 5.0, "and at least this"),
        field("ego_speed_sigma_mps", &C::ego_speed_sigma_mps, "m/s", 0.0, 5.0, "doubt of the own speed"),
        field("again_m", &C::again_m, "m", 0.1, 20.0, "a single detection needs one of the scan before so near"),
        field("again_mps", &C::again_mps, "m/s", 0.1, 20.0, "and so alike"),
    };
  }
};

class RadarObjects {
 public:
  /// `detections_max`: more in one scan are ignored, the farthest first in the scan's order.
  explicit RadarObjects(const RadarObjectsConfig& config, std::size_t detections_max = 4096);

  /// Objects of one scan, valid until the next call. Without ego motion nothing is moving and radial_mps is the range
  /// rate. Detections that are not finite are left out and counted.
  [[nodiscard]] std::span<const RadarObject> detect(std::span<const RadarDetection> scan, Time stamp,
                                                    const Pose& T_vehicle_radar, const RadarNoise& noise,
                                                    const std::optional<RadarEgo>& ego);

  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  struct Point {
    Eigen::Vector2d p_m;        // vehicle frame
    Eigen::Vector2d direction;  // line of sight, vehicle frame
    double range_m = 0.0;
    double range_rate_mps = 0.0;
    double radial_mps = 0.0;
    double rcs_dbsm = 0.0;
    std::size_t cluster = 0;
  };

  void take(std::span<const RadarDetection> scan, const Pose& T_vehicle_radar, const std::optional<RadarEgo>& ego);
  void connect();
  [[nodiscard]] bool belong_together(const Point& a, const Point& b) const;
  [[nodiscard]] RadarObject object_of(std::span<const std::size_t> members, const RadarNoise& noise,
                                      const std::optional<RadarEgo>& ego) const;
  [[nodiscard]] bool was_there(const Point& point, Time stamp, const std::optional<RadarEgo>& ego) const;

  RadarObjectsConfig config_;
  std::size_t detections_max_;
  std::vector<Point> points_;
  std::vector<Point> before_;
  Time before_at_ = kNoTime;
  std::vector<std::size_t> order_;    // by x, then by cluster
  std::vector<std::size_t> pending_;  // of the cluster that grows
  std::vector<RadarObject> objects_;
  std::uint64_t left_out_ = 0;
};

}  // namespace ocelli::perception
