#include "ocelli/tests/bench/bus/plan.hpp"

#include <algorithm>

namespace ocelli::bench {
namespace {

constexpr std::uint64_t kForLatency = 200;
constexpr std::uint64_t kForStress = 1000;  // the second worst of them is the 99.9th percentile
constexpr std::uint64_t kForThroughput = 100'000;
constexpr std::uint64_t kMostBytes = 4'000'000'000;  // of them together

std::uint64_t messages_of(const Options& options, std::size_t size, bool is_throughput, int stress) {
  if (options.messages) return *options.messages;
  if (is_throughput) return std::min(kForThroughput, kMostBytes / size);
  return stress > 0 ? kForStress : kForLatency;
}

std::vector<std::size_t> all_sizes() { return {64, 1024, 65536, 1 << 20, 6'220'800, 24'883'200}; }

}  // namespace

std::vector<Case> cases_of(const Options& options) {
  std::vector<Case> cases;
  const auto add = [&](std::vector<std::size_t> sizes, std::vector<int> readers, bool is_throughput, int stress) {
    for (const std::size_t size : sizes)
      for (const int count : readers)
        cases.push_back({size, count, messages_of(options, size, is_throughput, stress), is_throughput, stress});
  };
  const bool is_chosen =
      !options.sizes.empty() || !options.readers.empty() || options.is_throughput || options.stress > 0;
  if (is_chosen) {
    add(options.sizes.empty() ? all_sizes() : options.sizes, options.readers.empty() ? std::vector{1} : options.readers,
        options.is_throughput, options.stress);
    return cases;
  }
  add(all_sizes(), {1}, false, 0);
  if (!options.has_peers) return cases;
  constexpr int kBusy = 2;
  add({64, 65536, 6'220'800}, {4, 16}, false, 0);
  add({64, 65536, 1 << 20, 6'220'800}, {1}, true, 0);
  add({64, 1 << 20}, {1}, false, kBusy);
  return cases;
}

Duration period_of(const Case& one) {
  if (one.is_throughput) return {};
  if (one.size >= 20'000'000) return 30ms;
  if (one.size >= 4'000'000) return 12ms;
  return one.size >= 1'000'000 ? 5ms : 2ms;
}

}  // namespace ocelli::bench
