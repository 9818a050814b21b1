#pragma once
// Between the plain structs of perception and the messages of the bus. The only file of perception that knows both.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/box3.hpp"
#include "ocelli/perception/ego_motion/ego_motion.hpp"
#include "ocelli/perception/tracking/object.hpp"
#include "ocelli_tracks.h"
#include "ocelli_vehicle.h"
#include "ros2_vision.h"

namespace ocelli::perception {

[[nodiscard]] std_msgs::msg::Header header_of(Time stamp, std::string_view frame_id);
[[nodiscard]] builtin_interfaces::msg::Time message_of(Time time);
[[nodiscard]] Time time_of(const builtin_interfaces::msg::Time& time);
[[nodiscard]] geometry_msgs::msg::Pose message_of(const Pose& pose);
[[nodiscard]] Pose pose_of(const geometry_msgs::msg::Pose& pose);

/// Whether length and width were seen travels in the covariance of the centre: 0.15 m along a seen axis, 0.6 m along
/// one that was completed from the class.
[[nodiscard]] vision_msgs::msg::Detection3DArray message_of(std::span<const Box3> boxes, Time stamp);
/// The number of returns does not travel: Box3::points is 0.
[[nodiscard]] Box3 box_of(const vision_msgs::msg::Detection3D& message);
[[nodiscard]] std::vector<Box3> boxes_of(const vision_msgs::msg::Detection3DArray& message);

/// Absent when there is no state.
[[nodiscard]] ocelli::msg::EgoMotion message_of(const std::optional<EgoState>& state, Time stamp);
/// Nothing when the message says absent.
[[nodiscard]] std::optional<EgoState> ego_state_of(const ocelli::msg::EgoMotion& message);

[[nodiscard]] ocelli::msg::Track message_of(const tracking::Track& track);
/// `T_world_vehicle` null: tracks in the vehicle frame, marked so.
[[nodiscard]] ocelli::msg::Tracks message_of(std::span<const tracking::Track> tracks, const Pose* T_world_vehicle,
                                             Time stamp);

}  // namespace ocelli::perception
