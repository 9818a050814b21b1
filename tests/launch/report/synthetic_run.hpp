#pragma once
// A run as the demo would record it, made up: a vehicle on a bending road, movers, a camera, three injected faults.
// Every number is chosen here, so tests know what the report must say.

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "ocelli/launch/report/results.hpp"

namespace ocelli::report::test {

inline constexpr Time kBegin = from_ns(1'700'000'000'000'000'000);

inline Time at(double seconds) { return kBegin + from_seconds(seconds); }

/// Repeatable noise in -1..1 (Weyl sequence).
inline double wobble(std::uint64_t i) {
  const double x = static_cast<double>(i) * 0.6180339887498949;
  return 2.0 * (x - std::floor(x)) - 1.0;
}

inline Pose ego_pose(double s) {
  const double speed = 9.0, turn = s > 25.0 ? std::min(s - 25.0, 10.0) * 0.12 : 0.0;  // a bend from 25 s to 35 s
  double x = 0.0, y = 0.0;
  for (double t = 0.0; t < s; t += 0.1) {
    const double yaw = t > 25.0 ? std::min(t - 25.0, 10.0) * 0.12 : 0.0;
    x += speed * 0.1 * std::cos(yaw);
    y += speed * 0.1 * std::sin(yaw);
  }
  return pose_from_xyz_rpy(x, y, 0.0, 0.0, 0.0, turn);
}

inline ObjectState object(std::uint32_t id, ObjectClass c, double x, double y, double yaw, Eigen::Vector3d size,
                          Eigen::Vector2d velocity, std::uint32_t returns) {
  ObjectState out;
  out.id = id;
  out.classification = c;
  out.position = {x, y, size.z() / 2};
  out.yaw_rad = yaw;
  out.size = size;
  out.velocity = {velocity.x(), velocity.y(), 0.0};
  out.existence = 1.0;
  out.lidar_points = returns;
  return out;
}

inline ObjectState ahead_of(const Pose& T_world_vehicle, std::uint32_t id, double x, double y, double speed) {
  const Eigen::Vector3d p = T_world_vehicle * Eigen::Vector3d(x, y, 0.0);
  const double yaw = yaw_of(T_world_vehicle);
  return object(id, ObjectClass::kCar, p.x(), p.y(), yaw, {4.3, 1.8, 1.5},
                {speed * std::cos(yaw), speed * std::sin(yaw)}, 180);
}

inline ObjectFrame truth_at(double s) {
  ObjectFrame frame;
  frame.stamp = at(s);
  frame.is_world = true;
  frame.T_world_vehicle = ego_pose(s);
  frame.objects.push_back(ahead_of(frame.T_world_vehicle, 1, 18.0, 0.0, 9.0));
  for (std::uint32_t i = 0; i < 14; ++i)  // parked on both sides
    frame.objects.push_back(
        object(10 + i, ObjectClass::kCar, 12.0 + 18.0 * i, i % 2 == 0 ? 6.0 : -5.5, 0.0, {4.4, 1.8, 1.5}, {0, 0}, 60));
  frame.objects.push_back(object(40, ObjectClass::kPedestrian, 60.0, -9.0 + 1.2 * std::fmod(s, 15.0), 1.57,
                                 {0.6, 0.6, 1.75}, {0, 1.2}, 14));
  frame.objects.push_back(object(41, ObjectClass::kCyclist, 4.5 * s + 20.0, -3.2, 0.0, {1.8, 0.6, 1.7}, {4.5, 0}, 30));
  frame.objects.push_back(
      object(42, ObjectClass::kTruck, 260.0 - 7.0 * s, 3.4, 3.14159, {8.5, 2.5, 3.2}, {-7.0, 0}, 300));
  for (ObjectState& o : frame.objects) {  // far ones give few returns
    const double range = (frame.T_world_vehicle.inverse() * o.position).head<2>().norm();
    if (range > 70.0)
      o.lidar_points = 0;
    else if (range > 55.0)
      o.lidar_points = 4;
  }
  return frame;
}

/// Truth with an offset of 0.1 m, found within 55 m; track id = truth id + 100.
inline ObjectFrame tracks_at(double s, std::uint64_t k) {
  ObjectFrame frame = truth_at(s);
  std::erase_if(frame.objects, [](const ObjectState& o) { return o.lidar_points < 10; });
  for (ObjectState& o : frame.objects) {
    o.position.x() += 0.1 * wobble(7 * k + o.id);
    o.position.y() += 0.1 * wobble(11 * k + o.id);
    o.id += 100;
    o.lidar_points = 0;
  }
  return frame;
}

inline MessageRecord record(std::uint64_t sequence, double sensed, double latency_s, const char* source,
                            double source_sensed) {
  MessageRecord m;
  m.writer = 1;
  m.sequence = sequence;
  m.sensed_at = at(sensed);
  m.published_at = at(sensed + latency_s);
  m.oldest = m.newest = {topic_id(source), sequence, at(source_sensed)};
  return m;
}

inline TopicRecord topic(const char* name, const char* kind, double rate_hz, std::uint64_t bytes_each) {
  TopicRecord out;
  out.name = name;
  out.kind = kind;
  out.rate_hz = rate_hz;
  out.transport_budget = 50ms;
  out.bytes = bytes_each;
  return out;
}

inline void add_topics(RunData& run, std::uint64_t frames, bool has_faults) {
  run.topics = {topic("camera/front", "camera/image", 10, 350'244), topic("lidar/top", "lidar/points", 10, 1'843'400),
                topic("tracks", "tracks", 10, 9'120), topic("truth/tracks", "truth/tracks", 10, 9'800)};
  for (std::uint64_t k = 0; k < frames; ++k) {
    const double s = 0.1 * static_cast<double>(k);
    const bool is_delayed = has_faults && s >= 44.2 && s < 46.2, is_stopped = has_faults && s >= 30.5 && s < 32.0;
    const double latency = 0.034 + 0.006 * wobble(k) + (is_delayed ? 0.15 : 0.0);
    run.topics[0].messages.push_back(record(k + 1, s, 0.002, "camera/front", s));
    run.topics[1].messages.push_back(record(k + 1, s, 0.004, "lidar/top", s));
    run.topics[3].messages.push_back(record(k + 1, s, 0.001, "truth/tracks", s));
    if (!is_stopped) run.topics[2].messages.push_back(record(k + 1, s, latency, "lidar/top", s));
    Observation o;
    o.kind = ObservationKind::kReceive;
    o.topic = topic_id("lidar/top");
    o.published_at = at(s + 0.004);
    o.observed_at = o.published_at + from_seconds(0.0011 + 0.0004 * wobble(k + 3) + (is_delayed ? 0.15 : 0.0));
    run.observations.push_back(o);
    if (is_stopped) continue;
    o.kind = ObservationKind::kActivation;
    o.entity = entity_id("lidar_objects");
    o.started_at = o.observed_at;
    o.observed_at = o.started_at + from_seconds(0.016 + 0.002 * wobble(k + 9));
    run.observations.push_back(o);
  }
  for (TopicRecord& t : run.topics) t.bytes *= t.messages.size();
}

inline FaultChange fault(double s, const char* id, const char* entity, FaultState state, double evidence, double value,
                         double limit) {
  return {at(s), id, "detector", entity, "B", state, at(evidence), at(s), value, limit, "ms", ""};
}

inline void add_faults(RunData& run) {
  run.injections = {
      {at(12.31), "freeze", "camera/front", true, 0, ""}, {at(14.31), "freeze", "camera/front", false, 0, ""},
      {at(30.5), "stop", "lidar_objects", true, 0, ""},   {at(32.0), "stop", "lidar_objects", false, 0, ""},
      {at(44.2), "delay", "lidar/top", true, 150, "ms"},  {at(46.2), "delay", "lidar/top", false, 150, "ms"}};
  run.faults = {fault(12.40, "camera/front.frozen", "camera/front", FaultState::kPending, 12.40, 1, 2),
                fault(12.52, "camera/front.frozen", "camera/front", FaultState::kConfirmed, 12.40, 3, 2),
                fault(14.6, "camera/front.frozen", "camera/front", FaultState::kHealed, 14.4, 0, 2),
                fault(30.66, "lidar_objects.silent", "lidar_objects", FaultState::kConfirmed, 30.5, 160, 150),
                fault(30.71, "lidar_tracks.chain_late", "tracks", FaultState::kConfirmed, 30.6, 210, 150),
                fault(32.2, "lidar_objects.silent", "lidar_objects", FaultState::kHealed, 32.1, 0, 150),
                fault(32.5, "lidar_tracks.chain_late", "tracks", FaultState::kHealed, 32.4, 0, 150),
                fault(44.33, "lidar/top.late", "lidar/top", FaultState::kConfirmed, 44.3, 151, 50),
                fault(46.5, "lidar/top.late", "lidar/top", FaultState::kHealed, 46.4, 1, 50)};
  run.modes = {{at(0.0), "nominal"},  {at(12.53), "degraded"}, {at(15.6), "nominal"}, {at(30.67), "degraded"},
               {at(33.5), "nominal"}, {at(44.34), "degraded"}, {at(47.5), "nominal"}};
  run.info.expected = {{"freeze", "camera/front", "camera/front.frozen", 300ms, "degraded", {}},
                       {"stop", "", "lidar_objects.silent", 250ms, "degraded", {"*.chain_late"}},
                       {"delay", "", "lidar/top.late", 150ms, "degraded", {}}};
  run.info.modes = {"nominal", "degraded", "nominal", "degraded", "nominal", "degraded", "nominal"};
}

inline CameraShot picture_at(double s, std::uint64_t k) {
  CameraShot shot;
  shot.topic = "camera/front";
  shot.stamp = at(s);
  shot.width = 621;
  shot.height = 188;
  cv::Mat pixels(188, 621, CV_8UC3);
  for (int v = 0; v < pixels.rows; ++v)
    for (int u = 0; u < pixels.cols; ++u) {
      const bool is_road = v > 94 && std::abs(u - 310) < (v - 94) * 3.3;
      pixels.at<cv::Vec3b>(v, u) = v < 94    ? cv::Vec3b(210, 180, 150)
                                   : is_road ? cv::Vec3b(90, 90, 90)
                                             : cv::Vec3b(70, 110, 90);
    }
  std::vector<unsigned char> bytes;
  cv::imencode(".png", pixels, bytes);
  shot.mime = "image/png";
  shot.encoded.assign(bytes.begin(), bytes.end());
  shot.projection = {360, 0, 310.5, 0, 0, 360, 94, 0, 0, 0, 1, 0};
  shot.T_vehicle_camera.translation() = Eigen::Vector3d(1.6, 0.0, 1.5);
  shot.T_vehicle_camera.linear() << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  shot.objects = to_vehicle(tracks_at(s, k)).objects;
  return shot;
}

/// 60 s at 10 Hz.
inline RunData synthetic_run(bool has_faults = true, std::uint64_t frames = 600) {
  RunData run;
  run.info.kind = "demo";
  run.info.launch = "urban.yaml";
  run.info.seed = 7;
  run.info.executor = "live";
  run.info.started = "2026-11-24T08:00:00Z";
  run.info.duration = from_seconds(0.1 * static_cast<double>(frames));
  run.info.version = "0.1.0";
  run.info.host = "2 cores, Debian 12";
  run.info.chains = {{"lidar_tracks", "lidar/top", "tracks", 150ms, 150ms},
                     {"camera_tracks", "camera/front", "tracks", 150ms, 0ms}};
  run.info.nodes = {"lidar_objects", "tracks"};
  run.info.targets.emplace();
  run.begin = at(0.0);
  run.end = at(0.1 * static_cast<double>(frames));
  add_topics(run, frames, has_faults);
  for (std::uint64_t k = 0; k < frames; ++k) {
    const double s = 0.1 * static_cast<double>(k);
    run.truth.push_back(truth_at(s));
    if (!has_faults || s < 30.5 || s >= 32.0) run.tracks.push_back(tracks_at(s, k));
  }
  run.modes = {{at(0.0), "nominal"}};
  if (has_faults) add_faults(run);
  run.shot = picture_at(2.0, 20);
  return run;
}

}  // namespace ocelli::report::test
