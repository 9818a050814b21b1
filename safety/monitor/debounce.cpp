#include "ocelli/safety/monitor/debounce.hpp"

#include <algorithm>

namespace ocelli::safety {
namespace {

constexpr std::int64_t kFdcFailed = 127;
constexpr std::int64_t kFdcPassed = -128;

}  // namespace

CounterDebounce::CounterDebounce(const DebounceConfig& config)
    : increment_(config.increment),
      decrement_(config.decrement),
      failed_threshold_(config.failed_threshold),
      passed_threshold_(config.passed_threshold),
      jump_up_(config.jumps_up ? config.jump_up_value : config.passed_threshold),
      jump_down_(config.jumps_down ? config.jump_down_value : config.failed_threshold) {}

void CounterDebounce::report(Report report) {
  switch (report) {
    case Report::kNone: return;
    case Report::kPreFailed: counter_ = std::min(std::max(counter_, jump_up_) + increment_, failed_threshold_); break;
    case Report::kPrePassed: counter_ = std::max(std::min(counter_, jump_down_) - decrement_, passed_threshold_); break;
    case Report::kFailed: counter_ = failed_threshold_; break;
    case Report::kPassed: counter_ = passed_threshold_; break;
  }
  if (counter_ >= failed_threshold_) {
    is_failed_ = true;
    is_passed_ = false;
  } else if (counter_ <= passed_threshold_) {
    is_failed_ = false;
    is_passed_ = true;
  }
}

void CounterDebounce::reset() {
  counter_ = 0;
  is_failed_ = is_passed_ = false;
}

// Linear on each side of 0, towards zero, so that 127 and -128 mean qualified and nothing else does.
std::int8_t CounterDebounce::fdc() const {
  const std::int64_t scaled =
      counter_ >= 0 ? counter_ * kFdcFailed / failed_threshold_ : counter_ * kFdcPassed / passed_threshold_;
  return static_cast<std::int8_t>(std::clamp(scaled, kFdcPassed, kFdcFailed));
}

void TimeDebounce::report(Report report, Time at) {
  switch (report) {
    case Report::kNone: return;
    case Report::kPreFailed: return start(Running::kFailing, at);
    case Report::kPrePassed: return start(Running::kPassing, at);
    case Report::kFailed: return qualify(Running::kFailing);
    case Report::kPassed: return qualify(Running::kPassing);
  }
}

void TimeDebounce::start(Running direction, Time at) {
  if (is_due(at)) qualify(running_);
  if (running_ == direction) return;
  running_ = direction;
  is_qualified_ = false;
  since_ = at;
  fdc_ = 0;
  if (limit() == Duration::zero()) qualify(direction);
}

void TimeDebounce::tick(Time now) {
  if (running_ == Running::kNone || is_qualified_) return;
  if (is_due(now)) return qualify(running_);
  const std::int64_t elapsed_ns = std::max<std::int64_t>((now - since_).count(), 0);
  const std::int64_t end = running_ == Running::kFailing ? kFdcFailed : kFdcPassed;
  fdc_ = static_cast<std::int8_t>(end * elapsed_ns / limit().count());
}

void TimeDebounce::qualify(Running direction) {
  running_ = direction;
  is_qualified_ = true;
  is_failed_ = direction == Running::kFailing;
  is_passed_ = !is_failed_;
  fdc_ = static_cast<std::int8_t>(is_failed_ ? kFdcFailed : kFdcPassed);
}

void TimeDebounce::reset() {
  running_ = Running::kNone;
  is_qualified_ = is_failed_ = is_passed_ = false;
  fdc_ = 0;
}

std::int64_t debounce_tolerance(const DebounceConfig& config) {
  if (config.kind == DebounceKind::kTime) return 0;
  const std::int64_t start =
      config.jumps_up ? std::max(config.jump_up_value, config.passed_threshold) : config.passed_threshold;
  const std::int64_t way = std::max<std::int64_t>(config.failed_threshold - start, 1);
  return (way + config.increment - 1) / config.increment - 1;
}

}  // namespace ocelli::safety
