#pragma once
// What a camera box says about a place: its lower edge is where the object touches the road, the plane z = 0 of the
// vehicle frame. Must not know: objects over time, associations.

#include <optional>

#include "ocelli/perception/tracking/object.hpp"

namespace ocelli::tracking {

/// The near side of something on the road.
struct RoadPlace {
  Eigen::Vector2d p_vehicle = Eigen::Vector2d::Zero();  // [m]
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Identity();
  double height_m = 0.0;  // of the box, at that range
};

/// None when the box's lower edge is cut off by the image, lies near or above the horizon, or the camera cannot tell.
[[nodiscard]] std::optional<RoadPlace> place_on_road(const CameraModel& camera, const ImageBox& box);

/// A detection with the usual size of its class, heading as the vehicle does.
[[nodiscard]] Detection3 standing_on_road(const Detection2& seen, const RoadPlace& place);

}  // namespace ocelli::tracking
