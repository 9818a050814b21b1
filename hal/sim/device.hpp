#pragma once
// What every simulated sensor is to the scheduler (sim.cpp): something that gives one message per period.

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/topics/source.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ros2_geometry.h"
#include "ros2_std.h"

namespace ocelli::sim {

/// One measurement: which one it is, when in the scenario, and the stamp that it gets.
struct Instant {
  std::uint64_t frame = 0;
  Duration scenario_time{};
  Time stamp;
};

class Device {
 public:
  virtual ~Device() = default;
  [[nodiscard]] virtual Result<ConstBufferPtr> measure(const Instant& at) = 0;
};

/// Calls work(0) … work(count - 1), spread over `threads`; which thread does which is fixed and does not matter.
template <class Work>
void for_each_part(int threads, int count, const Work& work) {
  if (threads <= 1) {
    for (int part = 0; part < count; ++part) work(part);
    return;
  }
  std::vector<std::jthread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&work, t, threads, count] {
      for (int part = t; part < count; part += threads) work(part);
    });
}

inline void fill_header(std_msgs::msg::Header& header, Time stamp, const std::string& frame_id) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(stamp);
  header.stamp().sec(static_cast<std::int32_t>(seconds.time_since_epoch().count()));
  header.stamp().nanosec(static_cast<std::uint32_t>((stamp - seconds).count()));
  header.frame_id(frame_id);
}

/// Rotation and translation as ROS writes them.
void fill_pose(geometry_msgs::msg::Pose& out, const Pose& pose);

/// A generated message as CDR bytes.
template <class Tag>
[[nodiscard]] Result<ConstBufferPtr> encoded(const typename Tag::Type& message) {
  ConstBufferPtr cdr = encode_to_buffer(message, topics::kind_of<Tag>().codec());
  if (cdr == nullptr) return error(ErrorCode::kExhausted, "{}: no buffer is free", Tag::kName);
  return cdr;
}

}  // namespace ocelli::sim
