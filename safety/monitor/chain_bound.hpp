#pragma once
// Worst-case latency of a chain from its design, before anything runs: what a reaction budget can be compared with
// (reference/safety.md §4). Must not know measurements.

#include <span>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::safety {

struct ChainStage {
  Duration period{};
  Duration response{};  // worst case from activation to output
};

/// Σ(T + R): periodic stages that are not synchronised and take the newest value (Davare et al., DAC 2007); bounds the
/// reaction time and the data age. Refuses negative times and times of more than an hour, by name.
[[nodiscard]] Result<Duration> asynchronous_bound(std::span<const ChainStage> stages);

/// 2 ΣT: stages under logical execution time read at the beginning and write at the end of their period.
[[nodiscard]] Result<Duration> logical_execution_bound(std::span<const ChainStage> stages);

}  // namespace ocelli::safety
