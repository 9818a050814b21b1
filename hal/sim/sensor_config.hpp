#pragma once
// The simulated sensors as a scenario describes them. Names are topic names and frame ids.
// Vehicle frame: ISO 8855 (x forward, y left, z up), origin on the ground below the middle of the rear axle.

#include <string>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::sim {

/// Where a sensor sits: position and Euler angles (yaw, then pitch, then roll) of its body frame (x along its view,
/// y left, z up) in the vehicle frame. Positive pitch looks down.
struct Mounting {
  double x_m = 0.0;
  double y_m = 0.0;
  double z_m = 0.0;
  double roll_deg = 0.0;
  double pitch_deg = 0.0;
  double yaw_deg = 0.0;

  [[nodiscard]] Pose pose() const {
    constexpr double kRadians = M_PI / 180.0;
    return pose_from_xyz_rpy(x_m, y_m, z_m, roll_deg * kRadians, pitch_deg * kRadians, yaw_deg * kRadians);
  }
  static constexpr auto fields() {
    return std::tuple{field("x_m", &Mounting::x_m, "m", -20.0, 20.0, "forward of the rear axle"),
                      field("y_m", &Mounting::y_m, "m", -5.0, 5.0, "left of the middle"),
                      field("z_m", &Mounting::z_m, "m", -1.0, 6.0, "above the ground"),
                      field("roll_deg", &Mounting::roll_deg, "deg", -180.0, 180.0, "about x"),
                      field("pitch_deg", &Mounting::pitch_deg, "deg", -90.0, 90.0, "about y, positive looks down"),
                      field("yaw_deg", &Mounting::yaw_deg, "deg", -180.0, 180.0, "about z, positive looks left")};
  }
};

/// How the beams spread over the elevation range.
enum class BeamPattern {
  kUniform,
  kHdl64,  // the upper half of the beams takes 38.6 % of the range, as an HDL-64E's upper block (1/3 deg, then 1/2 deg)
};

constexpr auto enum_names(BeamPattern) {
  using Entry = std::pair<std::string_view, BeamPattern>;
  return std::array{Entry{"uniform", BeamPattern::kUniform}, Entry{"hdl64", BeamPattern::kHdl64}};
}

struct LidarConfig {
  std::string name = "lidar/top";
  double rate_hz = 10.0;
  Duration phase{};
  Mounting mounting{.x_m = 0.8, .z_m = 1.73};
  int beams = 64;
  int columns = 1800;
  BeamPattern pattern = BeamPattern::kHdl64;
  double elevation_min_deg = -24.8;
  double elevation_max_deg = 2.0;
  double range_min_m = 0.9;
  double range_max_m = 120.0;
  double range_sigma_m = 0.02;
  double dropout = 0.005;
  double weakest_return = 2e-6;

  static constexpr auto fields() {
    using L = LidarConfig;
    return std::tuple{
        field("name", &L::name, "topic of its clouds"),
        field("rate_hz", &L::rate_hz, "Hz", 0.1, 100.0, "turns per second"),
        field("phase", &L::phase, "s", 0.0, 1.0, "time of the first turn"),
        field("mounting", &L::mounting, "place on the vehicle"),
        field("beams", &L::beams, "", 1, 256, "rows of the cloud"),
        field("columns", &L::columns, "", 16, 8192, "azimuth steps per turn"),
        field("pattern", &L::pattern, "spread of the beams"),
        field("elevation_min_deg", &L::elevation_min_deg, "deg", -89.0, 89.0, "lowest beam"),
        field("elevation_max_deg", &L::elevation_max_deg, "deg", -89.0, 89.0, "highest beam"),
        field("range_min_m", &L::range_min_m, "m", 0.0, 10.0, "nearer returns are not reported"),
        field("range_max_m", &L::range_max_m, "m", 1.0, 400.0, "farther returns are not reported"),
        field("range_sigma_m", &L::range_sigma_m, "m", 0.0, 1.0, "standard deviation of the range noise"),
        field("dropout", &L::dropout, "", 0.0, 1.0, "share of returns lost for no reason"),
        field("weakest_return", &L::weakest_return, "1/m^2", 0.0, 1.0,
              "reflectivity * cos(incidence) / range^2 at which half of the returns are lost"),
    };
  }
};

struct CameraConfig {
  std::string name = "camera/front";
  double rate_hz = 10.0;
  Duration phase{};
  Mounting mounting{.x_m = 1.07, .z_m = 1.65};
  int width_px = 621;
  int height_px = 188;
  double horizontal_fov_deg = 81.4;
  int samples = 1;
  double noise_sigma = 2.0;

  static constexpr auto fields() {
    using C = CameraConfig;
    return std::tuple{
        field("name", &C::name, "topic of its pictures; NAME/calibration is its calibration"),
        field("rate_hz", &C::rate_hz, "Hz", 0.1, 240.0, "pictures per second"),
        field("phase", &C::phase, "s", 0.0, 1.0, "time of the first picture"),
        field("mounting", &C::mounting, "place on the vehicle"),
        field("width_px", &C::width_px, "px", 16, 8192, "columns"),
        field("height_px", &C::height_px, "px", 16, 8192, "rows"),
        field("horizontal_fov_deg", &C::horizontal_fov_deg, "deg", 5.0, 150.0, "opening angle over the width"),
        field("samples", &C::samples, "", 1, 16, "rays per pixel; more is smoother and slower"),
        field("noise_sigma", &C::noise_sigma, "", 0.5, 50.0, "standard deviation of the noise in grey levels of 255"),
    };
  }
};

struct RadarConfig {
  std::string name = "radar/front";
  double rate_hz = 20.0;
  Duration phase{};
  Mounting mounting{.x_m = 3.6, .z_m = 0.5};
  double azimuth_max_deg = 60.0;
  double range_min_m = 0.5;
  double range_max_m = 120.0;
  double range_of_0_dbsm_m = 90.0;
  double range_sigma_m = 0.15;
  double azimuth_sigma_deg = 0.5;
  double range_rate_sigma_mps = 0.1;
  double dropout = 0.05;
  double clutter_per_scan = 3.0;
  double scenery_share = 0.3;

  static constexpr auto fields() {
    using R = RadarConfig;
    return std::tuple{
        field("name", &R::name, "topic of its detections"),
        field("rate_hz", &R::rate_hz, "Hz", 0.1, 100.0, "scans per second"),
        field("phase", &R::phase, "s", 0.0, 1.0, "time of the first scan"),
        field("mounting", &R::mounting, "place on the vehicle"),
        field("azimuth_max_deg", &R::azimuth_max_deg, "deg", 1.0, 90.0, "half of the field of view"),
        field("range_min_m", &R::range_min_m, "m", 0.0, 10.0, "nearer reflectors are not detected"),
        field("range_max_m", &R::range_max_m, "m", 1.0, 400.0, "farther reflectors are not detected"),
        field("range_of_0_dbsm_m", &R::range_of_0_dbsm_m, "m", 1.0, 1000.0, "half of the 0 dBsm reflectors are lost"),
        field("range_sigma_m", &R::range_sigma_m, "m", 0.0, 5.0, "noise of the range"),
        field("azimuth_sigma_deg", &R::azimuth_sigma_deg, "deg", 0.0, 10.0, "noise of the azimuth"),
        field("range_rate_sigma_mps", &R::range_rate_sigma_mps, "m/s", 0.0, 5.0, "noise of the range rate"),
        field("dropout", &R::dropout, "", 0.0, 1.0, "share of detections lost for no reason"),
        field("clutter_per_scan", &R::clutter_per_scan, "", 0.0, 200.0, "mean number of false detections"),
        field("scenery_share", &R::scenery_share, "", 0.0, 1.0, "share of directions in which scenery reflects"),
    };
  }
};

struct ImuConfig {
  std::string name = "imu";
  double rate_hz = 100.0;
  Duration phase{};
  Mounting mounting{.z_m = 0.3};
  double gyro_sigma_rps = 0.001;
  double gyro_bias_sigma_rps = 0.0005;
  double acceleration_sigma_mps2 = 0.03;
  double acceleration_bias_sigma_mps2 = 0.02;

  static constexpr auto fields() {
    using I = ImuConfig;
    return std::tuple{
        field("name", &I::name, "topic"),
        field("rate_hz", &I::rate_hz, "Hz", 0.1, 1000.0, "measurements per second"),
        field("phase", &I::phase, "s", 0.0, 1.0, "time of the first measurement"),
        field("mounting", &I::mounting, "place; only the position counts, values are in vehicle axes"),
        field("gyro_sigma_rps", &I::gyro_sigma_rps, "rad/s", 0.0, 1.0, "noise per measurement"),
        field("gyro_bias_sigma_rps", &I::gyro_bias_sigma_rps, "rad/s", 0.0, 1.0, "spread of the constant bias"),
        field("acceleration_sigma_mps2", &I::acceleration_sigma_mps2, "m/s^2", 0.0, 10.0, "noise per measurement"),
        field("acceleration_bias_sigma_mps2", &I::acceleration_bias_sigma_mps2, "m/s^2", 0.0, 10.0,
              "spread of the constant bias"),
    };
  }
};

struct GnssConfig {
  std::string name = "gnss/fix";
  double rate_hz = 10.0;
  Duration phase{};
  Mounting mounting{.x_m = 0.5, .z_m = 1.6};
  double sigma_m = 0.3;
  double drift_sigma_m = 1.0;
  Duration drift_period = 30s;

  static constexpr auto fields() {
    using G = GnssConfig;
    return std::tuple{
        field("name", &G::name, "topic"),
        field("rate_hz", &G::rate_hz, "Hz", 0.1, 100.0, "fixes per second"),
        field("phase", &G::phase, "s", 0.0, 1.0, "time of the first fix"),
        field("mounting", &G::mounting, "place of the antenna"),
        field("sigma_m", &G::sigma_m, "m", 0.0, 100.0, "noise per fix and horizontal axis; height twice that"),
        field("drift_sigma_m", &G::drift_sigma_m, "m", 0.0, 100.0, "slow error per horizontal axis; height twice that"),
        field("drift_period", &G::drift_period, "s", 1.0, 3600.0, "time after which the slow error is a new one"),
    };
  }
};

struct WheelConfig {
  std::string name = "vehicle/state";
  double rate_hz = 50.0;
  Duration phase{};
  double speed_sigma_mps = 0.02;
  double steering_sigma_rad = 0.0005;

  static constexpr auto fields() {
    using W = WheelConfig;
    return std::tuple{
        field("name", &W::name, "topic"),
        field("rate_hz", &W::rate_hz, "Hz", 0.1, 1000.0, "messages per second"),
        field("phase", &W::phase, "s", 0.0, 1.0, "time of the first message"),
        field("speed_sigma_mps", &W::speed_sigma_mps, "m/s", 0.0, 10.0, "noise per wheel"),
        field("steering_sigma_rad", &W::steering_sigma_rad, "rad", 0.0, 1.0, "noise of the road wheel angle"),
    };
  }
};

struct TruthConfig {
  std::string tracks = "truth/tracks";
  std::string ego_motion = "truth/ego_motion";
  double ego_rate_hz = 50.0;
  double range_m = 120.0;

  static constexpr auto fields() {
    using T = TruthConfig;
    return std::tuple{
        field("tracks", &T::tracks, "topic of all objects, at the stamps of the first lidar (10 Hz without one)"),
        field("ego_motion", &T::ego_motion, "topic of the vehicle's own motion"),
        field("ego_rate_hz", &T::ego_rate_hz, "Hz", 0.1, 1000.0, "messages per second on it"),
        field("range_m", &T::range_m, "m", 1.0, 1000.0, "objects farther from the vehicle are left out"),
    };
  }
};

}  // namespace ocelli::sim
