#pragma once
// All constants of the tracker, and why they are what they are: docs/tracking.md.

#include <array>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::tracking {

enum class MotionModel : std::uint8_t { kTurnRate, kFreeVelocity };

constexpr auto enum_names(MotionModel) {
  return std::array<std::pair<std::string_view, MotionModel>, 2>{
      {{"turn_rate", MotionModel::kTurnRate}, {"free_velocity", MotionModel::kFreeVelocity}}};
}

/// Constants of one class. Evidence is a log-odds; "score" is in the unit of the 3D detector.
struct ClassConfig {
  MotionModel motion = MotionModel::kTurnRate;
  // measurement noise, one sigma
  double position_noise_m = 0.1;
  double position_noise_weak_m = 0.1;
  double position_noise_per_m = 0.002;
  double yaw_noise_rad = 0.2;
  double height_noise_m = 0.1;
  // process noise
  double acceleration_noise_mps2 = 2.0;
  double sideways_share = 1.0;
  double jerk_noise_mps3 = 0.5;
  double yaw_noise_rate_rps = 0.1;
  double turn_noise_rps2 = 1.0;
  double vertical_noise_mps = 0.3;
  double acceleration_decay_s = 2.0;
  double turn_decay_s = 1.0;
  // start of a track
  double initial_speed_mps = 6.0;
  double initial_turn_rps = 0.2;
  double initial_acceleration_mps2 = 1.0;
  // association
  double gate_m = 4.0;
  double gate_sigmas = 7.0;
  double strong_score = 2.0;
  double class_change_cost = 1000.0;
  double size_memory = 5.0;
  // evidence
  double score_middle = 0.8;
  double score_slope = 0.5;
  double evidence_hit_low = -6.0;
  double evidence_hit_high = 6.0;
  double evidence_max = 6.0;
  double evidence_birth = 0.0;
  double evidence_proof = -20.0;
  double evidence_death = -3.0;
  double detection_share = 0.3;
  double detection_share_hidden = 0.1;
  double coast_max_s = 2.0;
  double report_evidence = 1.0;
  double report_visible = 0.15;
  double report_sigma_m = 1.0;
  double report_coast_s = 30.0;
  double overlap_max = 0.3;
  // confidence
  double confidence_evidence = 2.0;
  double confidence_memory = 0.5;
  double coast_penalty = 0.5;
  double camera_bonus = 4.0;
  double camera_malus = 2.0;
  // camera
  double camera_iou = 0.3;
  double camera_keep_iou = 0.5;

  static constexpr auto fields() {
    using C = ClassConfig;
    return std::tuple{
        field("motion", &C::motion, "turn_rate (CTRA with decays) or free_velocity"),
        field("position_noise_m", &C::position_noise_m, "m", 0.02, 2.0, "sigma of a detected centre"),
        field("position_noise_weak_m", &C::position_noise_weak_m, "m", 0.0, 3.0,
              "added to it for a detection of probability 0"),
        field("position_noise_per_m", &C::position_noise_per_m, "", 0.0, 0.1, "added to it per metre of range"),
        field("yaw_noise_rad", &C::yaw_noise_rad, "rad", 0.01, 3.0, "sigma of a detected heading"),
        field("height_noise_m", &C::height_noise_m, "m", 0.01, 2.0, "sigma of a detected vertical position"),
        field("acceleration_noise_mps2", &C::acceleration_noise_mps2, "m/s^2", 0.01, 20.0,
              "process noise of the velocity"),
        field("sideways_share", &C::sideways_share, "", 0.0, 1.0, "part of it across the heading (free_velocity)"),
        field("jerk_noise_mps3", &C::jerk_noise_mps3, "m/s^3", 0.0, 50.0, "process noise of the acceleration"),
        field("yaw_noise_rate_rps", &C::yaw_noise_rate_rps, "rad/s", 0.0, 5.0, "process noise of the heading"),
        field("turn_noise_rps2", &C::turn_noise_rps2, "rad/s^2", 0.0, 20.0, "process noise of the turn rate"),
        field("vertical_noise_mps", &C::vertical_noise_mps, "m/s", 0.01, 5.0, "process noise of the vertical position"),
        field("acceleration_decay_s", &C::acceleration_decay_s, "s", 0.05, 100.0,
              "an acceleration is forgotten in this time"),
        field("turn_decay_s", &C::turn_decay_s, "s", 0.05, 100.0, "a turn rate is forgotten in this time"),
        field("initial_speed_mps", &C::initial_speed_mps, "m/s", 0.1, 60.0, "sigma of the speed of a new track"),
        field("initial_turn_rps", &C::initial_turn_rps, "rad/s", 0.0, 5.0, "sigma of the turn rate of a new track"),
        field("initial_acceleration_mps2", &C::initial_acceleration_mps2, "m/s^2", 0.0, 20.0,
              "sigma of the acceleration of a new track"),
        field("gate_m", &C::gate_m, "m", 0.2, 30.0, "no detection farther from the prediction is taken"),
        field("gate_sigmas", &C::gate_sigmas, "", 1.0, 20.0, "nor one beyond this Mahalanobis distance"),
        field("strong_score", &C::strong_score, "score", -10.0, 20.0, "detections above it choose their track first"),
        field("class_change_cost", &C::class_change_cost, "", 0.0, 1000.0,
              "squared sigmas that a detection of another class counts as farther"),
        field("size_memory", &C::size_memory, "", 1.0, 1000.0, "detections that the size of a box is averaged over"),
        field("score_middle", &C::score_middle, "score", -10.0, 20.0,
              "score at which a detection is right as often as wrong"),
        field("score_slope", &C::score_slope, "1/score", 0.01, 5.0, "log-odds per score"),
        field("evidence_hit_low", &C::evidence_hit_low, "", -20.0, 0.0, "least that one detection can say"),
        field("evidence_hit_high", &C::evidence_hit_high, "", 0.0, 20.0, "most that one detection can say"),
        field("evidence_max", &C::evidence_max, "", 0.1, 50.0, "log-odds that a track can save up"),
        field("evidence_birth", &C::evidence_birth, "", -10.0, 10.0, "prior log-odds of a new object"),
        field("evidence_proof", &C::evidence_proof, "", -20.0, 20.0, "a track is reported once it was above it"),
        field("evidence_death", &C::evidence_death, "", -20.0, 0.0, "a track below it ends"),
        field("detection_share", &C::detection_share, "", 0.0, 0.999, "probability that a visible object is detected"),
        field("detection_share_hidden", &C::detection_share_hidden, "", 0.0, 0.999, "the same for a hidden one"),
        field("coast_max_s", &C::coast_max_s, "s", 0.0, 30.0, "longest time without any measurement"),
        field("report_evidence", &C::report_evidence, "", -20.0, 20.0,
              "a track without measurement is reported above it"),
        field("report_visible", &C::report_visible, "", 0.0, 1.0,
              "and with at least this visible share, unless a camera has confirmed it before"),
        field("report_sigma_m", &C::report_sigma_m, "m", 0.05, 20.0, "and with at most this uncertainty"),
        field("report_coast_s", &C::report_coast_s, "s", 0.0, 30.0, "and at most this long"),
        field("overlap_max", &C::overlap_max, "", 0.0, 1.0,
              "part of the smaller ground area that an unmeasured or new track may share with a measured one"),
        field("confidence_evidence", &C::confidence_evidence, "score", 0.0, 10.0, "confidence per evidence"),
        field("confidence_memory", &C::confidence_memory, "", 0.0, 0.999, "part of the old confidence in the new one"),
        field("coast_penalty", &C::coast_penalty, "score", 0.0, 10.0, "confidence lost per update without measurement"),
        field("camera_bonus", &C::camera_bonus, "", 0.0, 20.0, "evidence of a certain camera box"),
        field("camera_malus", &C::camera_malus, "", 0.0, 20.0, "evidence lost when a visible object has none"),
        field("camera_iou", &C::camera_iou, "", 0.05, 1.0, "image overlap that joins a camera box to a detection"),
        field("camera_keep_iou", &C::camera_keep_iou, "", 0.05, 1.0,
              "image overlap that joins a camera box to a track"),
    };
  }
};

struct Config {
  ClassConfig car;
  ClassConfig pedestrian = {.motion = MotionModel::kFreeVelocity,
                            .position_noise_m = 0.06,
                            .position_noise_per_m = 0.0,
                            .acceleration_noise_mps2 = 1.5,
                            .yaw_noise_rate_rps = 0.05,
                            .turn_noise_rps2 = 0.0,
                            .initial_speed_mps = 10.0,
                            .initial_turn_rps = 0.0,
                            .size_memory = 10.0,
                            .report_visible = 0.0};
  // No detections to tune on: the evidence that cars and pedestrians share, at a bicycle's speeds and turns. A box that
  // small must not wait for a heading, so the velocity is free of it. Nobody knows what its scores are worth: a
  // detection is never evidence against what it lies on (docs/tracking.md).
  ClassConfig cyclist = {.motion = MotionModel::kFreeVelocity,
                         .acceleration_noise_mps2 = 1.5,
                         .turn_noise_rps2 = 1.0,
                         .initial_speed_mps = 6.0,
                         .initial_turn_rps = 0.3,
                         .gate_m = 3.0,
                         .evidence_hit_low = 0.0};
  ClassConfig truck = car;
  ClassConfig unknown = car;
  bool has_partial_boxes = false;
  double lidar_x_m = 0.0;
  double lidar_y_m = 0.0;
  bool has_flat_road = false;
  double camera_place_after_s = 0.0;
  double camera_birth_after_s = 1e6;
  double radar_birth_after_s = 1e6;
  double frame_noise_mps2 = 3.0;
  int max_detections = 400;
  int max_tracks = 1000;
  int history = 8;

  [[nodiscard]] const ClassConfig& of(ObjectClass object_class) const {
    switch (object_class) {
      case ObjectClass::kPedestrian: return pedestrian;
      case ObjectClass::kCyclist: return cyclist;
      case ObjectClass::kTruck: return truck;
      case ObjectClass::kUnknown: return unknown;
      case ObjectClass::kCar: break;
    }
    return car;
  }

  static constexpr auto fields() {
    using C = Config;
    return std::tuple{
        field("car", &C::car, "constants of cars"),
        field("pedestrian", &C::pedestrian, "constants of pedestrians"),
        field("cyclist", &C::cyclist, "constants of cyclists"),
        field("truck", &C::truck, "constants of trucks"),
        field("unknown", &C::unknown, "constants of objects without class"),
        field("has_partial_boxes", &C::has_partial_boxes,
              "boxes show what the lidar sees of an object: they are laid at its near side, and may lie across it"),
        field("lidar_x_m", &C::lidar_x_m, "m", -20.0, 20.0, "where boxes are seen from, vehicle frame"),
        field("lidar_y_m", &C::lidar_y_m, "m", -20.0, 20.0, "where boxes are seen from, vehicle frame"),
        field("has_flat_road", &C::has_flat_road,
              "the road is the plane z = 0 of the vehicle: the lower edge of a camera box says how far it is"),
        field("camera_place_after_s", &C::camera_place_after_s, "s", 0.0, 10.0,
              "a camera box moves an object that the lidar has not seen for longer"),
        field("camera_birth_after_s", &C::camera_birth_after_s, "s", 0.0, 1e6,
              "camera boxes become objects when no lidar has delivered for longer"),
        field(
            "radar_birth_after_s", &C::radar_birth_after_s, "s", 0.0, 1e6,
            "returns that move over ground place objects, and become objects, when no lidar has delivered for longer"),
        field("frame_noise_mps2", &C::frame_noise_mps2, "m/s^2", 0.0, 20.0,
              "what the own vehicle may do while nothing measures it"),
        field("max_detections", &C::max_detections, "", 1, 100000, "per update; the surest are taken"),
        field("max_tracks", &C::max_tracks, "", 1, 100000, "no track is born beyond"),
        field("history", &C::history, "", 1, 100, "updates that a late measurement may be inserted before"),
    };
  }
};

}  // namespace ocelli::tracking
