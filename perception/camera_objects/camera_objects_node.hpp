#pragma once
// Node around CameraObjects: one picture in, its boxes out. A late or failed inference is an error, never an empty
// street; a picture that comes meanwhile replaces the one that waits.

#include "ocelli/middleware/node/ports.hpp"
#include "ocelli/perception/camera_messages.hpp"
#include "ocelli/perception/camera_objects/camera_objects.hpp"
#include "ocelli/perception/rate_limit.hpp"

namespace ocelli::perception {

struct CameraObjectsNode {
  static constexpr std::string_view kName = "camera_objects";
  using Config = CameraObjectsConfig;
  struct In {
    Trigger<topics::CameraImage, 1> picture;
  };
  struct Out {
    Port<topics::CameraObjects> objects;
  };

  explicit CameraObjectsNode(const Config& node_config) : config(node_config), limit(node_config.rate_max_hz) {}

  [[nodiscard]] Result<std::string> choice() const {
    OCELLI_ASSIGN(const accel::ChosenModel chosen,
                  accel::choose_model(config.model, config.accelerator, accel::models_folder()));
    return chosen.sentence();
  }

  Status prepare(const Conditions& conditions) {
    OCELLI_ASSIGN(detector, CameraObjects::load(config, conditions.has_deadlines, conditions.is_stopping));
    detector->network().inject_delay(conditions.inference_delay);
    return ok();
  }

  bool takes(Time sensed_at) { return limit.takes(sensed_at); }

  [[nodiscard]] bool needs_new_process() const { return detector && detector->network().has_hung(); }

  Status step(const In& in, Out& out) {
    if (!detector) return error(ErrorCode::kUnavailable, "camera_objects: the detector was not loaded");
    OCELLI_ASSIGN(const std::span<const Box2> boxes, detector->detect(*in.picture));
    out.objects.publish(message_of(boxes, in.picture.sensed_at(), in.picture->frame_id));
    return ok();
  }

  Config config;
  RateLimit limit;
  std::optional<CameraObjects> detector;
};

}  // namespace ocelli::perception
