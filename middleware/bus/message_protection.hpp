#pragma once
// E2E on the bus: which bytes of a message a topic kind's profile covers. The protected message is the sample header
// followed by the CDR body; the data id is the topic id, the counter is the sequence modulo the profile's. So the
// header's own times and lineage are covered, and a message of another topic is not believed.
// Must not know: lanes.

#include <span>

#include "ocelli/middleware/topics/header.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli {

enum class Integrity : std::uint8_t {
  kTrusted,      // same process, or E2E checked
  kUnprotected,  // foreign writer: no trailer; or a kind without protection
  kCorrupt,      // E2E failed: checksum, identity, counter or length
};

/// Fills in the length and what the kind's profile asks for; every other field must be final. False, and the header is
/// unprotected, when the message is longer than the profile can protect.
[[nodiscard]] bool protect(SampleHeader& header, const topics::TopicKind& kind, std::span<const std::byte> body);

/// What a message from outside is worth to a reader of `topic`.
[[nodiscard]] Integrity check_protection(const SampleHeader& header, TopicId topic, const topics::TopicKind& kind,
                                         std::span<const std::byte> body);

}  // namespace ocelli
