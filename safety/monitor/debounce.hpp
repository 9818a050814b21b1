#pragma once
// Debouncing as AUTOSAR Dem does it (reference/safety.md §6): a counter that steps up on pre-failed and down on
// pre-passed, or a time that a pre-failed must last. The fault detection counter (FDC) is the position between the
// thresholds, -128 (passed) … 127 (failed); it reaches the ends only when the state is qualified.

#include <cstdint>

#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/verdict.hpp"

namespace ocelli::safety {

class CounterDebounce {
 public:
  explicit CounterDebounce(const DebounceConfig& config) : config_(config) {}

  void report(Report report);
  void reset() { *this = CounterDebounce(config_); }
  [[nodiscard]] std::int32_t counter() const { return counter_; }
  [[nodiscard]] std::int8_t fdc() const;
  /// True from reaching the failed threshold until reaching the passed threshold.
  [[nodiscard]] bool is_failed() const { return is_failed_; }
  [[nodiscard]] bool is_passed() const { return is_passed_; }

 private:
  DebounceConfig config_;
  std::int32_t counter_ = 0;
  bool is_failed_ = false;
  bool is_passed_ = false;
};

class TimeDebounce {
 public:
  explicit TimeDebounce(const DebounceConfig& config) : config_(config) {}

  /// `at`: when the evidence was there; the timer starts with the first report of its direction.
  void report(Report report, Time at);
  /// Lets time pass; a running timer that is over qualifies the state.
  void tick(Time now);
  void reset() { *this = TimeDebounce(config_); }
  [[nodiscard]] std::int8_t fdc() const { return fdc_; }
  [[nodiscard]] bool is_failed() const { return is_failed_; }
  [[nodiscard]] bool is_passed() const { return is_passed_; }

 private:
  enum class Running : std::uint8_t { kNone, kFailing, kPassing };
  void start(Running direction, Time at);
  void qualify();

  DebounceConfig config_;
  Running running_ = Running::kNone;
  Time since_{};
  std::int8_t fdc_ = 0;
  bool is_failed_ = false;
  bool is_passed_ = false;
};

/// Either of the two, chosen by the configuration.
class Debounce {
 public:
  explicit Debounce(const DebounceConfig& config) : kind_(config.kind), counter_(config), time_(config) {}

  void report(Report report, Time at) {
    kind_ == DebounceKind::kCounter ? counter_.report(report) : time_.report(report, at);
  }
  void tick(Time now) {
    if (kind_ == DebounceKind::kTime) time_.tick(now);
  }
  void reset() {
    counter_.reset();
    time_.reset();
  }
  [[nodiscard]] std::int8_t fdc() const { return kind_ == DebounceKind::kCounter ? counter_.fdc() : time_.fdc(); }
  [[nodiscard]] bool is_failed() const {
    return kind_ == DebounceKind::kCounter ? counter_.is_failed() : time_.is_failed();
  }
  [[nodiscard]] bool is_passed() const {
    return kind_ == DebounceKind::kCounter ? counter_.is_passed() : time_.is_passed();
  }

 private:
  DebounceKind kind_;
  CounterDebounce counter_;
  TimeDebounce time_;
};

/// Pre-failed reports in a row that are needed beyond the first, at worst (starting from passed); 0 for time debounce.
[[nodiscard]] std::int64_t debounce_tolerance(const DebounceConfig& config);

}  // namespace ocelli::safety
