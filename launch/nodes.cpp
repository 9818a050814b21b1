// TABLE 4: nodes. A node is perception/<task>/<task>_node.hpp and one row here.
#include <algorithm>
#include <array>

#include "ocelli/launch/node_table.hpp"
#include "ocelli/perception/camera_objects/camera_objects_node.hpp"
#include "ocelli/perception/ego_motion/ego_motion_node.hpp"
#include "ocelli/perception/lanes/lanes_node.hpp"
#include "ocelli/perception/lidar_objects/lidar_objects_node.hpp"
#include "ocelli/perception/radar_objects/radar_objects_node.hpp"
#include "ocelli/perception/tracks/tracks_node.hpp"

namespace ocelli::launch {
namespace {

constexpr auto kNodes = std::to_array<NodeRow>({
    //        node                             meaning                                              exec_time  priority
    node_row<perception::EgoMotionNode>("speed, yaw rate and pose from wheels, steering, gyro and GNSS", 2ms, 10),
    node_row<perception::LidarObjectsNode>("boxes of road users in one lidar turn", 25ms, 20),
    node_row<perception::RadarObjectsNode>("clusters of one radar scan, with velocity over ground", 2ms, 20),
    node_row<perception::CameraObjectsNode>("boxes of road users in a picture", 60ms, 20),
    node_row<perception::LanesNode>("lane lines and drivable area in a picture", 140ms, 20),
    node_row<perception::TracksNode>("objects followed over time", 5ms, 30),
});

}  // namespace

std::span<const NodeRow> node_table() { return kNodes; }

const NodeRow* find_node(std::string_view name) {
  const auto row = std::find_if(kNodes.begin(), kNodes.end(), [&](const NodeRow& r) { return r.name == name; });
  return row == kNodes.end() ? nullptr : &*row;
}

}  // namespace ocelli::launch
