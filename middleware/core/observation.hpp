#pragma once
// What a shell says about one message or one activation: fixed size, no payload. The only input of the safety monitor.
// On the bus it travels as ocelli::msg::Observation (middleware/idl/ocelli_safety.idl), member by member.

#include <array>
#include <cstdint>
#include <type_traits>

#include "ocelli/middleware/core/ids.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

enum class ObservationKind : std::uint8_t {
  kPublish,     // a source or node published a message
  kReceive,     // a shell took a message from the bus
  kActivation,  // a node's step ended
  kAlive,       // a shell's heartbeat
};

enum class ObservationStatus : std::uint8_t {
  kOk,
  kDegraded,  // an input was missing or too old
  kFailed,    // step returned an error, or an exception was caught
  kInvalid,   // the message broke its own rules: range, shape, NaN
  kCorrupt,   // E2E: checksum, counter or id wrong
  kSkipped,   // activation: nothing to do with this message, as the node's configuration says
};

/// One end of a lineage: the source message that something was made from.
struct LineageEnd {
  TopicId topic{};
  std::uint64_t sequence = 0;
  Time sensed_at{};
  [[nodiscard]] bool is_set() const { return topic != TopicId::kNone; }
  friend bool operator==(const LineageEnd&, const LineageEnd&) = default;
};

struct Observation {
  ObservationKind kind{};
  ObservationStatus status{};
  EntityId entity{};         // who observed: a node or source instance
  TopicId topic{};           // what was published or received, or what triggered the activation
  std::uint32_t writer = 0;  // the process life that wrote the message
  std::uint32_t lost = 0;    // messages of this topic lost just before this one, as this subscription counted
  std::uint64_t sequence = 0;
  Time sensed_at{};  // kNoTime where a time does not apply
  Time published_at{};
  Time started_at{};   // activation: step began
  Time observed_at{};  // published, received, or step ended
  LineageEnd oldest;
  LineageEnd newest;
  std::uint64_t content_hash = 0;  // 0 = not computed
  /// Image: mean, spread, sharpness; cloud: points, no-return ratio, largest range [m]; fused objects: bits of the
  /// sensors that are missing; activation: measurements that the step could not use.
  std::array<double, 4> quality{};
};

static_assert(std::is_trivially_copyable_v<Observation>);

}  // namespace ocelli
