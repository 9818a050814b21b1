#pragma once
// Road users in a camera picture, by a network on an accelerator. The model `pedestrians` needs no file.
// Must not know: messages, clocks, which accelerator.

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

namespace ocelli::perception {

struct CameraObjectsConfig {
  std::vector<std::string> model = {"pedestrians"};
  accel::AcceleratorConfig accelerator;
  Duration deadline = std::chrono::milliseconds(80);
  double rate_max_hz = 0.0;
  static constexpr auto fields() {
    return std::tuple{
        field("model", &CameraObjectsConfig::model,
              "card of `ocelli models list`, or several: the first whose files are there; `pedestrians` needs none"),
        field("accelerator", &CameraObjectsConfig::accelerator, "where the model runs"),
        field("deadline", &CameraObjectsConfig::deadline, "s", 1e-4, 10.0,
              "longest inference in a live run; a later one is dropped with a fault"),
        field("rate_max_hz", &CameraObjectsConfig::rate_max_hz, "Hz", 0.0, 1000.0,
              "pictures beyond this rate are passed over, so that the model's cost fits the budget; 0: every picture")};
  }
};

class CameraObjects {
 public:
  /// Chooses the model and loads it. `has_deadline` false: waits for every inference. `stop` as for
  /// accel::Network::load.
  static Result<CameraObjects> load(const CameraObjectsConfig& config, bool has_deadline,
                                    const std::atomic<bool>* stop = nullptr);
  [[nodiscard]] accel::Network& network() { return network_; }
  [[nodiscard]] const accel::Network& network() const { return network_; }

  /// Boxes in pixels of the picture; valid until the next call. kTimeout, kUnavailable or kCorrupt as Network::run.
  [[nodiscard]] Result<std::span<const Box2>> detect(const topics::ImageView& picture);

 private:
  CameraObjects(accel::ModelCard card, accel::Network network, std::optional<Duration> deadline);

  accel::ModelCard card_;
  accel::Network network_;
  PictureInput input_;
  std::optional<Duration> deadline_;
  std::vector<Candidate> candidates_;
  std::vector<Box2> boxes_;
};

}  // namespace ocelli::perception
