#pragma once
// One topic of a running system, found by discovery: what the `ocelli topic` commands have in common.

#include <string>

#include "ocelli/middleware/dds/topic_discovery.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli::launch {

inline constexpr Duration kDiscoveryTime = 1500ms;  // five announcements of every participant

/// The writers of `topic` in the domain of `dds`, whose partition becomes theirs.
[[nodiscard]] Result<DiscoveredTopic> find_written_topic(const std::string& topic, DdsConfig& dds);

/// The row of table 1 with the type of a topic. Error when no kind has it.
[[nodiscard]] Result<const topics::TopicKind*> kind_of_topic(const DiscoveredTopic& topic);

/// Its type is called as ROS 2 calls it on DDS, "pkg::msg::dds_::Type_", and its topic "rt/...".
[[nodiscard]] bool has_ros_names(const DiscoveredTopic& topic);

/// A kind for a topic of a type that no row has: `idl` describes it. Without ROS 2 names it is for a lane with
/// `has_wire_names`. Error for types with a key. One per process, kept until its end.
[[nodiscard]] Result<const topics::TopicKind*> foreign_kind(const DiscoveredTopic& topic, const std::string& idl);

/// A kind for messages of any type that nobody decodes, for a lane with `has_wire_names`. Error for types with a key.
/// One per process, as above.
[[nodiscard]] Result<const topics::TopicKind*> undecoded_kind(const DiscoveredTopic& topic);

}  // namespace ocelli::launch
