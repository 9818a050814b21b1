#include "ocelli/tests/bench/bus/bars.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace ocelli::bench {
namespace {

constexpr std::size_t kLargeFrom = 4'000'000;
constexpr std::size_t kSmall = 64;
constexpr int kManyReaders = 16;

using Get = double (*)(const Round&);

double p50(const Round& round) { return round.p50; }
double p99(const Round& round) { return round.p99; }
double p999(const Round& round) { return round.p999; }
double publish(const Round& round) { return round.publish_p50; }
/// Smaller is better, as with times.
double inverse_throughput(const Round& round) { return round.received_per_s > 0 ? 1e9 / round.received_per_s : 0.0; }

const Series* find(const std::vector<Series>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Series& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

class Judge {
 public:
  explicit Judge(const std::vector<Series>& all) : all_(all) {}

  /// `ours` against the best of `peers` in the same round. Where nothing of ours came, we have lost it.
  void compare(std::string what, double most, Get get, std::string_view ours,
               const std::vector<std::string_view>& peers) {
    const Series* const own = find(all_, ours);
    std::vector<const Series*> others;
    for (const std::string_view peer : peers)
      if (const Series* other = find(all_, peer)) others.push_back(other);
    if (own == nullptr || others.empty()) return;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < own->rounds.size(); ++i) {
      double best = 0.0;
      for (const Series* other : others)
        if (const double value = get(other->rounds[i]); value > 0.0 && (best == 0.0 || value < best)) best = value;
      constexpr double kLostRound = std::numeric_limits<double>::infinity();
      const bool is_good = own->rounds[i].failed == 0 && get(own->rounds[i]) > 0.0;
      if (best > 0.0) ratios.push_back(is_good ? get(own->rounds[i]) / best : kLostRound);
    }
    if (ratios.empty()) return;
    std::sort(ratios.begin(), ratios.end());
    bars.push_back({std::move(what), most, ratios[ratios.size() / 2], ratios.front(), ratios.back()});
  }

  std::vector<Bar> bars;

 private:
  const std::vector<Series>& all_;
};

constexpr std::string_view kOneRing = "ocelli lane 2, one ring";
constexpr std::string_view kShortTurns = "ocelli lane 2, short turns";
constexpr std::string_view kManyRings = "ocelli lane 2, 8 rings";
constexpr std::string_view kListener = "iceoryx listener";
constexpr std::string_view kWaitSet = "iceoryx WaitSet";
constexpr std::string_view kWaitSetMany = "iceoryx WaitSet, 8 topics";

}  // namespace

std::vector<Bar> judge(const std::vector<Series>& all, const Case& one) {
  Judge judge(all);
  if (one.is_throughput) {
    if (one.size <= kSmall)
      judge.compare("time per message : better of iceoryx", 1.0, inverse_throughput, kOneRing, {kListener, kWaitSet});
    return judge.bars;
  }
  if (one.stress > 0) {
    judge.compare("p99.9 : better of iceoryx", 1.0, p999, kOneRing, {kListener, kWaitSet});
    judge.compare("p99.9, short turns : the same", 1.0, p999, kShortTurns, {kListener, kWaitSet});
    return judge.bars;
  }
  if (one.readers > 1) {
    if (one.readers == kManyReaders)
      judge.compare("publish : better of iceoryx", 0.4, publish, kOneRing, {kListener, kWaitSet});
    return judge.bars;
  }
  const bool is_large = one.size >= kLargeFrom;
  judge.compare("p50 : better of iceoryx", is_large ? 1.0 : 0.9, p50, kOneRing, {kListener, kWaitSet});
  judge.compare("p99 : better of iceoryx", 1.0, p99, kOneRing, {kListener, kWaitSet});
  judge.compare("p50, short turns : the same", is_large ? 1.0 : 0.9, p50, kShortTurns, {kListener, kWaitSet});
  judge.compare("p99, short turns : the same", 1.0, p99, kShortTurns, {kListener, kWaitSet});
  judge.compare("8 rings, p50 : iceoryx WaitSet, 8 topics", 1.0, p50, kManyRings, {kWaitSetMany});
  judge.compare("p50 : futex floor", 1.3, p50, kOneRing, {"floor: shared memory + futex"});
  judge.compare("in process, p50 : queue floor", 1.3, p50, "ocelli lane 1", {"floor: mutex + condvar queue"});
  if (is_large)
    judge.compare("p50 : Fast DDS as delivered", 0.01, p50, kOneRing,
                  {"Fast DDS as delivered", "Fast DDS, reliable, last 8"});
  return judge.bars;
}

}  // namespace ocelli::bench
