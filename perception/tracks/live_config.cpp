#include "ocelli/perception/tracks/live_config.hpp"

#include <algorithm>
#include <cmath>

namespace ocelli::perception {
namespace {

/// What all classes share.
tracking::ClassConfig live_class() {
  return {.motion = tracking::MotionModel::kFreeVelocity,
          .position_noise_m = 0.15,
          .position_noise_weak_m = 0.0,
          .position_noise_per_m = 0.004,
          .yaw_noise_rad = 0.1,
          .height_noise_m = 0.3,
          .acceleration_noise_mps2 = 0.8,
          .sideways_share = 0.3,
          .yaw_noise_rate_rps = 0.0,
          .turn_noise_rps2 = 0.16,
          .initial_speed_mps = 8.0,
          .initial_turn_rps = 0.2,
          .gate_m = 6.0,
          .gate_sigmas = 4.5,
          .strong_score = -20.0,
          .class_change_cost = 3.0,
          .size_memory = 10.0,
          .score_middle = 0.0,
          .score_slope = 1.2,
          .evidence_hit_low = -0.3,
          .evidence_hit_high = 0.8,
          .evidence_max = 5.0,
          .evidence_birth = -0.3,
          .evidence_proof = 1.7,
          .evidence_death = -2.2,
          .detection_share = 0.33,
          .detection_share_hidden = 0.33,
          .coast_max_s = 1.2,
          .report_evidence = -2.2,
          .report_visible = 0.0,
          .report_sigma_m = 20.0,
          .report_coast_s = 0.35,
          .overlap_max = 0.3,
          .camera_bonus = 1.0,
          .camera_malus = 0.0,
          .camera_iou = 0.2,
          .camera_keep_iou = 0.2};
}

}  // namespace

tracking::Config live_tracker_config() {
  tracking::Config config;
  config.car = live_class();
  config.truck = live_class();
  config.truck.acceleration_noise_mps2 = 0.5;
  config.truck.turn_noise_rps2 = 0.1;
  config.cyclist = live_class();
  config.cyclist.yaw_noise_rad = 0.3;
  config.cyclist.acceleration_noise_mps2 = 0.5;
  config.cyclist.sideways_share = 0.7;
  config.cyclist.turn_noise_rps2 = 0.2;
  config.cyclist.initial_speed_mps = 4.0;
  config.cyclist.gate_m = 5.0;
  config.pedestrian = live_class();
  config.pedestrian.position_noise_m = 0.1;
  config.pedestrian.position_noise_per_m = 0.002;
  config.pedestrian.yaw_noise_rad = 3.0;
  config.pedestrian.acceleration_noise_mps2 = 0.35;
  config.pedestrian.sideways_share = 1.0;
  config.pedestrian.turn_noise_rps2 = 0.0;
  config.pedestrian.initial_speed_mps = 1.5;
  config.pedestrian.initial_turn_rps = 0.0;
  config.pedestrian.gate_m = 4.5;
  config.unknown = live_class();
  config.unknown.yaw_noise_rad = 3.0;
  config.unknown.acceleration_noise_mps2 = 0.5;
  config.unknown.sideways_share = 1.0;
  config.unknown.turn_noise_rps2 = 0.0;
  config.unknown.initial_turn_rps = 0.0;
  config.has_partial_boxes = true;
  config.frame_noise_mps2 = 0.95;
  config.has_flat_road = true;
  config.camera_place_after_s = 0.25;
  config.camera_birth_after_s = 0.5;
  config.radar_birth_after_s = 0.5;
  config.history = 24;
  return config;
}

tracking::Detection3 detection_of(const Box3& box) {
  const double probability = std::clamp(box.score, 0.01, 0.99);
  tracking::Detection3 detection;
  detection.object_class = box.object_class;
  detection.p_vehicle = box.centre_m;
  detection.yaw_rad = box.yaw_rad;
  detection.length_m = box.size_m.x();
  detection.width_m = box.size_m.y();
  detection.height_m = box.size_m.z();
  detection.score = std::log(probability / (1.0 - probability));
  detection.is_length_seen = box.is_length_seen;
  detection.is_width_seen = box.is_width_seen;
  return detection;
}

}  // namespace ocelli::perception
