#include "ocelli/safety/monitor/debounce.hpp"

#include <algorithm>

namespace ocelli::safety {
namespace {

constexpr std::int64_t kFdcFailed = 127;
constexpr std::int64_t kFdcPassed = -128;

}  // namespace

void CounterDebounce::report(Report report) {
  switch (report) {
    case Report::kNone: return;
    case Report::kPreFailed:
      if (config_.jumps_up) counter_ = std::max(counter_, config_.jump_up_value);
      counter_ = std::min(counter_ + config_.increment, config_.failed_threshold);
      break;
    case Report::kPrePassed:
      if (config_.jumps_down) counter_ = std::min(counter_, config_.jump_down_value);
      counter_ = std::max(counter_ - config_.decrement, config_.passed_threshold);
      break;
    case Report::kFailed: counter_ = config_.failed_threshold; break;
    case Report::kPassed: counter_ = config_.passed_threshold; break;
  }
  if (counter_ >= config_.failed_threshold) {
    is_failed_ = true;
    is_passed_ = false;
  } else if (counter_ <= config_.passed_threshold) {
    is_failed_ = false;
    is_passed_ = true;
  }
}

// Linear on each side of 0, towards zero, so that 127 and -128 mean qualified and nothing else does.
std::int8_t CounterDebounce::fdc() const {
  const std::int64_t scaled = counter_ >= 0 ? counter_ * kFdcFailed / config_.failed_threshold
                                            : counter_ * kFdcPassed / config_.passed_threshold;
  return static_cast<std::int8_t>(std::clamp(scaled, kFdcPassed, kFdcFailed));
}

void TimeDebounce::report(Report report, Time at) {
  switch (report) {
    case Report::kNone: return;
    case Report::kPreFailed: return start(Running::kFailing, at);
    case Report::kPrePassed: return start(Running::kPassing, at);
    case Report::kFailed: running_ = Running::kFailing; return qualify();
    case Report::kPassed: running_ = Running::kPassing; return qualify();
  }
}

void TimeDebounce::start(Running direction, Time at) {
  if (running_ == direction) return;
  running_ = direction;
  since_ = at;
  fdc_ = 0;
  const Duration limit = direction == Running::kFailing ? config_.failed_after : config_.passed_after;
  if (limit == Duration::zero()) qualify();
}

void TimeDebounce::tick(Time now) {
  if (running_ == Running::kNone) return;
  const bool is_failing = running_ == Running::kFailing;
  const Duration limit = is_failing ? config_.failed_after : config_.passed_after;
  if (now - since_ >= limit) return qualify();
  const double share = std::max(0.0, to_seconds(now - since_) / to_seconds(limit));
  fdc_ = static_cast<std::int8_t>(share * static_cast<double>(is_failing ? kFdcFailed : kFdcPassed));
}

void TimeDebounce::qualify() {
  is_failed_ = running_ == Running::kFailing;
  is_passed_ = !is_failed_;
  fdc_ = static_cast<std::int8_t>(is_failed_ ? kFdcFailed : kFdcPassed);
}

std::int64_t debounce_tolerance(const DebounceConfig& config) {
  if (config.kind == DebounceKind::kTime) return 0;
  const std::int64_t start =
      config.jumps_up ? std::max(config.jump_up_value, config.passed_threshold) : config.passed_threshold;
  const std::int64_t way = std::max<std::int64_t>(config.failed_threshold - start, 1);
  return (way + config.increment - 1) / config.increment - 1;
}

}  // namespace ocelli::safety
