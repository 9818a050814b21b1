#pragma once
// Debouncing as AUTOSAR Dem does it (reference/safety.md §6): a counter that steps up on pre-failed and down on
// pre-passed, or a time that a pre-failed must last. The fault detection counter (FDC) is the position between the
// thresholds, -128 (passed) … 127 (failed); it reaches the ends only when the state is qualified.

#include <cstdint>
#include <variant>

#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/verdict.hpp"

namespace ocelli::safety {

class CounterDebounce {
 public:
  explicit CounterDebounce(const DebounceConfig& config);

  void report(Report report);
  void reset();
  [[nodiscard]] std::int32_t counter() const { return counter_; }
  [[nodiscard]] std::int8_t fdc() const;
  /// True from reaching the failed threshold until reaching the passed threshold.
  [[nodiscard]] bool is_failed() const { return is_failed_; }
  [[nodiscard]] bool is_passed() const { return is_passed_; }
  /// Another pass changes nothing.
  [[nodiscard]] bool is_at_rest() const { return is_passed_ && counter_ == passed_threshold_; }

 private:
  // Small: a monitor has a thousand of them, and every verdict touches one.
  std::int32_t increment_;
  std::int32_t decrement_;
  std::int32_t failed_threshold_;
  std::int32_t passed_threshold_;
  std::int32_t jump_up_;    // a pre-failed starts at least here
  std::int32_t jump_down_;  // a pre-passed starts at most here
  std::int32_t counter_ = 0;
  bool is_failed_ = false;
  bool is_passed_ = false;
};

class TimeDebounce {
 public:
  explicit TimeDebounce(const DebounceConfig& config)
      : failed_after_(config.failed_after), passed_after_(config.passed_after) {}

  /// `at`: when the evidence was there; the timer starts with the first report of its direction.
  void report(Report report, Time at);
  /// Lets time pass; a running timer that is over qualifies the state.
  void tick(Time now);
  void reset();
  [[nodiscard]] std::int8_t fdc() const { return fdc_; }
  [[nodiscard]] bool is_failed() const { return is_failed_; }
  [[nodiscard]] bool is_passed() const { return is_passed_; }
  /// Another pass changes nothing, nor does time.
  [[nodiscard]] bool is_at_rest() const { return running_ == Running::kPassing && is_qualified_; }

 private:
  enum class Running : std::uint8_t { kNone, kFailing, kPassing };
  void start(Running direction, Time at);
  void qualify(Running direction);
  /// The running timer is over.
  [[nodiscard]] bool is_due(Time at) const {
    return running_ != Running::kNone && !is_qualified_ && at - since_ >= limit();
  }
  [[nodiscard]] Duration limit() const { return running_ == Running::kFailing ? failed_after_ : passed_after_; }

  Duration failed_after_;
  Duration passed_after_;
  Time since_{};
  Running running_ = Running::kNone;
  bool is_qualified_ = false;  // the running direction has won; its timer is over
  std::int8_t fdc_ = 0;
  bool is_failed_ = false;
  bool is_passed_ = false;
};

/// Either of the two, chosen by the configuration.
class Debounce {
 public:
  explicit Debounce(const DebounceConfig& config)
      : either_(config.kind == DebounceKind::kTime ? Either(TimeDebounce(config)) : Either(CounterDebounce(config))) {}

  void report(Report report, Time at) {
    if (auto* counter = std::get_if<CounterDebounce>(&either_)) return counter->report(report);
    std::get_if<TimeDebounce>(&either_)->report(report, at);
  }
  [[nodiscard]] bool needs_ticks() const { return std::get_if<TimeDebounce>(&either_) != nullptr; }
  void tick(Time now) {
    if (auto* time = std::get_if<TimeDebounce>(&either_)) time->tick(now);
  }
  [[nodiscard]] std::int8_t fdc() const { return ask(&CounterDebounce::fdc, &TimeDebounce::fdc); }
  [[nodiscard]] bool is_failed() const { return ask(&CounterDebounce::is_failed, &TimeDebounce::is_failed); }
  [[nodiscard]] bool is_passed() const { return ask(&CounterDebounce::is_passed, &TimeDebounce::is_passed); }
  [[nodiscard]] bool is_at_rest() const { return ask(&CounterDebounce::is_at_rest, &TimeDebounce::is_at_rest); }

 private:
  using Either = std::variant<CounterDebounce, TimeDebounce>;
  template <class Answer>
  [[nodiscard]] Answer ask(Answer (CounterDebounce::*by_counter)() const,
                           Answer (TimeDebounce::*by_time)() const) const {
    const auto* counter = std::get_if<CounterDebounce>(&either_);
    return counter != nullptr ? (counter->*by_counter)() : (std::get_if<TimeDebounce>(&either_)->*by_time)();
  }

  Either either_;
};

/// Pre-failed reports in a row that are needed beyond the first, at worst (starting from passed); 0 for time debounce.
[[nodiscard]] std::int64_t debounce_tolerance(const DebounceConfig& config);

}  // namespace ocelli::safety
