#pragma once
// One child process of a live run: the monitor, the recorder, or the nodes and sources of one process of the launch
// file. Runs until SIGTERM.

#include <string>

#include "ocelli/launch/live_settings.hpp"

namespace ocelli::launch {

Status run_host(const LiveSettings& settings, const std::string& process, int ready_fd);

}  // namespace ocelli::launch
