#pragma once
// Lane lines and drivable area in a camera picture, by a segmentation network on an accelerator, or lane
// lines alone by their paint: the model `lane_markings` needs no file.
// Must not know: messages, clocks, which accelerator.

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/hal/accel/network.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/perception/lanes/lane_model.hpp"
#include "ocelli/perception/picture/picture_input.hpp"

namespace ocelli::perception {

struct LanesConfig {
  std::vector<std::string> model = {"twinlitenet_320x192", "lane_markings"};
  accel::AcceleratorConfig accelerator;
  Duration deadline = std::chrono::milliseconds(150);
  double rate_max_hz = 5.0;
  LaneModelConfig lines;
  static constexpr auto fields() {
    return std::tuple{
        field("model", &LanesConfig::model,
              "card of `ocelli models list`, or several: the first whose files are there; `lane_markings` needs none"),
        field("accelerator", &LanesConfig::accelerator, "where the model runs"),
        field("deadline", &LanesConfig::deadline, "s", 1e-4, 10.0,
              "longest inference in a live run; a later one is dropped with a fault"),
        field("rate_max_hz", &LanesConfig::rate_max_hz, "Hz", 0.0, 1000.0,
              "pictures beyond this rate are passed over, so that the model's cost fits the budget; 0: "
              "every picture"),
        field("lines", &LanesConfig::lines, "from masks to lines")};
  }
};

/// A mask is 1 where the second of two planes is greater than the first. `planes` is 1 x 2 x height x width.
void decode_mask(const accel::Tensor& planes, std::vector<std::uint8_t>& mask);
/// Whether the outputs are two tensors of the input's size: drivable area, then lane lines.
[[nodiscard]] Status check_masks(const accel::ModelCard& card, std::span<const accel::Tensor> outputs);

class Lanes {
 public:
  /// Chooses the model and loads it. `has_deadline` false: waits for every inference. `stop` as for
  /// accel::Network::load.
  static Result<Lanes> load(const LanesConfig& config, bool has_deadline, const std::atomic<bool>* stop = nullptr);
  [[nodiscard]] accel::Network& network() { return network_; }
  [[nodiscard]] const accel::Network& network() const { return network_; }

  struct Found {
    std::vector<LaneLine> lines;
    bool has_area = false;  // whether the model looks for it
    std::vector<Eigen::Vector2d> area_m;
    std::uint64_t left_out = 0;  // lines beyond LaneModelConfig::lines_max
  };
  /// On the ground of the vehicle frame. kTimeout, kUnavailable or kCorrupt as Network::run.
  [[nodiscard]] Result<Found> find(const topics::ImageView& picture, const GroundCamera& camera);

 private:
  Lanes(const LanesConfig& config, accel::ModelCard card, accel::Network network);

  LaneModelConfig config_;
  std::optional<Duration> deadline_;
  accel::ModelCard card_;
  accel::Network network_;
  PictureInput input_;
  std::vector<std::uint8_t> area_mask_;
  std::vector<std::uint8_t> line_mask_;
};

}  // namespace ocelli::perception
