#include "ocelli/perception/picture/picture_input.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::perception {

PictureInput::PictureInput(const accel::CardInput& input) : input_(input) {
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t pixel = 0; pixel < 256; ++pixel)
      tables_[channel][pixel] =
          static_cast<float>((static_cast<double>(pixel) - input.mean[channel]) / input.deviation[channel]);
}

Placement PictureInput::place(const topics::ImageView& picture) const {
  Placement placement;
  placement.picture_width = picture.width;
  placement.picture_height = picture.height;
  placement.scale_x = placement.picture_width / input_.width_px;
  placement.scale_y = placement.picture_height / input_.height_px;
  if (input_.fit == accel::Fit::kStretch) return placement;
  // In whole numbers: rounding of a quotient must not cost the side that fits exactly its last pixel.
  const std::int64_t picture_width = picture.width, picture_height = picture.height;
  const bool is_wide = picture_width * input_.height_px >= picture_height * input_.width_px;
  const std::int64_t width = is_wide ? input_.width_px : input_.height_px * picture_width / picture_height;
  const std::int64_t height = is_wide ? input_.width_px * picture_height / picture_width : input_.height_px;
  placement.scale_x = placement.picture_width / static_cast<double>(std::max<std::int64_t>(1, width));
  placement.scale_y = placement.picture_height / static_cast<double>(std::max<std::int64_t>(1, height));
  placement.offset_x = static_cast<double>((input_.width_px - width) / 2);
  placement.offset_y = static_cast<double>((input_.height_px - height) / 2);
  return placement;
}

void PictureInput::write_plane(const cv::Mat& pixels, int channel, int table, std::span<float> plane, int left,
                               int top) const {
  const auto& values = tables_[static_cast<std::size_t>(table)];
  const int step = pixels.channels();
  for (int row = 0; row < pixels.rows; ++row) {
    const std::uint8_t* in = pixels.ptr(row) + channel;
    float* out = plane.data() + static_cast<std::ptrdiff_t>(top + row) * input_.width_px + left;
    for (int column = 0; column < pixels.cols; ++column) out[column] = values[in[column * step]];
  }
}

Result<Placement> PictureInput::fill(const topics::ImageView& picture, std::span<float> out) {
  const auto plane_size = static_cast<std::size_t>(input_.width_px) * static_cast<std::size_t>(input_.height_px);
  OCELLI_EXPECT(out.size() == 3 * plane_size);  // the network was loaded with the shape of the card
  if (picture.width == 0 || picture.height == 0)
    return error(ErrorCode::kCorrupt, "picture of {}x{} pixels: expected at least 1x1", picture.width, picture.height);
  const Placement placement = place(picture);
  const int width = static_cast<int>(std::lround(placement.picture_width / placement.scale_x));
  const int height = static_cast<int>(std::lround(placement.picture_height / placement.scale_y));
  const bool is_grey = picture.channels() == 1;
  // OpenCV only reads it.
  auto* data = const_cast<std::byte*>(picture.data.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const cv::Mat whole(static_cast<int>(picture.height), static_cast<int>(picture.width), is_grey ? CV_8UC1 : CV_8UC3,
                      data, picture.step);
  cv::resize(whole, resized_, {width, height}, 0.0, 0.0,
             input_.resample == accel::Resample::kArea ? cv::INTER_AREA : cv::INTER_LINEAR);
  const bool is_bgr = picture.encoding != "rgb8";
  const bool wants_bgr = input_.order == accel::ChannelOrder::kBgr;
  const int left = static_cast<int>(placement.offset_x);
  const int top = static_cast<int>(placement.offset_y);
  for (int channel = 0; channel < 3; ++channel) {
    const std::span<float> plane = out.subspan(static_cast<std::size_t>(channel) * plane_size, plane_size);
    if (width != input_.width_px || height != input_.height_px)
      std::ranges::fill(plane, tables_[static_cast<std::size_t>(channel)][0]);
    const int source = is_grey ? 0 : (is_bgr == wants_bgr ? channel : 2 - channel);
    write_plane(resized_, source, channel, plane, left, top);
  }
  return placement;
}

}  // namespace ocelli::perception
