#include "ocelli/safety/monitor/detectors/detectors.hpp"

#include <array>

namespace ocelli::safety {

DetectorResult make_bad_stamp(const DetectorSetup& setup);
DetectorResult make_blind(const DetectorSetup& setup);
DetectorResult make_chain_late(const DetectorSetup& setup);
DetectorResult make_chain_stale(const DetectorSetup& setup);
DetectorResult make_degraded_input(const DetectorSetup& setup);
DetectorResult make_expired(const DetectorSetup& setup);
DetectorResult make_failed(const DetectorSetup& setup);
DetectorResult make_frozen(const DetectorSetup& setup);
DetectorResult make_late(const DetectorSetup& setup);
DetectorResult make_lost(const DetectorSetup& setup);
DetectorResult make_missing_sensor(const DetectorSetup& setup);
DetectorResult make_overflow(const DetectorSetup& setup);
DetectorResult make_silent(const DetectorSetup& setup);
DetectorResult make_slow(const DetectorSetup& setup);
DetectorResult make_tick_late(const DetectorSetup& setup);
DetectorResult make_wrong_rate(const DetectorSetup& setup);

namespace {

using Spec = ParameterSpec;

constexpr double kMaxMs = 3.6e6;
constexpr Spec kBadStamp[] = {{"max_age_ms", 0, kMaxMs, "sensed to published, at most (1000)"},
                              {"tolerance_ms", 0, kMaxMs, "how far a stamp may be in the future (1)"}};
constexpr Spec kBlind[] = {{"mean_low", 0, 255, "image: darkest mean (10)"},
                           {"mean_high", 0, 255, "image: brightest mean (245)"},
                           {"spread_low", 0, 255, "image: smallest spread (2)"},
                           {"sharpness_low", 0, 1e9, "image: least sharpness (20)"},
                           {"points_low", 0, 1e9, "cloud: fewest points (1)"},
                           {"no_return_high", 0, 1, "cloud: largest share without return (0.9)"}};
constexpr Spec kFrozen[] = {{"max_repeats", 0, 1e6, "identical messages in a row that are believed (0)"}};
constexpr Spec kLate[] = {{"budget_ms", 0, kMaxMs, "published to received (the topic's transport_budget)"}};
constexpr Spec kLost[] = {{"allowed", 0, 1e9, "lost messages in the window (0)"},
                          {"window", 1, 64, "received messages that form the window (1)"}};
constexpr Spec kMissingSensor[] = {{"sensors", 1, 7, "sum of those judged: lidar 1, camera 2, radar 4 (7)"},
                                   {"told_after_ms", 0, kMaxMs, "silence after which the messages name it (300)"}};
constexpr Spec kSilent[] = {{"max_gap_ms", 0.1, kMaxMs, "longest silence (the target's max_gap)"}};
constexpr Spec kSlow[] = {{"deadline_ms", 0.001, kMaxMs, "longest step (the node's deadline)"}};
constexpr Spec kTickLate[] = {{"max_gap_ms", 0.1, kMaxMs, "longest distance of two ticks (5 ticks)"}};
constexpr Spec kWrongRate[] = {{"tolerance", 0, 10, "share of the nominal period (0.2)"},
                               {"window", 1, 1024, "messages over which is averaged (10)"}};

constexpr int kTopic = kTopicTarget;
constexpr int kNode = kNodeTarget;
constexpr int kTopicOrNode = kTopicTarget | kNodeTarget;
constexpr int kNodeOrTopic = kTopicOrNode | kNodeFirst;

// clang-format off
constexpr auto kTable = std::to_array<DetectorRow>({
  // name              failure mode            what it watches                                             unit      targets         parameters  maker
  {"bad_stamp",      "wrong time stamp",     "stamps that go back, lie in the future or are too old",    "ms",     kTopic,         kBadStamp,  &make_bad_stamp},
  {"blind",          "sensor sees nothing",  "brightness, contrast, sharpness; points, no-return ratio", "",       kTopic,         kBlind,     &make_blind},
  {"chain_late",     "late reaction",        "reaction time of a chain, (m,k)-firm",                     "ms",     kChainTarget,   {},         &make_chain_late},
  {"chain_stale",    "old data",             "age of the data in a chain's output",                      "ms",     kChainTarget,   {},         &make_chain_stale},
  {"degraded_input", "missing input",        "steps that ran with a missing or too old input",           "",       kNode,          {},         &make_degraded_input},
  {"expired",        "supervision expired",  "local status: alive, deadline and logical supervision",    "status", kNode,          {},         &make_expired},
  {"failed",         "failed step",          "steps that failed, messages that are invalid or corrupt",  "status", kNodeOrTopic,   {},         &make_failed},
  {"frozen",         "frozen sensor",        "the same content hash in message after message",           "count",  kTopic,         kFrozen,    &make_frozen},
  {"late",           "late message",         "published to received, by arrival and by timer",           "ms",     kTopic,         kLate,      &make_late},
  {"lost",           "lost message",         "messages missing on the way, as receivers count them",     "count",  kTopicOrNode,   kLost,      &make_lost},
  {"missing_sensor", "sensor not used",      "sensors that the fused messages say they miss",            "",       kTopic,         kMissingSensor, &make_missing_sensor},
  {"overflow",       "blind monitor",        "observations that the monitor itself lost",                "count",  kMonitorTarget, {},         &make_overflow},
  {"silent",         "dead sensor or node",  "no sign of life for too long, by timer",                   "ms",     kTopicOrNode,   kSilent,    &make_silent},
  {"slow",           "slow step",            "time from trigger to the end of the step, by timer too",   "ms",     kNode,          kSlow,      &make_slow},
  {"tick_late",      "late monitor",         "distance of the monitor's own ticks",                      "ms",     kMonitorTarget, kTickLate,  &make_tick_late},
  {"wrong_rate",     "wrong rate",           "mean distance of messages against the nominal period",     "ms",     kTopic,         kWrongRate, &make_wrong_rate},
});
// clang-format on

}  // namespace

std::span<const DetectorRow> detectors() { return kTable; }

const DetectorRow* find_detector(std::span<const DetectorRow> table, std::string_view name) {
  for (const DetectorRow& row : table)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace ocelli::safety
