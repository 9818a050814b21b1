#include "ocelli/middleware/node/decode.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "ocelli/middleware/core/vehicle_limits.hpp"

#include "ocelli/middleware/node/ports.hpp"

namespace ocelli::node {
namespace {

bool all_finite(std::initializer_list<double> values) {
  for (const double value : values)
    if (!std::isfinite(value)) return false;
  return true;
}

bool all_within(std::initializer_list<double> values, double most) {
  for (const double value : values)
    if (!is_within(value, most)) return false;
  return true;
}

bool is_rotation(const geometry_msgs::msg::Quaternion& q) {
  constexpr double kTolerance = 1e-3;
  return std::abs(q.x() * q.x() + q.y() * q.y() + q.z() * q.z() + q.w() * q.w() - 1.0) <= 2.0 * kTolerance;
}

Status check(const sensor_msgs::msg::Imu& imu) {
  const auto& rate = imu.angular_velocity();
  const auto& acceleration = imu.linear_acceleration();
  if (all_within({rate.x(), rate.y(), rate.z()}, kMostTurn_rps) &&
      all_within({acceleration.x(), acceleration.y(), acceleration.z()}, kMostAcceleration_mps2))
    return ok();
  return error(ErrorCode::kCorrupt,
               "IMU: rate {} {} {} rad/s, acceleration {} {} {} m/s^2: expected numbers up to {} and {}", rate.x(),
               rate.y(), rate.z(), acceleration.x(), acceleration.y(), acceleration.z(), kMostTurn_rps,
               kMostAcceleration_mps2);
}

/// A receiver that knows no altitude says NaN.
Status check(const sensor_msgs::msg::NavSatFix& fix) {
  if (fix.status().status() == 255) return ok();
  if (!is_within(fix.latitude(), 90.0) || !is_within(fix.longitude(), 180.0))
    return error(ErrorCode::kCorrupt, "GNSS fix at {} deg, {} deg: expected -90 to 90, -180 to 180", fix.latitude(),
                 fix.longitude());
  if (!std::isnan(fix.altitude()) && !is_within(fix.altitude(), kMostAltitude_m))
    return error(ErrorCode::kCorrupt, "GNSS fix at an altitude of {} m: expected at most {}", fix.altitude(),
                 kMostAltitude_m);
  for (const std::size_t axis : {0U, 4U, 8U})
    if (const double variance = fix.position_covariance()[axis];
        fix.position_covariance_type() != 0 && !(variance >= 0.0 && variance <= kMostPositionVariance_m2))
      return error(ErrorCode::kCorrupt, "GNSS fix with a variance of {} m^2: expected 0 to {}", variance,
                   kMostPositionVariance_m2);
  return ok();
}

/// A wheel whose sensor is broken has no number; the others count.
Status check(const ocelli::msg::VehicleState& state) {
  const auto& speeds = state.wheel_speed_mps();
  const auto is_unknown = [](double speed) { return std::isnan(speed); };
  for (const double speed : speeds)
    if (state.is_wheel_speed_valid() && !is_unknown(speed) && !is_within(speed, kMostWheelSpeed_mps))
      return error(ErrorCode::kCorrupt, "wheel speed {} m/s: expected -{} to {} m/s, or no number", speed,
                   kMostWheelSpeed_mps, kMostWheelSpeed_mps);
  if (state.is_wheel_speed_valid() && std::all_of(speeds.begin(), speeds.end(), is_unknown))
    return error(ErrorCode::kCorrupt, "wheel speeds: said to be valid, and none is a number");
  if (state.is_steering_valid() && !is_within(state.steering_angle_rad(), kMostSteering_rad))
    return error(ErrorCode::kCorrupt, "steering angle {} rad: expected -{} to {} rad", state.steering_angle_rad(),
                 kMostSteering_rad, kMostSteering_rad);
  return ok();
}

Status check(const ocelli::msg::EgoMotion& ego) {
  if (ego.status() == ocelli::msg::EGO_ABSENT) return ok();
  const auto& position = ego.pose().position();
  const auto& turn = ego.pose().orientation();
  const bool is_pose = all_within({position.x(), position.y(), position.z()}, kMostPlace_m) && is_rotation(turn);
  if (is_pose && is_within(ego.speed_mps(), kMostWheelSpeed_mps) && is_within(ego.yaw_rate_rps(), kMostTurn_rps))
    return ok();
  return error(
      ErrorCode::kCorrupt,
      "ego motion: at {} {} {} m, {} m/s, {} rad/s: expected numbers up to {}, {} and {}, and a unit quaternion",
      position.x(), position.y(), position.z(), ego.speed_mps(), ego.yaw_rate_rps(), kMostPlace_m, kMostWheelSpeed_mps,
      kMostTurn_rps);
}

Status check(const ocelli::msg::CameraCalibration& calibration) {
  const auto& position = calibration.pose().position();
  if (!is_rotation(calibration.pose().orientation()))
    return error(ErrorCode::kCorrupt, "camera calibration: its mounting has no unit quaternion");
  for (const double value : calibration.projection())
    if (!std::isfinite(value)) return error(ErrorCode::kCorrupt, "camera calibration: projection with a {}", value);
  if (!all_finite({position.x(), position.y(), position.z()}))
    return error(ErrorCode::kCorrupt, "camera calibration: mounted at {} {} {} m", position.x(), position.y(),
                 position.z());
  return ok();
}

Status check(const vision_msgs::msg::Detection2DArray& objects) {
  for (const auto& detection : objects.detections()) {
    const auto& center = detection.bbox().center().position();
    const double width = detection.bbox().size_x();
    const double height = detection.bbox().size_y();
    if (!all_finite({center.x(), center.y(), width, height}) || width < 0.0 || height < 0.0)
      return error(ErrorCode::kCorrupt, "box of {} x {} pixels at {}, {}: expected numbers and sizes of at least 0",
                   width, height, center.x(), center.y());
    for (const auto& result : detection.results())
      if (!(result.hypothesis().score() >= 0.0 && result.hypothesis().score() <= 1.0))
        return error(ErrorCode::kCorrupt, "box with a score of {}: expected 0 to 1", result.hypothesis().score());
  }
  return ok();
}

Status check(const vision_msgs::msg::Detection3DArray& objects) {
  for (const auto& detection : objects.detections()) {
    const auto& center = detection.bbox().center().position();
    const auto& size = detection.bbox().size();
    const bool is_valid = all_within({center.x(), center.y(), center.z()}, kMostObjectPlace_m) && size.x() > 0.0 &&
                          size.y() > 0.0 && size.z() > 0.0 &&
                          all_within({size.x(), size.y(), size.z()}, kMostObjectSize_m);
    if (!is_valid)
      return error(ErrorCode::kCorrupt,
                   "3D box {} x {} x {} m at {} {} {} m: expected positive sizes up to {} m, places up to {} m",
                   size.x(), size.y(), size.z(), center.x(), center.y(), center.z(), kMostObjectSize_m,
                   kMostObjectPlace_m);
    if (!is_rotation(detection.bbox().center().orientation()))
      return error(ErrorCode::kCorrupt, "3D box at {} {} m without a unit quaternion", center.x(), center.y());
  }
  return ok();
}

Status check(const ocelli::msg::Tracks& tracks) {
  for (const auto& track : tracks.tracks()) {
    const bool is_valid = all_finite({track.position().x(), track.position().y(), track.position().z(),
                                      track.velocity().x(), track.velocity().y(), track.yaw_rad()}) &&
                          track.existence() >= 0.0 && track.existence() <= 1.0;
    if (!is_valid)
      return error(ErrorCode::kCorrupt, "track {}: state is not finite or existence not in 0..1", track.id());
  }
  return ok();
}

Status check(const ocelli::msg::RadarDetections& scan) {
  for (const auto& detection : scan.detections())
    if (!all_finite({detection.range_m(), detection.azimuth_rad(), detection.range_rate_mps()}) ||
        detection.range_m() < 0.0F)
      return error(ErrorCode::kCorrupt, "radar detection: range {} m, azimuth {} rad, range rate {} m/s",
                   detection.range_m(), detection.azimuth_rad(), detection.range_rate_mps());
  return ok();
}

Status check(const ocelli::msg::RadarObjects& objects) {
  for (const auto& object : objects.objects())
    if (!all_finite({object.x_m(), object.y_m(), object.range_rate_mps(), object.radial_velocity_mps()}))
      return error(ErrorCode::kCorrupt, "radar object: position or velocity is not finite");
  return ok();
}

template <class Message>
Status check_as(const void* value) {
  return check(*static_cast<const Message*>(value));
}

template <class View>
Result<std::shared_ptr<const void>> parse_view(const Sample& sample) {
  OCELLI_ASSIGN(View view, View::parse(sample.cdr->bytes()));
  return std::make_shared<const View>(view);
}

Result<std::shared_ptr<const void>> parse(const Sample& sample) {
  const topics::Codec& codec = sample.kind->codec();
  if (codec.type_name == "sensor_msgs::msg::Image") return parse_view<topics::ImageView>(sample);
  if (codec.type_name == "sensor_msgs::msg::PointCloud2") return parse_view<topics::PointCloudView>(sample);
  std::shared_ptr<void> value = codec.create();
  OCELLI_TRY(codec.decode(sample.cdr->bytes(), value.get()));
  return std::shared_ptr<const void>(std::move(value));
}

}  // namespace

Status validate(const topics::TopicKind& kind, const void* value) {
  using Check = Status (*)(const void*);
  constexpr std::pair<std::string_view, Check> kChecks[] = {
      {"sensor_msgs::msg::Imu", &check_as<sensor_msgs::msg::Imu>},
      {"sensor_msgs::msg::NavSatFix", &check_as<sensor_msgs::msg::NavSatFix>},
      {"ocelli::msg::VehicleState", &check_as<ocelli::msg::VehicleState>},
      {"ocelli::msg::EgoMotion", &check_as<ocelli::msg::EgoMotion>},
      {"ocelli::msg::CameraCalibration", &check_as<ocelli::msg::CameraCalibration>},
      {"vision_msgs::msg::Detection2DArray", &check_as<vision_msgs::msg::Detection2DArray>},
      {"vision_msgs::msg::Detection3DArray", &check_as<vision_msgs::msg::Detection3DArray>},
      {"ocelli::msg::RadarDetections", &check_as<ocelli::msg::RadarDetections>},
      {"ocelli::msg::RadarObjects", &check_as<ocelli::msg::RadarObjects>},
      {"ocelli::msg::Tracks", &check_as<ocelli::msg::Tracks>},
  };
  for (const auto& [type, check_value] : kChecks)
    if (type == kind.codec().type_name) return check_value(value);
  return ok();
}

Result<SamplePtr> decoded(const SamplePtr& sample) {
  if (sample->value != nullptr) return sample;
  OCELLI_ASSIGN(std::shared_ptr<const void> value, parse(*sample));
  OCELLI_TRY(validate(*sample->kind, value.get()));
  auto complete = std::make_shared<Sample>(*sample);
  complete->value = std::move(value);
  return SamplePtr(std::move(complete));
}

}  // namespace ocelli::node
