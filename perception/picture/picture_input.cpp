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
  const double scale = std::max(placement.scale_x, placement.scale_y);
  const int width = std::max(1, static_cast<int>(placement.picture_width / scale));
  const int height = std::max(1, static_cast<int>(placement.picture_height / scale));
  placement.scale_x = placement.picture_width / width;
  placement.scale_y = placement.picture_height / height;
  placement.offset_x = (input_.width_px - width) / 2;
  placement.offset_y = (input_.height_px - height) / 2;
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

Placement PictureInput::fill(const topics::ImageView& picture, std::span<float> out) {
  const auto plane_size = static_cast<std::size_t>(input_.width_px) * static_cast<std::size_t>(input_.height_px);
  OCELLI_EXPECT(out.size() == 3 * plane_size);  // the network was loaded with the shape of the card
  const Placement placement = place(picture);
  const int width = static_cast<int>(std::lround(placement.picture_width / placement.scale_x));
  const int height = static_cast<int>(std::lround(placement.picture_height / placement.scale_y));
  const bool is_grey = picture.channels() == 1;
  // OpenCV only reads it.
  auto* data = const_cast<std::byte*>(picture.data.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const cv::Mat whole(static_cast<int>(picture.height), static_cast<int>(picture.width), is_grey ? CV_8UC1 : CV_8UC3,
                      data, picture.step);
  cv::resize(whole, resized_, {width, height}, 0.0, 0.0, cv::INTER_LINEAR);
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
