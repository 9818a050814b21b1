#pragma once
// Where a ring can be opened: the announcement that a writer gives to discovery, and the tag of the host that it is
// for.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli {

/// Boot id of the kernel and the PID namespace: processes with the same tag can name each other.
using HostTag = std::array<std::byte, 24>;
[[nodiscard]] const HostTag& this_host();

struct RingAddress {
  HostTag host{};
  std::uint32_t pid = 0;
  std::int32_t fd = -1;             // in that process
  std::uint64_t process_start = 0;  // clock ticks after boot: a process number may be used again
  friend bool operator==(const RingAddress&, const RingAddress&) = default;
};

/// 48 bytes, little-endian.
[[nodiscard]] std::vector<std::byte> to_bytes(const RingAddress& address);
/// Nothing when the bytes are no announcement of this version.
[[nodiscard]] std::optional<RingAddress> parse_ring_address(std::span<const std::byte> bytes);

/// Start of a process in clock ticks after boot. Error when there is none.
[[nodiscard]] Result<std::uint64_t> process_start(std::uint32_t pid);

}  // namespace ocelli
