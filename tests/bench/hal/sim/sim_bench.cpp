// What one frame of each simulated sensor costs, on the default scenario while the ego drives through it.
// build/bin/sim_bench; times are of one thread unless the name says otherwise.
#include <benchmark/benchmark.h>

#include "ocelli/hal/sim/sim.hpp"

namespace {

using namespace ocelli;

const sim::Scenario& urban() {
  static const sim::Scenario scenario = *sim::load_scenario(OCELLI_SOURCE_DIR "/hal/sim/scenarios/urban.yaml");
  return scenario;
}

/// Frames of one topic, one after the other, from the start of the drive; starts again at its end.
void run(benchmark::State& state, const std::string& topic) {
  sim::SimOptions options;
  options.topics = {topic};
  options.threads = static_cast<int>(state.range(0));
  auto source = *sim::open_sim(urban(), options);
  for (auto _ : state) {
    auto message = source->next();
    if (message && *message) {
      benchmark::DoNotOptimize((*message)->cdr->bytes().data());
      continue;
    }
    state.PauseTiming();
    source = *sim::open_sim(urban(), options);
    state.ResumeTiming();
  }
}

BENCHMARK_CAPTURE(run, lidar_64x1800, "lidar/top")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(300);
BENCHMARK_CAPTURE(run, camera_621x188, "camera/front")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(300);
BENCHMARK_CAPTURE(run, imu, "imu")->ArgName("threads")->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(run, wheels, "vehicle/state")->ArgName("threads")->Arg(1)->Unit(benchmark::kMicrosecond);

void open(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(*sim::open_sim(urban(), {}));
}
BENCHMARK(open)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
