#pragma once
// What topics there are in a domain, Ocelli's and others'. Listens to discovery only and reads no message.

#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli {

struct DiscoveredTopic {
  std::string name;       // as in a launch file, "lidar/top"; foreign topics as on the wire
  std::string type;       // wire name, "sensor_msgs::msg::dds_::PointCloud2_"
  std::string partition;  // "" is the default one
  int writers = 0;
  int readers = 0;
};

/// Listens for `listen` in every partition of the domain. Sorted by name and partition.
[[nodiscard]] Result<std::vector<DiscoveredTopic>> discover_topics(const DdsConfig& config, Duration listen);

}  // namespace ocelli
