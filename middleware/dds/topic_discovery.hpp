#pragma once
// What topics there are in a domain, Ocelli's and others', and who writes and reads them. Listens to discovery only and
// reads no message.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli {

/// A writer or reader as it announced itself.
struct DiscoveredEndpoint {
  bool is_writer = false;
  std::string participant;  // its name, "ocelli/topic"; may be empty
  std::string guid;         // RTPS: participant and entity, in hexadecimal
  std::string process;      // "1234 of this host"; "" when it does not say
  std::string lane;         // "ring and network", "network"
  bool is_reliable = false;
  bool is_latched = false;  // transient local or more
};

struct DiscoveredTopic {
  std::string name;       // as in a launch file, "lidar/top"; foreign topics as on the wire
  std::string type;       // wire name, "sensor_msgs::msg::dds_::PointCloud2_"
  std::string partition;  // "" is the default one
  int writers = 0;
  int readers = 0;
  std::string wire_name;  // "rt/lidar/top"
  bool is_keyed = false;  // its type has a key: only readers with that key match
  std::vector<DiscoveredEndpoint> endpoints;
};

/// Listens for `listen` in every partition of the domain. Sorted by name and partition.
[[nodiscard]] Result<std::vector<DiscoveredTopic>> discover_topics(const DdsConfig& config, Duration listen);

/// Process and lane of an endpoint from what it said of itself (discovery user data, any bytes).
void describe_endpoint(std::span<const std::byte> said, DiscoveredEndpoint& endpoint);

}  // namespace ocelli
