#pragma once
// A chain from a camera to the objects of a detector, and what is seen of it.

#include "ocelli/safety/monitor/chain.hpp"
#include "ocelli/tests/safety/monitor/scenario.hpp"

namespace ocelli::safety::test {

constexpr Time at(int ms) { return kStart + std::chrono::milliseconds(ms); }

inline ChainConfig config_of(std::vector<HopConfig> hops = {{"detector", "objects"}}) {
  ChainConfig config;
  config.name = "front";
  config.from = "camera";
  config.to = "objects";
  config.reaction_budget = 100ms;
  config.age_budget = 150ms;
  config.hops = std::move(hops);
  return config;
}

struct Chain {
  explicit Chain(const ChainConfig& config = config_of()) : tracker(config, 50ms, 20ms) {}
  Observation picture(std::uint64_t sequence, int sensed_ms, int published_ms) {
    const Observation o = published("camera", "camera", sequence, at(sensed_ms), at(published_ms));
    tracker.observe(o);
    return o;
  }
  void objects(std::uint64_t sequence, const Observation& from, int at_ms) {
    tracker.observe(derived("detector", "objects", sequence, from, at(at_ms)));
  }
  ChainTracker tracker;
};

}  // namespace ocelli::safety::test
