#pragma once
// Node around LidarObjects: one cloud in, its boxes out. A cloud with hardly any return is an error, not an empty road.

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/lidar_objects/lidar_objects.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/mounting.hpp"

namespace ocelli::perception {

struct LidarObjectsNode {
  static constexpr std::string_view kName = "lidar_objects";
  struct Config {
    Mounting mounting;
    int returns_min = 200;
    LidarObjectsConfig detector;
    static constexpr auto fields() {
      return std::tuple{field("mounting", &Config::mounting, "T_vehicle_lidar"),
                        field("returns_min", &Config::returns_min, "", 1, 1000000, "fewer returns in range: a failure"),
                        field("detector", &Config::detector, "ground, clusters, boxes")};
    }
  };
  struct In {
    Trigger<topics::LidarPoints> cloud;
  };
  struct Out {
    Port<topics::LidarObjects> objects;
  };

  explicit LidarObjectsNode(const Config& config)
      : T_vehicle_lidar(config.mounting.T_vehicle_sensor()),
        returns_min(static_cast<std::size_t>(config.returns_min)),
        detector(config.detector) {}

  Status step(const In& in, Out& out) {
    const topics::PointCloudView& cloud = *in.cloud;
    const std::span<const Box3> boxes = detector.detect(
        {cloud.data, cloud.point_step, cloud.x_offset, cloud.y_offset, cloud.z_offset}, T_vehicle_lidar);
    if (detector.returns() < returns_min)
      return error(ErrorCode::kUnavailable, "lidar cloud '{}': {} returns in range of {} points, expected at least {}",
                   cloud.frame_id, detector.returns(), cloud.size(), returns_min);
    out.objects.publish(message_of(boxes, in.cloud.sensed_at()));
    return ok();
  }

  Pose T_vehicle_lidar;
  std::size_t returns_min;
  LidarObjects detector;
};

}  // namespace ocelli::perception
