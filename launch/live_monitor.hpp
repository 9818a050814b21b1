#pragma once
// The monitor process of a live run. Three threads: one receives observations into a fixed queue, the tick thread
// (no allocation, no lock, no exception after start) judges them, one publishes faults and safety state.

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/middleware/bus/bus.hpp"

namespace ocelli::launch {

Status run_monitor(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd);

}  // namespace ocelli::launch
