#pragma once
// Road users in a camera picture, by a network on an accelerator, or by the built-in pedestrian detector when no model
// is named. Must not know: messages, clocks, which accelerator.

#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/hal/accel/network.hpp"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/perception/camera_objects/decoders.hpp"
#include "ocelli/perception/camera_objects/pedestrians.hpp"

namespace ocelli::perception {

struct CameraObjectsConfig {
  std::string model;
  accel::AcceleratorConfig accelerator;
  Duration deadline = std::chrono::milliseconds(80);
  double rate_max_hz = 0.0;
  PedestriansConfig pedestrians;
  static constexpr auto fields() {
    return std::tuple{
        field("model", &CameraObjectsConfig::model,
              "card of `ocelli models list`; empty: the built-in pedestrian detector, which needs no file"),
        field("accelerator", &CameraObjectsConfig::accelerator, "where the model runs"),
        field("deadline", &CameraObjectsConfig::deadline, "s", 1e-4, 10.0,
              "longest inference in a live run; a later one is dropped with a fault"),
        field("rate_max_hz", &CameraObjectsConfig::rate_max_hz, "Hz", 0.0, 1000.0,
              "pictures beyond this rate are passed over, so that the model's cost fits the budget; 0: every picture"),
        field("pedestrians", &CameraObjectsConfig::pedestrians, "the built-in detector")};
  }
};

class CameraObjects {
 public:
  /// Reads the card and its files and loads the model. `has_deadline` false: waits for every inference.
  static Result<CameraObjects> load(const CameraObjectsConfig& config, bool has_deadline);

  /// Boxes in pixels of the picture; valid until the next call. kTimeout, kUnavailable or kCorrupt as Network::run.
  [[nodiscard]] Result<std::span<const Box2>> detect(const topics::ImageView& picture);

 private:
  struct Model {
    accel::ModelCard card;
    accel::Network network;
    PictureInput input;
    Duration deadline;
  };
  explicit CameraObjects(const CameraObjectsConfig& config) : pedestrians_(config.pedestrians) {}
  Status detect_by_model(const topics::ImageView& picture);

  std::optional<Model> model_;
  Pedestrians pedestrians_;
  std::vector<Candidate> candidates_;
  std::vector<Box2> boxes_;
};

/// A live wait ends with the deadline; a logical one only when something hangs.
[[nodiscard]] constexpr Duration inference_deadline(Duration deadline, bool has_deadline) {
  return has_deadline ? deadline : Duration(std::chrono::seconds(60));
}

}  // namespace ocelli::perception
