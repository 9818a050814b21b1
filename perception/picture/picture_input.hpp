#pragma once
// A camera picture as the input of a network: resized, normalised, planes of channels; and the way back from places in
// the network's input to places in the picture. Must not know: networks, what is in the picture.

#include <array>
#include <opencv2/core.hpp>
#include <span>

#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/image_view.hpp"

namespace ocelli::perception {

/// Where pixel i has its centre in coordinates whose pixel i covers [i, i + 1), those of boxes and masks. For a
/// calibration the centre is at i: what is projected, or meets a projection, is half a pixel less.
inline constexpr double kPixelCentre_px = 0.5;

/// picture [px] = (input [px] - offset) * scale, in coordinates whose pixel i covers [i, i + 1).
struct Placement {
  double scale_x = 1.0;
  double scale_y = 1.0;
  double offset_x = 0.0;
  double offset_y = 0.0;
  double picture_width = 0.0;
  double picture_height = 0.0;

  [[nodiscard]] double to_picture_x(double input_x) const { return (input_x - offset_x) * scale_x; }
  [[nodiscard]] double to_picture_y(double input_y) const { return (input_y - offset_y) * scale_y; }
  /// As the camera's calibration counts.
  [[nodiscard]] double to_calibrated_x(double input_x) const { return to_picture_x(input_x) - kPixelCentre_px; }
  [[nodiscard]] double to_calibrated_y(double input_y) const { return to_picture_y(input_y) - kPixelCentre_px; }
};

class PictureInput {
 public:
  explicit PictureInput(const accel::CardInput& input);

  /// `out` has 3 x height x width values. bgr8, rgb8 and mono8 pictures; kCorrupt for one without pixels.
  Result<Placement> fill(const topics::ImageView& picture, std::span<float> out);

 private:
  [[nodiscard]] Placement place(const topics::ImageView& picture) const;
  void write_plane(const cv::Mat& pixels, int channel, int table, std::span<float> plane, int left, int top) const;

  accel::CardInput input_;
  std::array<std::array<float, 256>, 3> tables_{};  // per channel of the model: pixel → value
  cv::Mat resized_;
};

}  // namespace ocelli::perception
