#pragma once
// Node around tracking::Tracker: what lidar, radar and camera saw in, tracks out. Every sensor's message is an update
// of its own, at its own stamp. The lidar paces the output; when it is overdue, whichever sensor comes does. Nothing
// waits for a sensor: one that is expected and silent, or a lidar that repeats its last scan, is named in the message,
// which is then degraded. In the world frame while ego motion is there, marked when it is not.

#include <utility>
#include <vector>

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/tracks/live_config.hpp"
#include "ocelli/perception/tracks/odometry.hpp"
#include "ocelli/perception/tracks/sensor_messages.hpp"
#include "ocelli/perception/tracks/sensor_watch.hpp"

namespace ocelli::perception {

struct TracksNode {
  static constexpr std::string_view kName = "tracks";
  struct Config {
    double sensor_x_m = 1.5;
    double sensor_y_m = 0.0;
    bool expects_lidar = true;
    bool expects_camera = false;
    bool expects_radar = false;
    Duration sensor_timeout = 300ms;
    Duration source_memory = 250ms;
    Duration period = 100ms;
    tracking::Config tracker = live_tracker_config();
    static constexpr auto fields() {
      return std::tuple{
          field("sensor_x_m", &Config::sensor_x_m, "m", -10.0, 20.0, "where the boxes are seen from, vehicle frame"),
          field("sensor_y_m", &Config::sensor_y_m, "m", -5.0, 5.0, "where the boxes are seen from, vehicle frame"),
          field("expects_lidar", &Config::expects_lidar, "without lidar objects the tracks are degraded"),
          field("expects_camera", &Config::expects_camera, "without camera objects the tracks are degraded"),
          field("expects_radar", &Config::expects_radar, "without radar objects the tracks are degraded"),
          field("sensor_timeout", &Config::sensor_timeout, "s", 0.01, 10.0, "a sensor silent for longer is missing"),
          field("source_memory", &Config::source_memory, "s", 0.0, 10.0,
                "a track names the sensors that saw it this recently"),
          field("period", &Config::period, "s", 0.01, 10.0, "of the output while no lidar delivers"),
          field("tracker", &Config::tracker, "constants of the tracker")};
    }
  };
  struct In {
    Trigger<topics::LidarObjects> objects;
    Trigger<topics::RadarObjects> radar;
    Trigger<topics::CameraObjects> camera;
    Latest<topics::EgoMotion, 200> ego;
    OptionalLatest<topics::CameraInfo> calibration;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };

  explicit TracksNode(const Config& given) : config(given), tracker(config_of(given)) {}

  Status step(const In& in, Out& out) {
    if (in.objects) see_lidar(in);
    if (in.radar) hear_radar(in);
    if (in.camera) OCELLI_TRY(see_camera(in));
    const std::uint64_t unused = tracker.rejected_detections() + too_late;
    out.tracks.leave_out(unused - std::exchange(left_out, unused));
    const Duration since = watch.now() - published_at;
    const bool has_lidar = (watch.delivering(config.sensor_timeout) & tracking::kSourceLidar) != 0;
    const Duration overdue = has_lidar ? config.period * 3 / 2 : config.period * 9 / 10;
    if ((in.objects && since > Duration{}) || published_at == kNoTime || since >= overdue) publish(out);
    return ok();
  }

  void see_lidar(const In& in) {
    lidar.swap(lidar_before);
    lidar.clear();
    for (const auto& box : in.objects->detections()) lidar.push_back(detection_of(box_of(box)));
    tracking::Measurements measurements = at(in, in.objects.sensed_at());
    if (is_repeated(lidar, lidar_before)) return update(measurements);
    watch.deliver(tracking::kSourceLidar, in.objects.sensed_at());
    measurements.lidar = lidar;
    update(measurements);
  }

  void hear_radar(const In& in) {
    radar.swap(radar_before);
    returns_of(*in.radar, radar);
    tracking::Measurements measurements = at(in, in.radar.sensed_at());
    if (is_repeated(radar, radar_before, ego ? ego->speed_mps : 0.0)) return update(measurements);
    watch.deliver(tracking::kSourceRadar, in.radar.sensed_at());
    measurements.radar = radar;
    update(measurements);
  }

  /// Boxes in a picture say nothing without the camera's calibration: the camera then counts as silent.
  Status see_camera(const In& in) {
    if (!in.calibration) return ok();
    OCELLI_ASSIGN(const tracking::CameraModel model, camera_model_of(*in.calibration));
    tracker.set_camera(model);
    camera_detections_of(*in.camera, camera);
    watch.deliver(tracking::kSourceCamera, in.camera.sensed_at());
    tracking::Measurements measurements = at(in, in.camera.sensed_at());
    measurements.camera = camera;
    update(measurements);
    return ok();
  }

  /// What comes later than the tracker can go back is left out: by its age its sensor is missing, the others go on.
  void update(const tracking::Measurements& measurements) {
    if (!tracker.update(measurements)) ++too_late;
  }

  /// Without a measurement: the tracks as predicted for then.
  tracking::Measurements at(const In& in, Time stamp) {
    watch.hear(stamp);
    tracking::Measurements measurements;
    measurements.stamp = stamp;
    measurements.ego = ego_at(in, stamp);
    return measurements;
  }

  void publish(Out& out) {
    const bool is_world = tracker.is_world() && ego;
    const Pose T_world_vehicle = is_world ? ego->moved_to(watch.now()).T_world_vehicle() : Pose(Pose::Identity());
    const Pose T_world_odom = T_world_vehicle * tracker.T_world_vehicle().inverse();
    tracks.clear();
    for (const tracking::Track& track : tracker.tracks()) {
      tracks.push_back(in_frame(T_world_odom, track));
      tracks.back().sources = seen_lately(track, watch.now(), config.source_memory);
    }
    ocelli::msg::Tracks message = message_of(tracks, is_world ? &T_world_vehicle : nullptr, watch.now());
    const std::uint32_t sensors = watch.delivering(config.sensor_timeout);
    const std::uint32_t missing = expected() & ~sensors;
    message.sensors(sensors);
    message.sensors_missing(missing);
    if (missing != 0 || (is_world && !ego->is_integral)) {
      message.is_degraded(true);
      out.tracks.mark_degraded();
    }
    published_at = watch.now();
    out.tracks.publish(std::move(message), watch.now());
  }

  [[nodiscard]] std::uint32_t expected() const {
    return (config.expects_lidar ? tracking::kSourceLidar : 0U) |
           (config.expects_camera ? tracking::kSourceCamera : 0U) |
           (config.expects_radar ? tracking::kSourceRadar : 0U);
  }

  /// Where the vehicle is in the tracker's world, which fixes do not move.
  std::optional<tracking::Ego> ego_at(const In& in, Time stamp) {
    ego = in.ego ? ego_state_of(*in.ego) : std::nullopt;
    if (!ego) return std::nullopt;
    odometry.hear(*ego);
    const EgoState then = odometry.at(stamp);
    return tracking::Ego{then.T_world_vehicle(), then.speed_mps, then.yaw_rate_rps, then.speed_scale_sigma};
  }

  static tracking::Config config_of(const Config& config) {
    tracking::Config tracker = config.tracker;
    tracker.lidar_x_m = config.sensor_x_m;
    tracker.lidar_y_m = config.sensor_y_m;
    return tracker;
  }

  Config config;
  tracking::Tracker tracker;
  SensorWatch watch;
  Odometry odometry;
  std::optional<EgoState> ego;  // newest
  std::uint64_t too_late = 0;   // messages
  std::uint64_t left_out = 0;   // detections and messages, as of the last step
  Time published_at{};
  std::vector<tracking::Track> tracks;
  std::vector<tracking::Detection3> lidar;
  std::vector<tracking::Detection3> lidar_before;  // of the message before
  std::vector<tracking::RadarReturn> radar;
  std::vector<tracking::RadarReturn> radar_before;
  std::vector<tracking::Detection2> camera;
};

}  // namespace ocelli::perception
