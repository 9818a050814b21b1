#pragma once
// All constants of the tracker. Defaults come from the search in tests/bench/tune_tracker (docs/tracking.md).

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
  double position_noise_m = 0.4;
  double position_noise_weak_m = 0.0414;
  double position_noise_per_m = 0.0;
  double yaw_noise_rad = 0.15;
  double height_noise_m = 0.127;
  // process noise
  double acceleration_noise_mps2 = 2.0;
  double sideways_share = 1.0;
  double jerk_noise_mps3 = 0.428;
  double yaw_noise_rate_rps = 0.118;
  double turn_noise_rps2 = 0.939;
  double vertical_noise_mps = 0.3;
  double acceleration_decay_s = 1.99;
  double turn_decay_s = 1.03;
  // start of a track
  double initial_speed_mps = 5.54;
  double initial_turn_rps = 0.204;
  double initial_acceleration_mps2 = 1.0;
  // association
  double gate_m = 4.0;
  double gate_sigmas = 6.87;
  double strong_score = 2.0;
  double class_change_cost = 1000.0;
  double size_memory = 10.0;
  // evidence
  double score_middle = 0.867;
  double score_slope = 0.412;
  double evidence_hit_low = -6.0;
  double evidence_hit_high = 6.0;
  double evidence_max = 6.0;
  double evidence_birth = 0.373;
  double evidence_proof = -20.0;
  double evidence_death = -2.12;
  double detection_share = 0.343;
  double detection_share_hidden = 0.111;
  double coast_max_s = 1.83;
  double report_evidence = 1.53;
  double report_visible = 0.0836;
  double report_sigma_m = 1.45;
  double report_coast_s = 30.0;
  double overlap_max = 0.343;
  // confidence
  double confidence_evidence = 2.09;
  double confidence_memory = 0.623;
  double coast_penalty = 0.5;
  double camera_bonus = 2.9;
  double camera_malus = 1.97;
  // camera
  double camera_iou = 0.287;
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
        field("report_visible", &C::report_visible, "", 0.0, 1.0, "and with at least this part inside the image"),
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
  ClassConfig pedestrian = {
      .motion = MotionModel::kFreeVelocity,
      .position_noise_m = 0.05,
      .position_noise_weak_m = 0.102,
      .yaw_noise_rad = 0.1,
      .height_noise_m = 0.05,
      .acceleration_noise_mps2 = 1.69,
      .yaw_noise_rate_rps = 0.0401,
      .turn_noise_rps2 = 0.0,
      .vertical_noise_mps = 0.3,
      .initial_speed_mps = 11.7,
      .initial_turn_rps = 0.0,
      .gate_m = 4.0,
      .gate_sigmas = 4.0,
      .strong_score = 2.0,
      .size_memory = 12.7,
      .score_middle = 0.845,
      .score_slope = 0.799,
      .evidence_max = 6.0,
      .evidence_birth = 0.0,
      .evidence_death = -2.47,
      .detection_share = 0.0674,
      .detection_share_hidden = 0.0,
      .coast_max_s = 1.0,
      .report_evidence = 0.729,
      .report_visible = 0.223,
      .report_sigma_m = 1.11,
      .overlap_max = 0.3,
      .confidence_evidence = 2.21,
      .confidence_memory = 0.155,
      .coast_penalty = 0.991,
      .camera_bonus = 7.43,
      .camera_malus = 1.94,
      .camera_iou = 0.267,
      .camera_keep_iou = 0.5,
  };
  // No detections to tune on: the car's constants at a bicycle's speeds and turns. A box that small must not wait for a
  // heading, so the velocity is free of it (docs/tracking.md).
  ClassConfig cyclist = {.motion = MotionModel::kFreeVelocity,
                         .acceleration_noise_mps2 = 1.5,
                         .turn_noise_rps2 = 1.0,
                         .initial_speed_mps = 6.0,
                         .initial_turn_rps = 0.3,
                         .gate_m = 3.0,
                         .coast_max_s = 1.5};
  ClassConfig truck = car;
  ClassConfig unknown = car;
  bool has_partial_boxes = false;
  double lidar_x_m = 0.0;
  double lidar_y_m = 0.0;
  double radar_x_m = 0.0;
  double radar_y_m = 0.0;
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
        field("radar_x_m", &C::radar_x_m, "m", -20.0, 20.0, "where returns are seen from, vehicle frame"),
        field("radar_y_m", &C::radar_y_m, "m", -20.0, 20.0, "where returns are seen from, vehicle frame"),
        field("frame_noise_mps2", &C::frame_noise_mps2, "m/s^2", 0.0, 20.0,
              "what the own vehicle may do while nothing measures it"),
        field("max_detections", &C::max_detections, "", 1, 100000, "per update; the surest are taken"),
        field("max_tracks", &C::max_tracks, "", 1, 100000, "no track is born beyond"),
        field("history", &C::history, "", 1, 100, "updates that a late measurement may be inserted before"),
    };
  }
};

}  // namespace ocelli::tracking
