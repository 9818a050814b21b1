#include "ocelli/hal/sim/vehicle_sensors.hpp"

#include <cmath>

#include "ocelli/hal/sim/random.hpp"

namespace ocelli::sim {
namespace {

constexpr double kGravityMps2 = 9.80665;
constexpr double kRadians = M_PI / 180.0;
constexpr double kWgs84Axis = 6378137.0;
constexpr double kWgs84E2 = 6.69437999014e-3;

class Imu final : public Device {
 public:
  Imu(ImuConfig config, const World& world, std::uint64_t seed)
      : config_(std::move(config)), world_(world), seed_(seed) {
    const Random bias(seed, config_.name + " bias");
    for (int i = 0; i < 3; ++i) {
      gyro_bias_[i] = config_.gyro_bias_sigma_rps * bias.normal(static_cast<std::uint64_t>(i));
      force_bias_[i] = config_.acceleration_bias_sigma_mps2 * bias.normal(static_cast<std::uint64_t>(i) + 3);
    }
  }

  Result<ConstBufferPtr> measure(const Instant& at) override {
    const Motion ego = world_.ego_at(at.scenario_time);
    const Random random(seed_, config_.name, at.frame);
    const auto noise = [&random](std::uint64_t index, double sigma) { return sigma * random.normal(index); };
    const Eigen::Vector3d rate = Eigen::Vector3d(0.0, 0.0, ego.yaw_rate_rps) + gyro_bias_;
    const Eigen::Vector3d force = force_at(ego, at.scenario_time) + force_bias_;
    sensor_msgs::msg::Imu message;
    fill_header(message.header(), at.stamp, config_.name);
    message.orientation().w(1.0);
    message.orientation_covariance()[0] = -1.0;  // ROS: there is no orientation
    message.angular_velocity().x(rate.x() + noise(0, config_.gyro_sigma_rps));
    message.angular_velocity().y(rate.y() + noise(1, config_.gyro_sigma_rps));
    message.angular_velocity().z(rate.z() + noise(2, config_.gyro_sigma_rps));
    message.linear_acceleration().x(force.x() + noise(3, config_.acceleration_sigma_mps2));
    message.linear_acceleration().y(force.y() + noise(4, config_.acceleration_sigma_mps2));
    message.linear_acceleration().z(force.z() + noise(5, config_.acceleration_sigma_mps2));
    for (std::size_t i = 0; i < 9; i += 4) {
      message.angular_velocity_covariance()[i] = config_.gyro_sigma_rps * config_.gyro_sigma_rps;
      message.linear_acceleration_covariance()[i] = config_.acceleration_sigma_mps2 * config_.acceleration_sigma_mps2;
    }
    return encoded<topics::ImuData>(message);
  }

 private:
  /// Specific force of a point off the rear axle: its acceleration, plus what holds it up.
  Eigen::Vector3d force_at(const Motion& ego, Duration time) const {
    constexpr Duration kStep = 1ms;
    const double rate = ego.yaw_rate_rps;
    const double angular_mps2 = (world_.ego_at(time + kStep).yaw_rate_rps - world_.ego_at(time - kStep).yaw_rate_rps) /
                                (2.0 * to_seconds(kStep));
    const double x = config_.mounting.x_m;
    const double y = config_.mounting.y_m;
    return {ego.acceleration_mps2 - angular_mps2 * y - rate * rate * x,
            ego.speed_mps * rate + angular_mps2 * x - rate * rate * y, kGravityMps2};
  }

  ImuConfig config_;
  const World& world_;
  std::uint64_t seed_;
  Eigen::Vector3d gyro_bias_;
  Eigen::Vector3d force_bias_;
};

class Gnss final : public Device {
 public:
  Gnss(GnssConfig config, const Origin& origin, const World& world, std::uint64_t seed)
      : config_(std::move(config)), origin_(origin), world_(world), seed_(seed) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    const Random random(seed_, config_.name, at.frame);
    const Eigen::Vector3d scale(1.0, 1.0, 2.0);
    Eigen::Vector3d p_world = world_.ego_at(at.scenario_time).T_world_body() * config_.mounting.pose().translation();
    for (int i = 0; i < 3; ++i)
      p_world[i] += scale[i] * (config_.sigma_m * random.normal(static_cast<std::uint64_t>(i)) + drift_m(at, i));
    const Geodetic place = geodetic_of(origin_, p_world);
    sensor_msgs::msg::NavSatFix message;
    fill_header(message.header(), at.stamp, config_.name);
    message.status().service(1);
    message.latitude(place.latitude_deg);
    message.longitude(place.longitude_deg);
    message.altitude(place.altitude_m);
    const double variance = config_.sigma_m * config_.sigma_m + config_.drift_sigma_m * config_.drift_sigma_m;
    for (int i = 0; i < 3; ++i)
      message.position_covariance()[static_cast<std::size_t>(4 * i)] = variance * scale[i] * scale[i];
    message.position_covariance_type(2);  // ROS: diagonal known
    return encoded<topics::GnssFix>(message);
  }

 private:
  /// A slow error: normal numbers at regular knots, blended so that the variance stays the same.
  double drift_m(const Instant& at, int axis) const {
    const double knots = to_seconds(at.scenario_time) / to_seconds(config_.drift_period);
    const double knot = std::floor(knots);
    const double angle = (knots - knot) * M_PI_2;
    const auto value = [&](double index) {
      return Random(seed_, config_.name + " drift", static_cast<std::uint64_t>(index))
          .normal(static_cast<std::uint64_t>(axis));
    };
    return config_.drift_sigma_m * (std::cos(angle) * value(knot) + std::sin(angle) * value(knot + 1.0));
  }

  GnssConfig config_;
  Origin origin_;
  const World& world_;
  std::uint64_t seed_;
};

class Wheels final : public Device {
 public:
  Wheels(WheelConfig config, const Ego& ego, const World& world, std::uint64_t seed)
      : config_(std::move(config)),
        base_m_(ego.wheel_base_m),
        track_m_(ego.track_width_m),
        world_(world),
        seed_(seed) {}

  Result<ConstBufferPtr> measure(const Instant& at) override {
    const Motion ego = world_.ego_at(at.scenario_time);
    const Random random(seed_, config_.name, at.frame);
    msg::VehicleState message;
    fill_header(message.header(), at.stamp, config_.name);
    for (std::size_t wheel = 0; wheel < 4; ++wheel) {
      const double x = wheel < 2 ? base_m_ : 0.0;
      const double y = wheel % 2 == 0 ? 0.5 * track_m_ : -0.5 * track_m_;
      const double speed = std::hypot(ego.speed_mps - ego.yaw_rate_rps * y, ego.yaw_rate_rps * x);
      message.wheel_speed_mps()[wheel] = speed + config_.speed_sigma_mps * random.normal(wheel);
    }
    message.steering_angle_rad(std::atan(base_m_ * ego.curvature_1pm) + config_.steering_sigma_rad * random.normal(4));
    message.is_wheel_speed_valid(true);
    message.is_steering_valid(true);
    return encoded<topics::VehicleState>(message);
  }

 private:
  WheelConfig config_;
  double base_m_;
  double track_m_;
  const World& world_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Device> make_imu(const ImuConfig& config, const World& world, std::uint64_t seed) {
  return std::make_unique<Imu>(config, world, seed);
}

std::unique_ptr<Device> make_gnss(const GnssConfig& config, const Origin& origin, const World& world,
                                  std::uint64_t seed) {
  return std::make_unique<Gnss>(config, origin, world, seed);
}

std::unique_ptr<Device> make_wheels(const WheelConfig& config, const Ego& ego, const World& world, std::uint64_t seed) {
  return std::make_unique<Wheels>(config, ego, world, seed);
}

Geodetic geodetic_of(const Origin& origin, const Eigen::Vector3d& p_world) {
  const double latitude = origin.latitude_deg * kRadians;
  const double longitude = origin.longitude_deg * kRadians;
  const auto radius_at = [](double phi) {
    return kWgs84Axis / std::sqrt(1.0 - kWgs84E2 * std::sin(phi) * std::sin(phi));
  };
  const double n = radius_at(latitude);
  const Eigen::Vector3d p_earth_origin((n + origin.altitude_m) * std::cos(latitude) * std::cos(longitude),
                                       (n + origin.altitude_m) * std::cos(latitude) * std::sin(longitude),
                                       (n * (1.0 - kWgs84E2) + origin.altitude_m) * std::sin(latitude));
  Eigen::Matrix3d R_earth_world;
  R_earth_world << -std::sin(longitude), -std::sin(latitude) * std::cos(longitude),
      std::cos(latitude) * std::cos(longitude), std::cos(longitude), -std::sin(latitude) * std::sin(longitude),
      std::cos(latitude) * std::sin(longitude),  //
      0.0, std::cos(latitude), std::sin(latitude);
  const Eigen::Vector3d p = p_earth_origin + R_earth_world * p_world;
  // Fixed point for the latitude; near the ground six rounds reach the last digit.
  const double flat = std::hypot(p.x(), p.y());
  double phi = latitude;
  double height = origin.altitude_m;
  for (int i = 0; i < 8; ++i) {
    const double radius = radius_at(phi);
    phi = std::atan2(p.z() + kWgs84E2 * radius * std::sin(phi), flat);
    height = flat / std::cos(phi) - radius_at(phi);
  }
  return {phi / kRadians, std::atan2(p.y(), p.x()) / kRadians, height};
}

}  // namespace ocelli::sim
