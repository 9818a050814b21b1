#pragma once
// Node around Lanes: one picture and the camera's calibration in, lines and area on the ground out. Without a
// calibration, or with one that is no rotation, there is no ground: an error, not an empty road.

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/lanes/lanes.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/perception/rate_limit.hpp"

namespace ocelli::perception {

[[nodiscard]] ocelli::msg::CameraLanes message_of(const Lanes::Found& found, Time stamp, std::string_view camera);
/// kInvalidArgument when it cannot be used.
[[nodiscard]] Result<GroundCamera> ground_camera_of(const ocelli::msg::CameraCalibration& calibration);

struct LanesNode {
  static constexpr std::string_view kName = "lanes";
  using Config = LanesConfig;
  struct In {
    Trigger<topics::CameraImage, 1> picture;
    Latest<topics::CameraInfo> calibration;
  };
  struct Out {
    Port<topics::CameraLanes> lanes;
  };

  explicit LanesNode(const Config& node_config) : config(node_config), limit(node_config.rate_max_hz) {}

  [[nodiscard]] Result<std::string> choice() const {
    OCELLI_ASSIGN(const accel::ChosenModel chosen,
                  accel::choose_model(config.model, config.accelerator, accel::models_folder()));
    return chosen.sentence();
  }

  Status prepare(const Conditions& conditions) {
    OCELLI_ASSIGN(finder, Lanes::load(config, conditions.has_deadlines, conditions.is_stopping));
    finder->network().inject_delay(conditions.inference_delay);
    return ok();
  }

  bool takes(Time sensed_at) { return limit.takes(sensed_at); }

  [[nodiscard]] bool needs_new_process() const { return finder && finder->network().has_hung(); }

  Status step(const In& in, Out& out) {
    if (!finder) return error(ErrorCode::kUnavailable, "lanes: the model was not loaded");
    if (!in.calibration) return error(ErrorCode::kUnavailable, "lanes: no calibration of the camera has come");
    if (in.picture->width != in.calibration->width() || in.picture->height != in.calibration->height())
      return error(ErrorCode::kInvalidArgument, "lanes: a picture of {} x {} pixels, calibrated for {} x {}",
                   in.picture->width, in.picture->height, in.calibration->width(), in.calibration->height());
    OCELLI_ASSIGN(const GroundCamera camera, ground_camera_of(*in.calibration));
    OCELLI_ASSIGN(const Lanes::Found found, finder->find(*in.picture, camera));
    out.lanes.publish(message_of(found, in.picture.sensed_at(), in.picture->frame_id));
    out.lanes.leave_out(found.left_out);
    if (found.left_out > 0) out.lanes.mark_degraded();  // so many lines are a noisy mask
    return ok();
  }

  Config config;
  RateLimit limit;
  std::optional<Lanes> finder;
};

}  // namespace ocelli::perception
