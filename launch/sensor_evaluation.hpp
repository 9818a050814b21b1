#pragma once
// What each sensor is worth: the same simulated drive in logical time with all sensors, then without each of them, and
// the tracks of each run against the truth.

#include <filesystem>
#include <string>
#include <vector>

#include "ocelli/launch/launch_file.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"
#include "ocelli/launch/track_errors.hpp"

namespace ocelli::launch {

struct SensorEvaluationOptions {
  std::uint64_t seed = 1;
  Duration duration{};  // 0: the whole drive
  std::size_t threads = 1;
  double range_m = 60.0;
  std::filesystem::path out;  // each run leaves a folder here
};

struct SensorEvaluation {
  std::string silent;  // topic; "" when all sensors are there
  report::Score score;
  TrackErrors errors;
  std::size_t frames = 0;           // tracks messages
  std::size_t degraded_frames = 0;  // of them marked
};

/// The first is the drive with all sensors. Errors: no source, no truth, a run that cannot start.
[[nodiscard]] Result<std::vector<SensorEvaluation>> evaluate_sensors(const LaunchFile& launch,
                                                                     const SensorEvaluationOptions& options);

[[nodiscard]] std::string sensor_table(const std::vector<SensorEvaluation>& evaluations);

}  // namespace ocelli::launch
