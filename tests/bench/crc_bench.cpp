// Throughput of the CRCs, with carry-less multiplication ("best") and without ("portable"). P07 = CRC-64.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "ocelli/middleware/e2e/crc.hpp"

namespace {

using ocelli::e2e::CrcKind;
using ocelli::e2e::CrcPath;

void crc_throughput(benchmark::State& state, CrcKind kind, CrcPath path) {
  std::vector<std::byte> message(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::byte>(i * 37 >> 3);
  for (auto _ : state) benchmark::DoNotOptimize(ocelli::e2e::crc(kind, message, path));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void sizes(benchmark::internal::Benchmark* bench) { bench->Arg(64)->Arg(1024)->Arg(64 << 10)->Arg(6 << 20); }

BENCHMARK_CAPTURE(crc_throughput, p07_crc64_best, CrcKind::kCrc64, CrcPath::kBest)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p07_crc64_portable, CrcKind::kCrc64, CrcPath::kPortable)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p04_crc32_best, CrcKind::kCrc32P4, CrcPath::kBest)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p04_crc32_portable, CrcKind::kCrc32P4, CrcPath::kPortable)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p05_crc16_best, CrcKind::kCrc16, CrcPath::kBest)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p05_crc16_portable, CrcKind::kCrc16, CrcPath::kPortable)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p02_crc8_best, CrcKind::kCrc8H2f, CrcPath::kBest)->Apply(sizes);
BENCHMARK_CAPTURE(crc_throughput, p02_crc8_portable, CrcKind::kCrc8H2f, CrcPath::kPortable)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
