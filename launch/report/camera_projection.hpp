#pragma once
// Boxes of objects as lines in a camera picture. Must not know: how it is drawn.

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "ocelli/launch/report/run_data.hpp"

namespace ocelli::report {

struct PixelLine {
  double u1, v1, u2, v2;
};

struct ProjectedBox {
  std::vector<PixelLine> edges;  // cut off in front of the camera
  double u_min = 0.0, v_min = 0.0, u_max = 0.0, v_max = 0.0;
  double distance_m = 0.0;  // of the centre from the vehicle's origin, on the ground
};

/// Nothing when the object lies behind the camera or outside the picture. Position and yaw in the vehicle frame.
[[nodiscard]] std::optional<ProjectedBox> project_box(const CameraShot& shot, const ObjectState& object);

/// A line on the ground of the vehicle frame, in pixels; what is not before the camera is left out.
[[nodiscard]] std::vector<std::pair<double, double>> project_ground(const CameraShot& shot,
                                                                    const std::vector<Eigen::Vector2d>& places);

[[nodiscard]] std::size_t count_in_view(const CameraShot& shot);

}  // namespace ocelli::report
