#pragma once
// The recording process of a live run: every recorded topic of the launch file, as the bus carried it.

#include "ocelli/launch/live_settings.hpp"
#include "ocelli/middleware/bus/bus.hpp"

namespace ocelli::launch {

Status run_recorder(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd);

}  // namespace ocelli::launch
