#pragma once
// The simulated vehicle as a source: a scenario and a seed become the messages of all its sensors in order of time.
// Same scenario, seed, begin and build: same bytes, for any number of threads and any choice of topics.
// next() does not wait: whoever wants real time paces it by sensed_at.
// Vehicle frame: ISO 8855 (x forward, y left, z up), origin on the ground below the middle of the rear axle.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/hal/sim/scenario.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::sim {

struct SimOptions {
  std::uint64_t seed = 1;
  Time begin = from_ns(1'700'000'000'000'000'000);  // sensed_at = begin + scenario time
  int threads = 1;                                  // that draw pictures and clouds
  std::vector<std::string> topics;                  // topic names to produce; empty = all
};

/// An error when a topic is asked for that the scenario does not have.
[[nodiscard]] Result<std::unique_ptr<Source>> open_sim(const Scenario& scenario, const SimOptions& options);

/// Every topic that open_sim can produce, in the order of messages with equal times.
[[nodiscard]] std::vector<SourceTopic> topics_of(const Scenario& scenario);

/// T_vehicle_sensor by topic name: lidars and cameras (optical axes), the place of IMU and GNSS antenna.
[[nodiscard]] std::map<std::string, Pose> mountings_of(const Scenario& scenario);

}  // namespace ocelli::sim
