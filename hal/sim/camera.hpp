#pragma once
// A pinhole camera without distortion: bgr8 pictures by ray casting, with shadows, textures and pixel noise (so no two
// pictures are the same bytes), and its calibration. Global shutter: the whole picture is one instant, its stamp.
// Pixel (u, v) is the middle of column u and row v; the principal point is the middle of the picture.
// Camera frame: x right, y down, z forward (optical), as the calibration says.

#include <memory>

#include "ocelli/hal/sim/device.hpp"
#include "ocelli/hal/sim/world.hpp"

namespace ocelli::sim {

/// T_vehicle_camera, optical axes.
[[nodiscard]] Pose camera_pose(const CameraConfig& config);

/// Row-major 3 x 4: [u v 1]^T ~ P * p_camera.
[[nodiscard]] std::array<double, 12> camera_projection(const CameraConfig& config);

/// `world` outlives the device.
[[nodiscard]] std::unique_ptr<Device> make_camera(const CameraConfig& config, const Light& light, World& world,
                                                  std::uint64_t seed, int threads);

/// NAME/calibration, frame_id NAME.
[[nodiscard]] std::unique_ptr<Device> make_camera_calibration(const CameraConfig& config);

}  // namespace ocelli::sim
