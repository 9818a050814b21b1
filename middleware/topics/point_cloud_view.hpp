#pragma once
// sensor_msgs/PointCloud2 as it lies in CDR bytes: fields by value, points in place. Ocelli's lidars write 16-byte
// points (x y z intensity, float32); clouds of others may have any layout that contains these four names.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::topics {

/// Sensor frame [m]; intensity 0..1 (KITTI) or 0..255 (others).
struct PointXyzi {
  float x;
  float y;
  float z;
  float intensity;
};

struct PointCloudView {
  Time stamp;
  std::string_view frame_id;
  std::uint32_t height = 0;      // beams of an organised cloud, 1 otherwise
  std::uint32_t width = 0;       // points per beam
  std::uint32_t point_step = 0;  // bytes
  std::uint32_t x_offset = 0;    // of the float32 fields within a point
  std::uint32_t y_offset = 0;
  std::uint32_t z_offset = 0;
  std::uint32_t intensity_offset = kNoField;
  bool is_dense = false;  // no NaN among the points
  std::span<const std::byte> data;

  static constexpr std::uint32_t kNoField = 0xFFFFFFFF;

  [[nodiscard]] std::size_t size() const { return std::size_t{height} * width; }
  /// Precondition: index < size().
  [[nodiscard]] PointXyzi point(std::size_t index) const;
  /// The points in place, when the layout is exactly PointXyzi; empty otherwise.
  [[nodiscard]] std::span<const PointXyzi> packed() const;

  /// Checks the shape: little-endian, float32 x y z, point_step and data length consistent.
  [[nodiscard]] static Result<PointCloudView> parse(std::span<const std::byte> cdr);
};

struct CloudShape {
  Time stamp;
  std::string frame_id;
  std::uint32_t height = 1;
  std::uint32_t width = 0;
  bool is_dense = true;
};

/// A cloud of height * width points still to be filled.
struct CloudDraft {
  BufferPtr cdr;
  std::span<PointXyzi> points;
};
[[nodiscard]] Result<CloudDraft> draft_cloud(const CloudShape& shape, BufferPool& pool = default_pool());

}  // namespace ocelli::topics
