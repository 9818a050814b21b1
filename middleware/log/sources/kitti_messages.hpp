#pragma once
// Single frames of a KITTI drive as encoded messages. The only place in middleware/log that knows OpenCV.

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/log/sources/kitti_calibration.hpp"

namespace ocelli::log {

struct ImageSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend auto operator<=>(const ImageSize&, const ImageSize&) = default;
};

/// What the head of a PNG file says; nothing for other files. Does not decode.
[[nodiscard]] std::optional<ImageSize> png_size_of(const std::filesystem::path& file);

/// A picture as sensor_msgs/Image, bgr8. Errors: kCorrupt when it cannot be decoded or is not of the expected size.
[[nodiscard]] Result<BufferPtr> image_message(const std::filesystem::path& file, Time time, const std::string& frame_id,
                                              ImageSize expected);

/// A .bin file as sensor_msgs/PointCloud2 of PointXyzi in the sensor frame. Errors: kCorrupt when it is empty, no
/// multiple of 16 bytes, or has a number that is not finite (KITTI leaves beams without a return out).
[[nodiscard]] Result<BufferPtr> cloud_message(const std::filesystem::path& file, Time time,
                                              const std::string& frame_id);

/// ocelli::msg::CameraCalibration; the mounting is T_vehicle_camera.
[[nodiscard]] ConstBufferPtr calibration_message(const KittiCalibration& calibration, const Pose& T_vehicle_camera,
                                                 ImageSize size, Time time, const std::string& frame_id);

}  // namespace ocelli::log
