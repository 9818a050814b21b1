#pragma once
// What the ego motion filter takes and how sure it is of each of its sensors.
// Must not know: messages, the clock.

#include <array>
#include <limits>
#include <tuple>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/ego_motion/geodesy.hpp"

namespace ocelli::perception {

/// Front left, front right, rear left, rear right [m/s], forward positive; NaN: that wheel's value is not valid.
struct WheelSample {
  Time stamp;
  std::array<double, 4> speed_mps{};
  double steering_rad = std::numeric_limits<double>::quiet_NaN();  // of the road wheels, left positive; NaN: not valid
};

/// About the vehicle's z axis, left positive; NaN: not valid.
struct GyroSample {
  Time stamp;
  double yaw_rate_rps = 0.0;
};

/// A position of the antenna. A variance of 0 means that the receiver does not say.
struct GnssSample {
  Time stamp;
  Geodetic place;
  double variance_m2 = 0.0;  // per horizontal axis
};

/// What a drive has taught about the sensors: value and standard deviation. Kept from one drive to the next.
struct EgoCalibration {
  double gyro_bias_rps = 0.0;
  double gyro_bias_sigma_rps = 0.0;
  double speed_scale = 1.0;
  double speed_scale_sigma = 0.0;
  double steering_offset_rad = 0.0;
  double steering_offset_sigma_rad = 0.0;
};

struct EgoMotionConfig {
  Duration max_age = 200ms;
  Duration late_by_most = 1s;
  double track_width_m = 1.55;
  double wheel_base_m = 2.7;
  double understeer_s2pm = 0.0;
  double speed_noise_mps = 0.1;
  double speed_scale_sigma = 0.02;
  double speed_scale_drift_per_rt_s = 1e-4;
  double acceleration_noise = 2.0;
  double slip_noise_m_per_rt_s = 0.02;
  double gyro_noise_rps = 0.005;
  double gyro_bias_sigma_rps = 0.01;
  double gyro_drift_rps_per_rt_s = 1e-5;
  double yaw_acceleration_noise = 0.3;
  double steering_noise_rps = 0.05;
  double steering_offset_sigma_rad = 0.01;
  double steering_model_error = 0.1;
  double standstill_mps = 0.05;
  Duration standstill_after = 300ms;
  double antenna_x_m = 0.0;
  double antenna_y_m = 0.0;
  double fix_noise_m = 0.3;
  double fix_drift_sigma_m = 1.0;
  Duration fix_drift_time = 60s;
  double fix_delay_sigma_s = 0.02;
  double align_distance_m = 10.0;

  static constexpr auto fields() {
    using C = EgoMotionConfig;
    return std::tuple{
        field("max_age", &C::max_age, "s", 0.01, 5.0, "without wheels or yaw rate for longer, ego motion is absent"),
        field("late_by_most", &C::late_by_most, "s", 0.05, 5.0, "samples older than the newest by more are ignored"),
        field("track_width_m", &C::track_width_m, "m", 0.5, 3.0, "between the rear wheels"),
        field("wheel_base_m", &C::wheel_base_m, "m", 1.0, 10.0, "front to rear axle"),
        field("understeer_s2pm", &C::understeer_s2pm, "s^2/m", 0.0, 0.02, "grows the wheel base by this times v^2"),
        field("speed_noise_mps", &C::speed_noise_mps, "m/s", 1e-4, 5.0, "of one wheel sample"),
        field("speed_scale_sigma", &C::speed_scale_sigma, "", 1e-6, 0.2, "unknown part of the wheel radius"),
        field("speed_scale_drift_per_rt_s", &C::speed_scale_drift_per_rt_s, "", 0.0, 0.01, "random walk of the scale"),
        field("acceleration_noise", &C::acceleration_noise, "m/s^2", 0.01, 50.0, "per root Hz: how speed changes"),
        field("slip_noise_m_per_rt_s", &C::slip_noise_m_per_rt_s, "m", 0.0, 1.0, "of the way while moving"),
        field("gyro_noise_rps", &C::gyro_noise_rps, "rad/s", 1e-6, 1.0, "of one gyro sample"),
        field("gyro_bias_sigma_rps", &C::gyro_bias_sigma_rps, "rad/s", 1e-9, 0.5, "bias before the first standstill"),
        field("gyro_drift_rps_per_rt_s", &C::gyro_drift_rps_per_rt_s, "", 0.0, 0.01, "random walk of the bias"),
        field("yaw_acceleration_noise", &C::yaw_acceleration_noise, "rad/s^2", 0.01, 10.0, "per root Hz"),
        field("steering_noise_rps", &C::steering_noise_rps, "rad/s", 1e-4, 1.0,
              "of the yaw rate by steering; its errors last"),
        field("steering_offset_sigma_rad", &C::steering_offset_sigma_rad, "rad", 1e-6, 0.2, "of the steering's zero"),
        field("steering_model_error", &C::steering_model_error, "", 0.0, 1.0, "share of the yaw rate by steering"),
        field("standstill_mps", &C::standstill_mps, "m/s", 0.0, 1.0, "wheels slower than this stand"),
        field("standstill_after", &C::standstill_after, "s", 0.0, 10.0, "standing for so long counts as standstill"),
        field("antenna_x_m", &C::antenna_x_m, "m", -20.0, 20.0, "GNSS antenna ahead of the rear axle"),
        field("antenna_y_m", &C::antenna_y_m, "m", -5.0, 5.0, "GNSS antenna left of the middle"),
        field("fix_noise_m", &C::fix_noise_m, "m", 0.001, 100.0, "of one fix against the next, per axis"),
        field("fix_drift_sigma_m", &C::fix_drift_sigma_m, "m", 0.0, 100.0, "slow error of the fixes, per axis"),
        field("fix_drift_time", &C::fix_drift_time, "s", 1.0, 3600.0, "in which the slow error forgets"),
        field("fix_delay_sigma_s", &C::fix_delay_sigma_s, "s", 0.0, 1.0, "unknown constant error of the fixes' stamps"),
        field("align_distance_m", &C::align_distance_m, "m", 2.0, 500.0, "driven before fixes give a heading")};
  }
};

}  // namespace ocelli::perception
