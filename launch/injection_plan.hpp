#pragma once
// Faults put into a run on purpose: what, where, when, drawn from a seed. The injector (live_run.cpp) carries the plan
// out and writes what it did to the topic ocelli/injections, which the monitor never reads.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

enum class InjectionKind : std::uint8_t {
  kFreeze,  // a source repeats its last payload under new stamps; target: topic
  kStop,    // SIGSTOP to a process; target: node
  kDelay,   // messages arrive `magnitude` later; target: topic
  kLose,    // a source is silent; target: topic
  kSlow,    // every inference takes `delay` longer; target: node
};

[[nodiscard]] std::string_view to_string(InjectionKind kind);

struct PlannedInjection {
  InjectionKind kind{};
  std::string target;
  Duration at{};  // after the start of the run
  Duration duration{};
  Duration delay{};  // kDelay and kSlow only
};

/// Where each kind may strike.
struct InjectionTargets {
  std::vector<std::string> freeze;
  std::vector<std::string> stop;
  std::vector<std::string> delay;
  std::vector<std::string> lose;  // each of them once
  std::vector<std::string> slow;  // one of them, if there is one
};

/// One fault of each kind, of kLose one per target, in random order, each in its own part of `run`, far enough apart to
/// heal; a delay of messages lasts 70 to 100 ms, one of inferences 250 to 400 ms. A short run has fewer of them, at
/// least three. Same seed, same plan. Error when the run is too short for that (18 s) or a kind other than kLose and
/// kSlow has no target.
[[nodiscard]] Result<std::vector<PlannedInjection>> plan_injections(std::uint64_t seed, Duration run,
                                                                    const InjectionTargets& targets);

/// "freeze:camera/front@5s+2s", "stop:tracks@5s+1s", "delay:lidar/objects@0s+60s=80ms",
/// "slow:camera_objects@5s+1s=300ms". Error for anything else: a time
/// before the start, no duration, a delay where none belongs.
[[nodiscard]] Result<PlannedInjection> parse_injection(std::string_view text);

}  // namespace ocelli::launch
