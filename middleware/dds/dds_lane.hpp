#pragma once
// Lane 3: Fast DDS between processes and hosts. Bytes pass through: body and trailer are written as they are, so
// readers of ROS 2, Cyclone or RTI see the plain message. The only folder that includes Fast DDS.

#include <memory>
#include <string>

#include "ocelli/middleware/bus/network_lane.hpp"

namespace ocelli {

struct DdsConfig {
  std::uint32_t domain = 0;  // RTPS domain, 0 to 232
  std::string partition;     // "" is what ROS 2 nodes use; a name of its own keeps test runs apart
  std::string participant = "ocelli";
  bool has_wire_names = false;  // topics and types are called as on the wire: for tools that listen to foreign ones
  bool is_host_only = true;     // loopback; false: every network interface
};

/// A participant that speaks UDP, lease 1 s, announcements every 0.3 s (values and their reasons:
/// docs/decisions/0005 and 0014). Error when the domain is out of range or Fast DDS refuses.
[[nodiscard]] Result<std::unique_ptr<NetworkLane>> open_dds_lane(const DdsConfig& config);

}  // namespace ocelli
