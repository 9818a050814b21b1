#pragma once
// The monitor process of a live run. Three threads: one receives observations into a fixed queue, the tick thread
// (no allocation, no lock, no exception after start) judges them, one publishes faults and safety state.

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/safety/monitor/observation_queue.hpp"

namespace ocelli::launch {

Status run_monitor(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd);

/// Everything that has come, from the bus into the monitor's queue. What was lost on the way or cannot be read is
/// counted there: a monitor that missed observations is a fault. `batch` is scratch.
void drain_observations(Subscription& subscription, safety::ObservationQueue& queue,
                        ocelli::msg::ObservationBatch& batch);

}  // namespace ocelli::launch
