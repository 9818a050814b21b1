#pragma once
// What table 1 says about a topic kind. Launch files bind instances of a kind ("lidar/front") and may override
// rate, budget and recording; type, QoS class and E2E profile belong to the kind.
// Must not know: any particular kind.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::topics {

enum class Qos {
  kSensor,  // best effort, keep last: the newest counts
  kState,   // reliable, the last value is latched for late joiners
  kEvent,   // reliable, bounded queue, overflow is a fault
};

/// AUTOSAR E2E profile over header and body; the value is what SampleHeader::e2e_profile says.
enum class E2e : std::uint8_t {
  kNone = 0,
  kP04 = 4,  // CRC-32: messages that stay below 64 KiB
  kP07 = 7,  // CRC-64: bulk data and lists without a bound
};

enum class Quality {
  kNone,
  kImage,    // mean and spread of brightness, sharpness
  kCloud,    // points, no-return ratio, largest range
  kScan,     // detections of a radar
  kSensors,  // sensors that are missing in it, as bits
};

/// The generated serializer of a wire type, without its C++ type. CDR always includes the 4-byte encapsulation header.
struct Codec {
  std::string_view type_name;         // IDL name, "sensor_msgs::msg::PointCloud2"
  std::string_view schema;            // self-contained IDL text of the type and all it uses
  std::shared_ptr<void> (*create)();  // an empty message to decode into
  void (*encode)(const void* message, std::vector<std::byte>& cdr);
  Status (*decode)(std::span<const std::byte> cdr, void* message);
};

struct TopicKind {
  std::string_view name;  // default instance name, "lidar/points"
  std::string_view meaning;
  const Codec& (*codec)();
  bool is_bulk;  // handled as CDR bytes through a view, never as a generated object
  Qos qos;
  E2e e2e;
  Quality quality;
  double rate_hz;           // 0 = on change
  Duration latency_budget;  // published → received
  bool is_recorded;
  std::size_t depth;  // queue of a subscription
};

/// "sensor_msgs::msg::PointCloud2" → "sensor_msgs::msg::dds_::PointCloud2_", the name ROS 2 uses on the wire.
[[nodiscard]] std::string dds_type_name(std::string_view idl_name);

/// "lidar/front" → "rt/lidar/front", the topic name ROS 2 uses on the wire.
[[nodiscard]] std::string dds_topic_name(std::string_view instance);

}  // namespace ocelli::topics
