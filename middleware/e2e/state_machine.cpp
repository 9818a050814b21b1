#include "ocelli/middleware/e2e/state_machine.hpp"

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::e2e {
namespace {

bool is_window_possible(const StateLimits& limits) { return limits.window >= 1 && limits.window <= kWindowMost; }

Status check_limits(const StateLimits& limits, std::string_view state) {
  if (!is_window_possible(limits))
    return error(ErrorCode::kInvalidArgument, "{}.window: {} is out of range: expected 1 to {}", state, limits.window,
                 kWindowMost);
  if (limits.least_ok == 0)
    return error(ErrorCode::kInvalidArgument,
                 "{}.least_ok: 0 hides loss and freeze (repeated and missing messages would count as good): expected "
                 "1 to {}",
                 state, limits.window);
  if (limits.least_ok > limits.window)
    return error(ErrorCode::kInvalidArgument, "{}.least_ok: {} is more than the window of {}", state, limits.least_ok,
                 limits.window);
  if (limits.most_errors >= limits.window)
    return error(ErrorCode::kInvalidArgument, "{}.most_errors: {} of a window of {} would tolerate errors only", state,
                 limits.most_errors, limits.window);
  return ok();
}

}  // namespace

Status validate(const StateMachineConfig& config) {
  OCELLI_TRY(check_limits(config.init, "init"));
  OCELLI_TRY(check_limits(config.valid, "valid"));
  OCELLI_TRY(check_limits(config.invalid, "invalid"));
  return ok();
}

std::string_view to_string(StreamState state) {
  constexpr std::array<std::string_view, 4> kNames = {"NODATA", "INIT", "VALID", "INVALID"};
  return kNames[static_cast<std::size_t>(state)];
}

Result<StateMachine> StateMachine::create(const StateMachineConfig& config) {
  OCELLI_TRY(validate(config));
  return StateMachine(config);
}

StateMachine::StateMachine(const StateMachineConfig& config) : config_(config) {
  OCELLI_EXPECT(is_window_possible(config.init) && is_window_possible(config.valid) &&
                is_window_possible(config.invalid));
  results_.fill(CheckStatus::kNoNewData);
}

StreamState StateMachine::step(CheckStatus result) {
  if (state_ == StreamState::kNoData) {
    if (result != CheckStatus::kError && result != CheckStatus::kNoNewData) state_ = StreamState::kInit;
    return state_;
  }
  remember(result);
  const StreamState before = state_;
  const std::uint32_t window = limits().window;
  if (state_ == StreamState::kInit) {
    if (holds(config_.init))
      state_ = StreamState::kValid;
    else if (count(config_.init.window).errors > config_.init.most_errors)
      state_ = StreamState::kInvalid;
  } else if (state_ == StreamState::kValid) {
    if (!holds(config_.valid)) state_ = StreamState::kInvalid;
  } else if (holds(config_.invalid)) {
    state_ = StreamState::kValid;
  }
  if (state_ == before) return state_;
  forget_beyond(config_.clear_to_invalid && state_ == StreamState::kInvalid ? 0 : window);
  return state_;
}

/// Of the state that it is in, once there was data.
const StateLimits& StateMachine::limits() const {
  if (state_ == StreamState::kValid) return config_.valid;
  return state_ == StreamState::kInvalid ? config_.invalid : config_.init;
}

void StateMachine::forget_beyond(std::uint32_t window) {
  for (std::uint32_t back = window + 1; back <= kWindowMost; ++back)
    results_[(next_ + kWindowMost - back) % kWindowMost] = CheckStatus::kNoNewData;
}

void StateMachine::remember(CheckStatus result) {
  results_[next_] = result;
  next_ = (next_ + 1) % kWindowMost;
}

StateMachine::Counts StateMachine::count(std::uint32_t window) const {
  Counts counts;
  for (std::uint32_t back = 1; back <= window; ++back) {
    const CheckStatus result = results_[(next_ + kWindowMost - back) % kWindowMost];
    if (result == CheckStatus::kOk || result == CheckStatus::kOkSomeLost) ++counts.ok;
    if (result == CheckStatus::kError) ++counts.errors;
  }
  return counts;
}

bool StateMachine::holds(const StateLimits& limits) const {
  const Counts counts = count(limits.window);
  return counts.errors <= limits.most_errors && counts.ok >= limits.least_ok;
}

}  // namespace ocelli::e2e
