#pragma once
// The seal of RTPS packets: a participant of Ocelli marks its GUID, and every packet that it sends ends with a
// checksum. What claims to come from a marked participant and has no seal is damaged or forged. Private to
// middleware/dds.
//
// Fast DDS believes any announcement that names a participant: it replaces what is known of it (addresses, lease), and
// takes the true announcement, which keeps its sequence number, for an old one from then on.

#include <fastdds/rtps/common/Guid.h>

#include <optional>
#include <span>
#include <vector>

namespace ocelli::dds {

using Packet = std::span<const eprosima::fastrtps::rtps::octet>;

/// A new name for a participant of this process, marked as Ocelli's.
[[nodiscard]] eprosima::fastrtps::rtps::GuidPrefix_t new_marked_prefix();
[[nodiscard]] bool is_marked(const eprosima::fastrtps::rtps::GuidPrefix_t& prefix);

/// Bytes that sealing adds to a packet: a submessage of a kind that RTPS leaves to vendors and others pass over.
inline constexpr std::uint32_t kSealBytes = 16;

/// Writes the sealed packet into `sealed`. The submessage of Fast DDS' statistics, which its transport fills in later,
/// stays the last and outside.
void seal(Packet packet, std::vector<eprosima::fastrtps::rtps::octet>& sealed);

/// What may be believed of a packet: up to its seal, all of it when it comes from another vendor's program and does not
/// name a participant of ours as its sender, nothing otherwise.
[[nodiscard]] std::optional<Packet> believable(Packet packet);

}  // namespace ocelli::dds
