#pragma once
// When a time stamp cannot be: the one rule for shells, sources and detectors. Must not know: messages, clocks.

#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

/// What the clocks of two parts that are synchronised may differ by, with room. A message that was sensed later than
/// this after it was published would be *now* for whoever takes the newest stamp as the time, and all others too old.
inline constexpr Duration kMostAhead = 50ms;

/// Wide enough not to overflow for any two times.
[[nodiscard]] constexpr bool is_later_by(Time later, Time earlier, Duration limit) {
  return later > earlier && static_cast<std::uint64_t>(to_ns(later)) - static_cast<std::uint64_t>(to_ns(earlier)) >
                                static_cast<std::uint64_t>(limit.count());
}

/// Whether a message says that it was sensed after it was published.
[[nodiscard]] constexpr bool is_ahead(Time sensed_at, Time published_at) {
  return is_later_by(sensed_at, published_at, kMostAhead);
}

}  // namespace ocelli
