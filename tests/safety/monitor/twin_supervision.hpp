#pragma once
// Second implementations of the state machines, written from reference/safety.md and the rules in these comments alone,
// slow and plain. Supervision and debouncing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ocelli::safety::test {

// The linear share of a limit, rounded towards zero: the largest n in 0..full with n / full <= part / whole.
inline int twin_share(std::int64_t part, std::int64_t whole, int full) {
  int n = 0;
  const long double goal = static_cast<long double>(part) * full;
  while (n < full && static_cast<long double>(whole) * (n + 1) <= goal) ++n;
  return n;
}

// Alive supervision, one call per reference cycle.
// - A cycle is bad if its count is below min or above max.
// - OK + bad: f < tolerance: FAILED, f + 1; else EXPIRED (f stays). OK + good: nothing.
// - FAILED + bad: f + 1, EXPIRED if f > tolerance. FAILED + good: f - 1, OK when f = 0.
// - EXPIRED is sticky and f stays; lost data: EXPIRED. Only reset() leads back, to OK and f = 0.
struct TwinAlive {
  TwinAlive(std::int64_t min, std::int64_t max, std::int64_t tolerance) : min_(min), max_(max), tolerance_(tolerance) {}

  std::string end_cycle(std::int64_t count) {
    const bool bad = count < min_ || count > max_;
    if (state_ == "OK" && bad) {
      if (f_ < tolerance_) {
        state_ = "FAILED";
        f_ = f_ + 1;
      } else {
        state_ = "EXPIRED";
      }
    } else if (state_ == "FAILED" && bad) {
      f_ = f_ + 1;
      if (f_ > tolerance_) state_ = "EXPIRED";
    } else if (state_ == "FAILED") {
      f_ = f_ - 1;
      if (f_ == 0) state_ = "OK";
    }
    return state_;
  }
  std::int64_t failed_cycles() const { return f_; }
  void lose_data() { state_ = "EXPIRED"; }
  void reset() {
    state_ = "OK";
    f_ = 0;
  }
  std::string status() const { return state_; }

 private:
  std::int64_t min_;
  std::int64_t max_;
  std::int64_t tolerance_;
  std::string state_ = "OK";
  std::int64_t f_ = 0;
};

// Alive supervision which counts indications by their own stamps.
// - Cycle k is [first + k * cycle, first + (k + 1) * cycle), first = stamp of the first indication; cycle > 0.
// - settle(until) judges, in order, each cycle not yet judged whose end is <= until; before the first indication none.
// - cycles() counts the judged cycles; it goes on in EXPIRED.
struct TwinAliveCycles {
  TwinAliveCycles(std::int64_t cycle, std::int64_t min, std::int64_t max, std::int64_t tolerance)
      : cycle_(cycle), alive_(min, max, tolerance) {}

  void indicate(std::int64_t at) { stamps_.push_back(at); }

  void settle(std::int64_t until) {
    while (!stamps_.empty() && stamps_.front() + (judged_ + 1) * cycle_ <= until) {
      const std::int64_t begin = stamps_.front() + judged_ * cycle_;
      std::int64_t count = 0;
      for (const std::int64_t stamp : stamps_) {
        if (stamp >= begin && stamp < begin + cycle_) ++count;
      }
      alive_.end_cycle(count);
      ++judged_;
    }
  }

  std::string status() const { return alive_.status(); }
  std::int64_t cycles() const { return judged_; }

 private:
  std::int64_t cycle_;
  TwinAlive alive_;
  std::vector<std::int64_t> stamps_;
  std::int64_t judged_ = 0;
};

// Deadline supervision.
// - Good iff min <= end - start <= max, else EXPIRED. A second start while one runs is ignored; an end without a start
//   is no evidence. tick: running and now - start > max: EXPIRED, the start keeps running until its end.
// - EXPIRED is sticky, lost data: EXPIRED; starts and ends are followed in EXPIRED too. reset() forgets all.
struct TwinDeadline {
  TwinDeadline(std::int64_t min, std::int64_t max) : min_(min), max_(max) {}

  void start(std::int64_t at) {
    if (!running_) start_ = at;
    running_ = true;
  }
  void end(std::int64_t at) {
    if (!running_) return;
    const std::int64_t took = at - start_;
    if (took < min_ || took > max_) expired_ = true;
    running_ = false;
  }
  void tick(std::int64_t now) {
    if (running_ && now - start_ > max_) expired_ = true;
  }
  void lose_data() { expired_ = true; }
  void reset() {
    running_ = false;
    expired_ = false;
  }
  std::string status() const { return expired_ ? "EXPIRED" : "OK"; }
  bool running() const { return running_; }

 private:
  std::int64_t min_;
  std::int64_t max_;
  std::int64_t start_ = 0;
  bool running_ = false;
  bool expired_ = false;
};

// Logical supervision.
// - A run starts at an initial checkpoint, goes along edges, is over after a final one.
// - An illegal step (unknown number included): EXPIRED at once, sticky. It is not part of any run: after it, as after
//   a final one, the next legal one is an initial checkpoint. Lost data: EXPIRED. reset() forgets all.
struct TwinLogical {
  TwinLogical(std::vector<std::vector<int>> successors, std::vector<bool> initial, std::vector<bool> final_ones)
      : successors_(std::move(successors)), initial_(std::move(initial)), final_(std::move(final_ones)) {}

  std::string reach(int checkpoint) {
    const bool legal = is_legal(checkpoint);
    steps_.push_back({checkpoint, legal});
    return status();
  }
  void lose_data() { lost_ = true; }
  void reset() {
    steps_.clear();
    lost_ = false;
  }
  std::string status() const {
    for (const Step& step : steps_) {
      if (!step.legal) return "EXPIRED";
    }
    return lost_ ? "EXPIRED" : "OK";
  }

 private:
  struct Step {
    int checkpoint;
    bool legal;
  };

  bool is_legal(int checkpoint) const {
    if (checkpoint < 0 || checkpoint >= static_cast<int>(successors_.size())) return false;
    const bool in_run = !steps_.empty() && steps_.back().legal && !marked(final_, steps_.back().checkpoint);
    if (!in_run) return marked(initial_, checkpoint);
    for (const int next : successors_[static_cast<std::size_t>(steps_.back().checkpoint)]) {
      if (next == checkpoint) return true;
    }
    return false;
  }
  static bool marked(const std::vector<bool>& list, int checkpoint) {
    const std::size_t i = static_cast<std::size_t>(checkpoint);
    return i < list.size() && list[i];
  }

  std::vector<std::vector<int>> successors_;
  std::vector<bool> initial_;
  std::vector<bool> final_;
  std::vector<Step> steps_;
  bool lost_ = false;
};

// Global status: worst of the locals.
// - A cycle with an EXPIRED local is an expired cycle. The first one: EXPIRED, or STOPPED if the tolerance is 0.
// - Each further expired cycle counts; as long as the count is <= tolerance: EXPIRED; beyond: STOPPED, for ever. (So
//   tolerance + 1 expired cycles are survived, for a tolerance > 0.) Other cycles do not count and change nothing.
// - Before the first expired cycle: FAILED if any local of the newest cycle is FAILED, else OK.
// - first_expired(): the lowest index of an expired local in the first expired cycle; -1 none.
struct TwinGlobal {
  explicit TwinGlobal(std::int64_t tolerance) : tolerance_(tolerance) {}

  std::string end_cycle(const std::vector<std::string>& locals) {
    cycles_.push_back(locals);
    std::int64_t expired_cycles = 0;
    for (const std::vector<std::string>& cycle : cycles_) {
      if (find(cycle, "EXPIRED") >= 0) ++expired_cycles;
    }
    if (expired_cycles > 0) {
      const std::int64_t further = expired_cycles - 1;
      return tolerance_ <= 0 || further > tolerance_ ? "STOPPED" : "EXPIRED";
    }
    return find(locals, "FAILED") >= 0 ? "FAILED" : "OK";
  }

  std::int64_t first_expired() const {
    for (const std::vector<std::string>& cycle : cycles_) {
      if (find(cycle, "EXPIRED") >= 0) return find(cycle, "EXPIRED");
    }
    return -1;
  }

 private:
  static std::int64_t find(const std::vector<std::string>& locals, const std::string& what) {
    for (std::size_t i = 0; i < locals.size(); ++i) {
      if (locals[i] == what) return static_cast<std::int64_t>(i);
    }
    return -1;
  }

  std::int64_t tolerance_;
  std::vector<std::vector<std::string>> cycles_;
};

// (m, k)-firm: at least m hits in the newest k activations; before the first activation all are taken as hits.
// add() says whether that holds, the new activation included.
struct TwinFirm {
  TwinFirm(int m, int k) : m_(m), k_(k), all_(static_cast<std::size_t>(k), true) {}

  bool add(bool hit) {
    all_.push_back(hit);
    return hits() >= m_;
  }
  int hits() const {
    int sum = 0;
    for (std::size_t i = all_.size() - static_cast<std::size_t>(k_); i < all_.size(); ++i) sum += all_[i] ? 1 : 0;
    return sum;
  }

 private:
  int m_;
  int k_;
  std::vector<bool> all_;
};

// Counter debounce; the counter starts at 0.
// - pre_failed: if jumps_up and the counter is below jump_up_value, it becomes that; then + increment, at most
//   failed_threshold. pre_passed: if jumps_down and above jump_down_value, it becomes that; then - decrement, at least
//   passed_threshold. failed, passed: to the threshold at once. none: nothing.
// - failed() from the failed threshold until the passed one is reached, passed() the other way round, neither before.
// - fdc: 127 at the failed threshold, -128 at the passed one, linear on each side of 0, rounded towards zero.
struct TwinCounterDebounce {
  struct Config {
    std::int64_t increment = 1;
    std::int64_t decrement = 1;
    std::int64_t failed_threshold = 127;
    std::int64_t passed_threshold = -128;
    bool jumps_up = false;
    std::int64_t jump_up_value = 0;
    bool jumps_down = false;
    std::int64_t jump_down_value = 0;
  };

  explicit TwinCounterDebounce(Config config) : config_(config) {}

  void report(const std::string& what) {
    std::int64_t next = counters_.back();
    if (what == "pre_failed") {
      if (config_.jumps_up && next < config_.jump_up_value) next = config_.jump_up_value;
      next = std::min(next + config_.increment, config_.failed_threshold);
    } else if (what == "pre_passed") {
      if (config_.jumps_down && next > config_.jump_down_value) next = config_.jump_down_value;
      next = std::max(next - config_.decrement, config_.passed_threshold);
    } else if (what == "failed") {
      next = config_.failed_threshold;
    } else if (what == "passed") {
      next = config_.passed_threshold;
    }
    counters_.push_back(next);
  }

  std::int64_t counter() const { return counters_.back(); }
  int fdc() const {
    const std::int64_t c = counter();
    return c >= 0 ? twin_share(c, config_.failed_threshold, 127) : -twin_share(-c, -config_.passed_threshold, 128);
  }
  bool failed() const { return newest_threshold() == config_.failed_threshold; }
  bool passed() const { return newest_threshold() == config_.passed_threshold; }
  void reset() { counters_ = {0}; }

 private:
  // The threshold the counter touched last; 0 if none yet.
  std::int64_t newest_threshold() const {
    for (std::size_t i = counters_.size(); i-- > 0;) {
      const std::int64_t c = counters_[i];
      if (c == config_.failed_threshold || c == config_.passed_threshold) return c;
    }
    return 0;
  }

  Config config_;
  std::vector<std::int64_t> counters_ = {0};
};

// Time debounce.
// - A pre_failed starts the failing timer at its stamp unless the newest timer is a failing one already. The timer is
//   due when it has run for failed_after (at once for 0); the result is taken at the next tick or report: a report of
//   the other direction at which the timer is due first qualifies the old direction, then starts its own timer.
//   Mirrored for pre_passed and passed_after.
// - failed, passed: qualify at once, their timer counts as run. none: no report, nothing happens.
// - A qualified result holds until the other one qualifies.
// - fdc: 127 / -128 while the newest timer is qualified; else 0 from the report that started it, and at each tick the
//   linear share of its limit times 127 / -128, rounded towards zero, negative elapsed time as 0. A later report in
//   the same direction does not move it unless the timer is due.
// - A timer started anew in the direction of the held result starts at fdc 0, not qualified.
struct TwinTimeDebounce {
  TwinTimeDebounce(std::int64_t failed_after, std::int64_t passed_after)
      : failed_after_(failed_after), passed_after_(passed_after) {}

  void report(const std::string& what, std::int64_t at) {
    if (what == "none") return;
    take_result(at);
    const bool bad = what == "pre_failed" || what == "failed";
    if (timers_.empty() || timers_.back().failing != bad) timers_.push_back({bad, at, false, 0});
    if (what == "failed" || what == "passed") {
      qualify();
    } else {
      take_result(at);  // limit 0
    }
  }

  void tick(std::int64_t now) {
    take_result(now);
    if (timers_.empty() || timers_.back().qualified) return;
    Timer& timer = timers_.back();
    const std::int64_t elapsed = std::max<std::int64_t>(0, now - timer.start);
    timer.fdc = timer.failing ? twin_share(elapsed, failed_after_, 127) : -twin_share(elapsed, passed_after_, 128);
  }

  int fdc() const { return timers_.empty() ? 0 : timers_.back().fdc; }
  bool failed() const { return result() == "failed"; }
  bool passed() const { return result() == "passed"; }
  void reset() { timers_.clear(); }

 private:
  struct Timer {
    bool failing;
    std::int64_t start;
    bool qualified;
    int fdc;
  };

  void take_result(std::int64_t now) {
    if (timers_.empty()) return;
    const Timer& timer = timers_.back();
    const std::int64_t elapsed = std::max<std::int64_t>(0, now - timer.start);
    if (elapsed >= (timer.failing ? failed_after_ : passed_after_)) qualify();
  }
  void qualify() {
    timers_.back().qualified = true;
    timers_.back().fdc = timers_.back().failing ? 127 : -128;
  }
  std::string result() const {
    for (std::size_t i = timers_.size(); i-- > 0;) {
      if (timers_[i].qualified) return timers_[i].failing ? "failed" : "passed";
    }
    return "none yet";
  }

  std::int64_t failed_after_;
  std::int64_t passed_after_;
  std::vector<Timer> timers_;
};

}  // namespace ocelli::safety::test
