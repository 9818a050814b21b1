// One lidar turn through LidarObjects: recorded KITTI clouds (skipped without data) and the simulated street.
#include <benchmark/benchmark.h>

#include "ocelli/hal/sim/sim.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/perception/lidar_objects/lidar_objects.hpp"
#include "ocelli/tests/perception/recordings.hpp"

namespace {

using namespace ocelli;
using namespace ocelli::perception;

void run(benchmark::State& state, const std::vector<std::vector<std::byte>>& clouds, double x_m) {
  LidarObjects detector({});
  const Pose T_vehicle_lidar = pose_from_xyz_rpy(x_m, 0.0, 1.73, 0.0, 0.0, 0.0);
  std::size_t next = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(detector.detect({clouds[next++ % clouds.size()]}, T_vehicle_lidar).data());
  state.counters["returns"] = static_cast<double>(detector.returns());
}

void kitti(benchmark::State& state) {
  std::vector<std::vector<std::byte>> clouds;
  for (const auto& file : kitti_raw_clouds()) {
    const std::vector<char> bytes = bytes_of(file);
    const auto data = std::as_bytes(std::span(bytes));
    clouds.emplace_back(data.begin(), data.end());
  }
  if (clouds.empty()) return state.SkipWithError("no data");
  run(state, clouds, 0.0);
}
BENCHMARK(kitti)->Unit(benchmark::kMillisecond);

void sim_urban(benchmark::State& state) {
  const auto scenario = *sim::load_scenario(OCELLI_SOURCE_DIR "/hal/sim/scenarios/urban.yaml");
  sim::SimOptions options;
  options.topics = {"lidar/top"};
  const auto source = *sim::open_sim(scenario, options);
  std::vector<std::vector<std::byte>> clouds;
  while (clouds.size() < 32) {
    const auto message = source->next();
    const auto view = *topics::PointCloudView::parse((*message)->cdr->bytes());
    clouds.emplace_back(view.data.begin(), view.data.end());
  }
  run(state, clouds, 0.8);
}
BENCHMARK(sim_urban)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
