#pragma once
// The node `tracks` between messages of lidar, radar and camera made by hand.

#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/perception/camera_messages.hpp"
#include "ocelli/perception/tracks/tracks_node.hpp"
#include "ocelli/tests/perception/allocation_counter.hpp"

namespace ocelli::perception::test {

inline constexpr Time kStart = from_ns(1'000'000'000'000);
inline constexpr double kEgo_mps = 10.0;
inline constexpr double kCar_mps = 13.0;

/// A vehicle at 10 m/s and a car ahead of it, 25 m away at kStart, at 13 m/s.
class FusedTracks : public ::testing::Test {
 protected:
  explicit FusedTracks(TracksNode::Config config = {}) : node_(config) { in_.calibration.bind({}); }

  static double ahead_m(Time at) { return 25.0 + (kCar_mps - kEgo_mps) * to_seconds(at - kStart); }

  void lidar(Duration after, double length_m = 4.2) {
    Box3 car;
    car.object_class = ObjectClass::kCar;
    car.centre_m = {ahead_m(kStart + after) - 2.1 + 0.5 * length_m, 0.5, 0.75};  // its rear is where it is
    car.size_m = {length_m, 1.8, 1.5};
    car.score = 0.9;
    car.is_length_seen = car.is_width_seen = true;
    lidar_boxes({car}, after);
  }
  void lidar_boxes(const std::vector<Box3>& boxes, Duration after) {
    start(after, [&](const auto& at) {
      in_.objects.bind(std::vector{input_sample<topics::LidarObjects>(message_of(boxes, at), at)});
    });
  }
  void radar(Duration after, double off_mps = 0.0) {
    ocelli::msg::RadarObjects message;
    message.sensor_x_m(3.6);
    ocelli::msg::RadarObject& object = message.objects().emplace_back();
    object.x_m(ahead_m(kStart + after) - 2.1);
    object.y_m(0.5);
    object.range_rate_mps(kCar_mps - kEgo_mps + off_mps);
    object.radial_sigma_mps(0.1);
    start(after, [&](const auto& at) { in_.radar.bind(std::vector{input_sample<topics::RadarObjects>(message, at)}); });
  }
  /// The boxes of `objects` again, under another stamp.
  void repeat(const Trigger<topics::LidarObjects>& objects, Duration after) {
    auto message = *objects;
    start(after, [&](const auto& at) {
      in_.objects.bind(std::vector{input_sample<topics::LidarObjects>(std::move(message), at)});
    });
  }
  void repeat(const Trigger<topics::RadarObjects>& returns, Duration after) {
    auto message = *returns;
    start(after, [&](const auto& at) {
      in_.radar.bind(std::vector{input_sample<topics::RadarObjects>(std::move(message), at)});
    });
  }
  /// What a camera 1.5 m above the road sees of its rear.
  void camera(Duration after) {
    const double scale = 700.0 / (ahead_m(kStart + after) - 2.1);
    Box2 box{.object_class = ObjectClass::kCar, .score = 0.9};
    box.x_min = 640 - 1.4 * scale;
    box.x_max = 640 + 0.4 * scale;
    box.y_max = 180 + 1.5 * scale;
    box.y_min = 180;
    const std::vector<Box2> boxes{box};
    start(after, [&](const auto& at) {
      in_.camera.bind(std::vector{input_sample<topics::CameraObjects>(message_of(boxes, at, "camera/front"), at)});
    });
  }
  void calibrate() {
    ocelli::msg::CameraCalibration message;
    message.width(1280);
    message.height(360);
    message.projection() = {700, 0, 640, 0, 0, 700, 180, 0, 0, 0, 1, 0};
    message.pose(message_of(pose_from_xyz_rpy(0.0, 0.0, 1.5, -M_PI_2, 0.0, -M_PI_2)));
    in_.calibration.bind(std::vector{input_sample<topics::CameraInfo>(message, kStart)});
  }
  /// The tracks that the last message led to; null when the node kept silent.
  [[nodiscard]] const ocelli::msg::Tracks* tracks() const { return out_.tracks.message(); }
  [[nodiscard]] Time stamp() const { return time_of(tracks()->header().stamp()); }

  TracksNode node_;
  TracksNode::In in_;
  TracksNode::Out out_;
  std::uint64_t allocated_ = 0;  // in the last step
  bool is_ego_integral_ = true;

 private:
  template <class Bind>
  void start(Duration after, const Bind& bind) {
    in_.objects.bind({});
    in_.radar.bind({});
    in_.camera.bind({});
    const Time at = kStart + after;
    bind(at);
    EgoState ego;
    ego.stamp = at;
    ego.x_m = kEgo_mps * to_seconds(after);
    ego.speed_mps = kEgo_mps;
    ego.is_integral = is_ego_integral_;
    in_.ego.bind(std::vector{input_sample<topics::EgoMotion>(message_of(ego, at), at)});
    out_ = {};
    const std::uint64_t before = allocations();
    const Status status = node_.step(in_, out_);
    allocated_ = allocations() - before;
    ASSERT_TRUE(status);
  }
};

}  // namespace ocelli::perception::test
