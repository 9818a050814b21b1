#pragma once
// Between the plain structs of camera perception and the messages of the bus.

#include <span>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/camera_objects/box2.hpp"
#include "ros2_vision.h"

namespace ocelli::perception {

[[nodiscard]] vision_msgs::msg::Detection2DArray message_of(std::span<const Box2> boxes, Time stamp,
                                                            std::string_view frame_id);
[[nodiscard]] Box2 box_of(const vision_msgs::msg::Detection2D& message);
[[nodiscard]] std::vector<Box2> boxes_of(const vision_msgs::msg::Detection2DArray& message);

}  // namespace ocelli::perception
