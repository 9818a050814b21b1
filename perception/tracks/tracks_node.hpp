#pragma once
// Node around tracking::Tracker: boxes in, tracks out; in the world frame while ego motion is there, marked when it is
// not.

#include <vector>

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/tracks/live_config.hpp"

namespace ocelli::perception {

struct TracksNode {
  static constexpr std::string_view kName = "tracks";
  struct Config {
    double sensor_x_m = 1.5;
    double sensor_y_m = 0.0;
    tracking::Config tracker = live_tracker_config();
    static constexpr auto fields() {
      return std::tuple{
          field("sensor_x_m", &Config::sensor_x_m, "m", -10.0, 20.0, "where the boxes are seen from, vehicle frame"),
          field("sensor_y_m", &Config::sensor_y_m, "m", -5.0, 5.0, "where the boxes are seen from, vehicle frame"),
          field("tracker", &Config::tracker, "constants of the tracker")};
    }
  };
  struct In {
    Trigger<topics::LidarObjects> objects;
    Latest<topics::EgoMotion, 200> ego;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };

  explicit TracksNode(const Config& config) : tracker(config_of(config)) {}

  Status step(const In& in, Out& out) {
    const Time stamp = in.objects.sensed_at();
    detections.clear();
    for (const Box3& box : boxes_of(*in.objects)) detections.push_back(detection_of(box));
    tracking::Measurements measurements;
    measurements.stamp = stamp;
    measurements.lidar = detections;
    measurements.ego = ego_at(in, stamp);
    OCELLI_TRY(tracker.update(measurements));
    const Pose T_world_vehicle = tracker.T_world_vehicle();
    out.tracks.publish(message_of(tracker.tracks(), tracker.is_world() ? &T_world_vehicle : nullptr, stamp));
    return ok();
  }

  static std::optional<tracking::Ego> ego_at(const In& in, Time stamp) {
    if (!in.ego) return std::nullopt;
    const std::optional<EgoState> ego = ego_state_of(*in.ego);
    if (!ego) return std::nullopt;
    return tracking::Ego{ego->moved_to(stamp).T_world_vehicle(), ego->speed_mps, ego->yaw_rate_rps};
  }

  static tracking::Config config_of(const Config& config) {
    tracking::Config tracker = config.tracker;
    tracker.lidar_x_m = config.sensor_x_m;
    tracker.lidar_y_m = config.sensor_y_m;
    return tracker;
  }

  tracking::Tracker tracker;
  std::vector<tracking::Detection3> detections;
};

}  // namespace ocelli::perception
