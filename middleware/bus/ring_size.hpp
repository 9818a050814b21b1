#pragma once
// How large the ring of a topic is: from its kind, unless somebody who knows the sensor says otherwise.

#include <optional>
#include <string>

#include "ocelli/middleware/bus/ring_layout.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli {

/// What is unset comes from the kind.
struct RingSize {
  std::optional<std::uint32_t> slots;          // messages
  std::optional<std::uint64_t> message_bytes;  // of the largest message
};

inline constexpr std::uint32_t kLeastSlots = 2;
inline constexpr std::uint64_t kLeastCapacity = 64;
inline constexpr std::uint64_t kMostRingBytes = std::uint64_t{8} << 30U;

/// Slots and largest message of a topic's ring. Memory is used only as far as messages reach. Errors, with the name of
/// the topic: a number out of range, or a ring of more than kMostRingBytes.
[[nodiscard]] Result<RingGeometry> ring_geometry(const std::string& topic, const topics::TopicKind& kind,
                                                 const RingSize& size = {});

}  // namespace ocelli
