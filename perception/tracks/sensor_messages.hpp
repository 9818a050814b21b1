#pragma once
// From messages of radar and camera to what the tracker takes.

#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/perception/tracking/object.hpp"
#include "ocelli_radar.h"
#include "ocelli_vehicle.h"
#include "ros2_vision.h"

namespace ocelli::perception {

/// One return per object of the radar: its centre and its range rate as measured.
void returns_of(const ocelli::msg::RadarObjects& message, std::vector<tracking::RadarReturn>& returns);

/// Boxes in the picture; those without a class are kUnknown.
void camera_detections_of(const vision_msgs::msg::Detection2DArray& message,
                          std::vector<tracking::Detection2>& detections);

/// Error: a projection that is not finite or projects nothing, a picture without size.
[[nodiscard]] Result<tracking::CameraModel> camera_model_of(const ocelli::msg::CameraCalibration& message);

}  // namespace ocelli::perception
