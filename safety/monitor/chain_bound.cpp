#include "ocelli/safety/monitor/chain_bound.hpp"

#include <string_view>

namespace ocelli::safety {
namespace {

constexpr Duration kLongest = std::chrono::hours(1);
constexpr std::size_t kMostStages = 1024;

Status check_time(std::size_t stage, std::string_view name, Duration value) {
  if (value >= Duration::zero() && value <= kLongest) return ok();
  return error(ErrorCode::kInvalidArgument, "stage {}: {}: {} ms is out of range: expected 0 to {} ms", stage, name,
               to_milliseconds(value), to_milliseconds(kLongest));
}

Status check(std::span<const ChainStage> stages) {
  if (stages.empty() || stages.size() > kMostStages)
    return error(ErrorCode::kInvalidArgument, "stages: {} of them, expected 1 to {}", stages.size(), kMostStages);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    OCELLI_TRY(check_time(i, "period", stages[i].period));
    OCELLI_TRY(check_time(i, "response", stages[i].response));
  }
  return ok();
}

}  // namespace

Result<Duration> asynchronous_bound(std::span<const ChainStage> stages) {
  OCELLI_TRY(check(stages));
  Duration bound{};
  for (const ChainStage& stage : stages) bound += stage.period + stage.response;
  return bound;
}

Result<Duration> logical_execution_bound(std::span<const ChainStage> stages) {
  OCELLI_TRY(check(stages));
  Duration bound{};
  for (const ChainStage& stage : stages) bound += 2 * stage.period;
  return bound;
}

}  // namespace ocelli::safety
