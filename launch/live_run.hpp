#pragma once
// The supervisor of a live run: starts the processes in order (monitor, recorder, nodes, sources), carries out the
// injection plan, shows progress, restarts what died, ends everything and leaves a finished run folder.

#include <vector>

#include "ocelli/launch/injection_plan.hpp"
#include "ocelli/launch/live_settings.hpp"

namespace ocelli::launch {

struct LiveRunOptions {
  LiveSettings settings;  // run, clock and begin are filled in
  Duration duration{};    // 0: until Ctrl-C
  std::vector<PlannedInjection> injections;
  bool is_quiet = false;  // no progress line
};

struct LiveRunOutcome {
  Duration duration{};
  std::vector<std::string> incidents;  // processes that died or did not end: the run is not as expected
};

Result<LiveRunOutcome> run_live(const LiveRunOptions& options);

}  // namespace ocelli::launch
