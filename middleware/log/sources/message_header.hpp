#pragma once
// The header of a message that a recorded drive makes. Must not know: any format of drives.

#include <string>

#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::log {

[[nodiscard]] inline std_msgs::msg::Header header_of(Time time, const std::string& frame_id) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  std_msgs::msg::Header header;
  header.stamp().sec(static_cast<std::int32_t>(seconds.time_since_epoch().count()));
  header.stamp().nanosec(static_cast<std::uint32_t>((time - seconds).count()));
  header.frame_id(frame_id);
  return header;
}

}  // namespace ocelli::log
