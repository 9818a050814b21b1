#pragma once
// The drawings of the report, each a string of inline SVG; "" when there is nothing to draw (the page then says why).
// Must not know: the page around them.

#include <string>

#include "ocelli/launch/report/results.hpp"

namespace ocelli::report {

/// Histogram of the reaction times, budget as a line, late ones marked, p50 and p99.
[[nodiscard]] std::string latency_histogram(const ChainLatency& chain);

/// Reaction time over the run, with the budget and the times of injections.
[[nodiscard]] std::string latency_over_time(const ChainLatency& chain, const RunData& run, const FaultReport& faults,
                                            std::size_t index);

/// Modes, injections and faults over the whole run.
[[nodiscard]] std::string fault_time_line(const RunData& run, const FaultReport& faults);

/// One injection close up: onset, evidence, detection, mode change, limit.
[[nodiscard]] std::string injection_close_up(const InjectionResult& injection);

/// Paths of tracks and truth over the whole run, in the world.
[[nodiscard]] std::string path_map(const RunData& run);

/// A few moments seen from above, in the vehicle frame; one string each.
struct Moment {
  std::string title;
  std::string svg;
};
[[nodiscard]] std::vector<Moment> bird_eye_moments(const RunData& run, std::size_t count);

/// The camera picture with projected boxes.
[[nodiscard]] std::string camera_view(const CameraShot& shot);

/// CSS class of an object class: "car" …
[[nodiscard]] std::string css_of(ObjectClass c);
/// Of a track's sensors: "fused", "by-lidar", "by-camera", "by-radar" or "predicted"; the first two
/// with or without the radar.
[[nodiscard]] std::string css_of_sources(std::uint32_t sources);

}  // namespace ocelli::report
