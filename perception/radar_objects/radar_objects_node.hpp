#pragma once
// Node around RadarObjects: one scan in, its objects out. Without ego motion the objects carry no velocity over ground,
// and say so.

#include <vector>

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/radar_objects/radar_objects.hpp"

namespace ocelli::perception {

struct RadarObjectsNode {
  static constexpr std::string_view kName = "radar_objects";
  using Config = RadarObjectsConfig;
  struct In {
    Trigger<topics::RadarDetections> scan;
    Latest<topics::EgoMotion, 200> ego;
  };
  struct Out {
    Port<topics::RadarObjects> objects;
  };

  explicit RadarObjectsNode(const Config& config) : detector(config) {}

  Status step(const In& in, Out& out) {
    scan.clear();
    for (const auto& detection : in.scan->detections())
      scan.push_back({detection.range_m(), detection.azimuth_rad(), detection.range_rate_mps(), detection.rcs_dbsm()});
    const std::optional<RadarEgo> ego = ego_of(in);
    const Pose T_vehicle_radar = pose_of(in.scan->pose());
    const RadarNoise noise{in.scan->range_sigma_m(), in.scan->azimuth_sigma_rad(), in.scan->range_rate_sigma_mps()};
    const std::uint64_t before = detector.left_out();
    const auto objects = detector.detect(scan, in.scan.sensed_at(), T_vehicle_radar, noise, ego);
    const std::uint64_t left_out = detector.left_out() - before;
    out.objects.leave_out(left_out);
    if (!scan.empty() && left_out == scan.size())  // an empty road would be another thing
      return error(ErrorCode::kCorrupt, "none of {} radar detections has numbers for range, azimuth and range rate",
                   scan.size());
    out.objects.publish(message_of(objects, T_vehicle_radar, ego.has_value(), in.scan.sensed_at()));
    return ok();
  }

  static std::optional<RadarEgo> ego_of(const In& in) {
    if (!in.ego) return std::nullopt;
    const std::optional<EgoState> ego = ego_state_of(*in.ego);
    if (!ego) return std::nullopt;
    return RadarEgo{ego->speed_mps, ego->yaw_rate_rps, ego->speed_scale_sigma};
  }

  static ocelli::msg::RadarObjects message_of(std::span<const RadarObject> objects, const Pose& T_vehicle_radar,
                                              bool is_compensated, Time stamp) {
    ocelli::msg::RadarObjects message;
    message.header(header_of(stamp, "vehicle"));
    message.sensor_x_m(T_vehicle_radar.translation().x());
    message.sensor_y_m(T_vehicle_radar.translation().y());
    message.is_compensated(is_compensated);
    message.objects().reserve(objects.size());
    for (const RadarObject& object : objects) {
      ocelli::msg::RadarObject& out = message.objects().emplace_back();
      out.x_m(object.centre_m.x());
      out.y_m(object.centre_m.y());
      for (int i = 0; i < 4; ++i) out.covariance()[static_cast<std::size_t>(i)] = object.covariance(i / 2, i % 2);
      out.length_m(object.length_m);
      out.width_m(object.width_m);
      out.range_rate_mps(object.range_rate_mps);
      out.radial_velocity_mps(object.radial_mps);
      out.radial_sigma_mps(object.radial_sigma_mps);
      out.rcs_dbsm(object.rcs_dbsm);
      out.detections(object.detections);
      out.is_moving(object.is_moving);
    }
    return message;
  }

  RadarObjects detector;
  std::vector<RadarDetection> scan;
};

}  // namespace ocelli::perception
