#pragma once
// Whether DDS packets travel on this host: a child process sends, this one listens, over the transports that every
// Ocelli process uses. Leaves nothing behind. Must not know: commands.

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli::launch {

struct DdsExchange {
  bool has_met = false;      // discovery, which is UDP on loopback, found the other process
  bool has_arrived = false;  // a whole message came, over shared memory where both can use it
};

/// Ends as soon as a message arrives, or after `limit`. Precondition: this process has joined no domain yet. Error when
/// it cannot join the domain, or start a process.
[[nodiscard]] Result<DdsExchange> exchange_over_dds(DdsConfig config, Duration limit);

/// Whether the loopback interface is there and up.
[[nodiscard]] bool is_loopback_up();

}  // namespace ocelli::launch
