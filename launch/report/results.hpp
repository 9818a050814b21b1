#pragma once
// Everything that is computed from a run, once: the page and report.json show these same numbers.

#include <string>
#include <vector>

#include "ocelli/launch/report/camera_metrics.hpp"
#include "ocelli/launch/report/fault_metrics.hpp"
#include "ocelli/launch/report/latency.hpp"
#include "ocelli/launch/report/run_data.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"

namespace ocelli::report {

/// Whether the run was as expected. `reasons` says why not, or what was found to be right.
struct Verdict {
  bool ok = false;
  std::vector<std::string> reasons;
  std::vector<std::string> remarks;  // worth knowing, not judged
};

struct Results {
  std::vector<ChainLatency> chains;
  std::vector<TopicSummary> topics;
  std::vector<NodeSummary> nodes;
  FaultReport faults;
  TrackingReport tracking;
  CameraReport camera;
  Verdict verdict;
};

[[nodiscard]] Verdict judge(const RunData& run, const Results& results);

[[nodiscard]] Results compute_results(const RunData& run);

}  // namespace ocelli::report
