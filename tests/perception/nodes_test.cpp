#include <gtest/gtest.h>

#include "ocelli/middleware/node/any_node.hpp"
#include "ocelli/perception/ego_motion/ego_motion_node.hpp"
#include "ocelli/perception/lidar_objects/lidar_objects_node.hpp"
#include "ocelli/perception/radar_objects/radar_objects_node.hpp"
#include "ocelli/perception/tracks/tracks_node.hpp"

namespace ocelli::perception {
namespace {

TEST(EgoMotionNode, IsANode) { EXPECT_EQ(node::erase(EgoMotionNode({}))->inputs().size(), 3U); }
TEST(LidarObjectsNode, IsANode) { EXPECT_EQ(node::erase(LidarObjectsNode({}))->inputs()[0].name, "cloud"); }
TEST(RadarObjectsNode, IsANode) { EXPECT_EQ(node::erase(RadarObjectsNode({}))->inputs().size(), 2U); }
TEST(TracksNode, IsANode) { EXPECT_EQ(node::erase(TracksNode({}))->outputs()[0].kind->name, "tracks"); }

}  // namespace
}  // namespace ocelli::perception
