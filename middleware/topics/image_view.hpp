#pragma once
// sensor_msgs/Image as it lies in CDR bytes: the header fields by value, the pixels in place.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::topics {

struct ImageView {
  Time stamp;
  std::string_view frame_id;
  std::uint32_t height = 0;   // rows
  std::uint32_t width = 0;    // columns
  std::string_view encoding;  // "bgr8", "rgb8", "mono8"
  std::uint32_t step = 0;     // bytes per row
  std::span<const std::byte> data;

  [[nodiscard]] std::uint32_t channels() const { return encoding == "mono8" ? 1 : 3; }

  /// Checks the shape: known 8-bit encoding, step >= width * channels, data = step * height.
  [[nodiscard]] static Result<ImageView> parse(std::span<const std::byte> cdr);
};

struct ImageShape {
  Time stamp;
  std::string frame_id;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::string encoding = "bgr8";
};

/// An image message whose pixels are still to be filled; rows are packed (step = width * channels).
struct ImageDraft {
  BufferPtr cdr;
  std::span<std::byte> data;
};
[[nodiscard]] Result<ImageDraft> draft_image(const ImageShape& shape, BufferPool& pool = default_pool());

}  // namespace ocelli::topics
