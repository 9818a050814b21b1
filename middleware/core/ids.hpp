#pragma once
// Names become fixed-size ids at the edges, so that headers and observations need no strings.

#include <cstdint>
#include <string_view>

namespace ocelli {

/// FNV-1a, 32 bit (Fowler, Noll, Vo; offset basis 2166136261, prime 16777619).
[[nodiscard]] constexpr std::uint32_t fnv1a32(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash;
}

/// A topic instance ("lidar/front") or an entity (a node or source instance, "lidar_objects"). 0 is "none".
/// Launch refuses two names with one id.
enum class TopicId : std::uint32_t { kNone = 0 };
enum class EntityId : std::uint32_t { kNone = 0 };

[[nodiscard]] constexpr TopicId topic_id(std::string_view name) { return TopicId{fnv1a32(name)}; }
[[nodiscard]] constexpr EntityId entity_id(std::string_view name) { return EntityId{fnv1a32(name)}; }

}  // namespace ocelli
