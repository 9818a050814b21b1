#pragma once
// Second implementations of the state machines, written from reference/safety.md and the rules in these comments alone,
// slow and plain. Faults, modes, and the E2E receiver.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ocelli/tests/safety/monitor/twin_supervision.hpp"

namespace ocelli::safety::test {

// ISO 14229 status byte, computed anew from the history of operation cycles (the first one runs from the start).
// - 0x01 newest result failed; 0x02 failed this cycle; 0x04 failed in this cycle or in the last tested one which is
//   over; 0x10 not tested since clear; 0x20 failed since clear; 0x40 not tested this cycle.
// - 0x08 and 0x80: set at a failure in the `confirm`-th cycle in a row or a later one of the row (untested cycles do
//   not break the row, tested ones without failure do).
// - A good cycle is a tested one without failure, counted at its end. `heal` of them since the last failure clear 0x80;
//   while 0x80 is clear, `age` of them since then and since the last failure clear 0x08.
// - After construction and clear_all: 0x50; the running cycle goes on as an untested one.
struct TwinUds {
  TwinUds(int confirm, int heal, int age) : confirm_(confirm), heal_(heal), age_(age) {}

  void failed() {
    cycles_.back().tested = true;
    cycles_.back().failed = true;
    newest_failed_ = true;
  }
  void passed() {
    cycles_.back().tested = true;
    newest_failed_ = false;
  }
  void begin_cycle() { cycles_.push_back({}); }
  void clear_all() {
    cycles_ = {Cycle{}};
    newest_failed_ = false;
  }

  int byte() const {
    bool ever_tested = false;
    bool ever_failed = false;
    for (const Cycle& cycle : cycles_) {
      ever_tested = ever_tested || cycle.tested;
      ever_failed = ever_failed || cycle.failed;
    }
    int bits = confirmed_and_warning();
    if (newest_failed_) bits |= 0x01;
    if (cycles_.back().failed) bits |= 0x02;
    if (pending()) bits |= 0x04;
    if (!ever_tested) bits |= 0x10;
    if (ever_failed) bits |= 0x20;
    if (!cycles_.back().tested) bits |= 0x40;
    return bits;
  }

 private:
  struct Cycle {
    bool tested = false;
    bool failed = false;
  };

  bool pending() const {
    if (cycles_.back().failed) return true;
    for (std::size_t i = cycles_.size() - 1; i-- > 0;) {
      if (cycles_[i].tested) return cycles_[i].failed;
    }
    return false;
  }

  int confirmed_and_warning() const {
    int bits = 0;
    int row = 0;
    int good = 0;
    for (std::size_t i = 0; i < cycles_.size(); ++i) {
      const bool over = i + 1 < cycles_.size();
      if (cycles_[i].failed) {
        ++row;
        good = 0;
        if (row >= confirm_) bits = 0x08 | 0x80;
      } else if (cycles_[i].tested && over) {
        row = 0;
        ++good;
        if ((bits & 0x80) == 0 && good >= age_) bits &= ~0x08;
        if ((bits & 0x80) != 0 && good >= heal_) {
          bits &= ~0x80;
          good = 0;
        }
      }
    }
    return bits;
  }

  int confirm_;
  int heal_;
  int age_;
  std::vector<Cycle> cycles_ = {Cycle{}};
  bool newest_failed_ = false;
};

// Fault = counter debounce + status byte + state "passed", "pending", "confirmed", "healed".
// - none changes nothing. The failed threshold: confirmed. The passed threshold: confirmed -> healed.
// - A pre_failed which does not reach the failed threshold: passed, healed -> pending. Pending -> passed when
//   fdc <= 0 after a report which is not a pre_failed.
// - Status byte: failed after each bad report (pre_failed, failed) which leaves the debounce failed; passed after each
//   good report which leaves the debounce passed. (Becoming confirmed and healing are among these.)
struct TwinFault {
  explicit TwinFault(TwinCounterDebounce::Config config, int confirm = 1, int heal = 3, int age = 40)
      : debounce_(config), uds_(confirm, heal, age) {}

  std::string report(const std::string& what) {
    if (what == "none") return state_;
    debounce_.report(what);
    const bool bad = what == "pre_failed" || what == "failed";
    if (bad && debounce_.failed()) {
      state_ = "confirmed";
      uds_.failed();
    } else if (what == "pre_failed") {
      state_ = "pending";  // from passed, healed or pending: a confirmed fault has a failed debounce
    } else if (state_ == "confirmed" && debounce_.passed()) {
      state_ = "healed";
    } else if (state_ == "pending" && debounce_.fdc() <= 0) {
      state_ = "passed";
    }
    if (!bad && debounce_.passed()) uds_.passed();
    return state_;
  }

  void begin_cycle() { uds_.begin_cycle(); }
  std::string state() const { return state_; }
  int uds() const { return uds_.byte(); }
  int fdc() const { return debounce_.fdc(); }

 private:
  TwinCounterDebounce debounce_;
  TwinUds uds_;
  std::string state_ = "passed";
};

// Degradation modes 0 (best) to n - 1 (worst).
// - Possible: no active fault takes a capability the mode needs (the last mode needs nothing). Allowed: possible and
//   not better than any active fault's demanded mode. A fault is active while raised more often than cleared.
// - Per tick at most one change, the first of these which applies:
//   (a) the current mode is not allowed: to the best allowed worse one; cause: the active fault which alone would
//       force the worst mode, of several the one whose newest raise() is the latest.
//   (b) the best allowed mode is better than the current one, the CURRENT mode's recovery rule agrees (automatic;
//       on_request: request_recovery() since the current mode was entered) and now - b >= its recover_after. b: the
//       first tick of the newest unbroken row of ticks, since the mode was entered, which had a better target that
//       did not get worse from one to the next. Cause nobody. Out of a mode without automatic recovery a mode with a
//       max_dwell is no better one.
//   (c) max_dwell > 0 and now - since >= max_dwell: to the best allowed mode not better than `then`. Cause nobody.
//       This holds while a better mode waits for its recovery, too.
// - The first tick sets since of mode 0. has(): no active fault takes the capability.
struct TwinModes {
  struct Mode {
    std::set<std::string> needs;
    std::string recovery = "automatic";  // "on_request", "never"
    std::int64_t recover_after = 0;
    std::int64_t max_dwell = 0;
    int then = 0;
  };
  struct Fault {
    int demanded = 0;
    std::set<std::string> takes;
  };

  TwinModes(std::vector<Mode> modes, std::vector<Fault> faults)
      : modes_(std::move(modes)), faults_(std::move(faults)), raised_(faults_.size(), 0) {}

  void raise(int f) {
    ++raised_.at(index(f));
    raises_.push_back(f);
  }
  void clear(int f) {
    if (raised_.at(index(f)) > 0) --raised_.at(index(f));
  }
  void request_recovery() { requested_ = true; }

  std::string tick(std::int64_t now) {
    if (!ticked_) since_ = now;
    ticked_ = true;
    const std::vector<int> active = active_faults();
    const Mode& here = modes_.at(index(mode_));
    if (!allowed(mode_, active)) return enter(best_from(mode_ + 1, active), now, std::to_string(cause(active)));
    int target = best_from(0, active);
    if (target < mode_ && here.recovery != "automatic" && modes_.at(index(target)).max_dwell > 0) target = mode_;
    ticks_.push_back({now, target});
    if (target < mode_ && rule_agrees(here) && now - better_since() >= here.recover_after) {
      return enter(target, now, "nobody");
    }
    if (here.max_dwell > 0 && now - since_ >= here.max_dwell) {
      const int worse = best_from(here.then, active);
      if (worse != mode_) return enter(worse, now, "nobody");
    }
    return "";
  }

  int mode() const { return mode_; }
  std::int64_t since() const { return since_; }
  bool has(const std::string& capability) const {
    for (const int f : active_faults()) {
      if (faults_.at(index(f)).takes.count(capability) > 0) return false;
    }
    return true;
  }

 private:
  struct Tick {
    std::int64_t at;
    int target;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  int last_mode() const { return static_cast<int>(modes_.size()) - 1; }

  std::vector<int> active_faults() const {
    std::vector<int> active;
    for (int f = 0; f < static_cast<int>(faults_.size()); ++f) {
      if (raised_.at(index(f)) > 0) active.push_back(f);
    }
    return active;
  }

  bool allowed(int mode, const std::vector<int>& active) const {
    for (const int f : active) {
      const Fault& fault = faults_.at(index(f));
      if (mode < fault.demanded) return false;
      for (const std::string& capability : fault.takes) {
        if (mode != last_mode() && modes_.at(index(mode)).needs.count(capability) > 0) return false;
      }
    }
    return true;
  }

  // The best allowed mode among from, from + 1, …; the last one is always allowed.
  int best_from(int from, const std::vector<int>& active) const {
    for (int mode = from; mode < last_mode(); ++mode) {
      if (allowed(mode, active)) return mode;
    }
    return last_mode();
  }

  int cause(const std::vector<int>& active) const {
    int worst = -1;
    for (const int f : active) worst = std::max(worst, best_from(0, {f}));
    for (std::size_t i = raises_.size(); i-- > 0;) {  // the newest raise first
      const int f = raises_[i];
      if (raised_.at(index(f)) > 0 && best_from(0, {f}) == worst) return f;
    }
    return -1;
  }

  bool rule_agrees(const Mode& mode) const {
    return mode.recovery == "automatic" || (mode.recovery == "on_request" && requested_);
  }

  // b of rule (b); the newest tick has a better target.
  std::int64_t better_since() const {
    std::size_t b = ticks_.size() - 1;
    while (b > 0 && ticks_[b - 1].target < mode_ && ticks_[b].target <= ticks_[b - 1].target) --b;
    return ticks_[b].at;
  }

  std::string enter(int mode, std::int64_t now, const std::string& by) {
    const std::string change = std::to_string(mode_) + "->" + std::to_string(mode) + " by " + by;
    mode_ = mode;
    since_ = now;
    requested_ = false;
    ticks_.clear();
    return change;
  }

  std::vector<Mode> modes_;
  std::vector<Fault> faults_;
  std::vector<int> raised_;  // per fault: raises not yet cleared
  std::vector<int> raises_;  // all raise() calls
  std::vector<Tick> ticks_;  // since the current mode was entered
  bool ticked_ = false;
  bool requested_ = false;
  int mode_ = 0;
  std::int64_t since_ = 0;
};

// E2E counter check: rx outside 0..modulo - 1: ERROR, last unchanged. Else d = (rx - last) mod modulo: 0 REPEATED,
// 1 OK, <= max_delta OKSOMELOST, else WRONGSEQUENCE; last becomes rx. At first last = modulo - 1.
struct TwinCounter {
  TwinCounter(std::int64_t modulo, std::int64_t max_delta)
      : modulo_(modulo), max_delta_(max_delta), last_(modulo - 1) {}

  std::string step(std::int64_t rx) {
    if (rx < 0 || rx >= modulo_) return "ERROR";
    std::int64_t d = rx - last_;
    if (d < 0) d += modulo_;
    last_ = rx;
    if (d == 0) return "REPEATED";
    if (d == 1) return "OK";
    return d <= max_delta_ ? "OKSOMELOST" : "WRONGSEQUENCE";
  }

 private:
  std::int64_t modulo_;
  std::int64_t max_delta_;
  std::int64_t last_;
};

// E2E state machine.
// - NODATA: any result but ERROR or NONEWDATA -> INIT; this result is not kept. All later ones are kept, until a change
//   of state: then only the newest window_x of the state that is left remain.
// - ok = number of OK and OKSOMELOST, err = number of ERROR among the newest window_x results, the new one included,
//   x = the state in which it arrives (window, if window_x is 0). Results not there yet count as neither.
// - INIT: good -> VALID; err above its limit -> INVALID. VALID: not good -> INVALID. INVALID: good -> VALID. Good: err
//   and ok keep the limits of that state.
struct TwinE2eSm {
  struct Limits {
    int window = 1;
    int max_err_init = 0;
    int min_ok_init = 1;
    int max_err_valid = 0;
    int min_ok_valid = 1;
    int max_err_invalid = 0;
    int min_ok_invalid = 1;
    int window_init = 0;
    int window_valid = 0;
    int window_invalid = 0;
  };

  explicit TwinE2eSm(Limits limits) : limits_(limits) {}

  std::string check(const std::string& result) {
    if (state_ == "NODATA") {
      if (result != "ERROR" && result != "NONEWDATA") state_ = "INIT";
      return state_;
    }
    results_.push_back(result);
    const std::string left = state_;
    if (state_ == "INIT") {
      const int err = count({"ERROR"}, limits_.window_init);
      const int ok = count({"OK", "OKSOMELOST"}, limits_.window_init);
      if (err <= limits_.max_err_init && ok >= limits_.min_ok_init) state_ = "VALID";
      if (err > limits_.max_err_init) state_ = "INVALID";
    } else if (state_ == "VALID") {
      const int err = count({"ERROR"}, limits_.window_valid);
      const int ok = count({"OK", "OKSOMELOST"}, limits_.window_valid);
      if (!(err <= limits_.max_err_valid && ok >= limits_.min_ok_valid)) state_ = "INVALID";
    } else {
      const int err = count({"ERROR"}, limits_.window_invalid);
      const int ok = count({"OK", "OKSOMELOST"}, limits_.window_invalid);
      if (err <= limits_.max_err_invalid && ok >= limits_.min_ok_invalid) state_ = "VALID";
    }
    if (state_ != left)
      keep(left == "INIT" ? limits_.window_init : left == "VALID" ? limits_.window_valid : limits_.window_invalid);
    return state_;
  }

 private:
  void keep(int window) {
    const auto size = static_cast<std::size_t>(window > 0 ? window : limits_.window);
    if (results_.size() > size) results_.erase(results_.begin(), results_.end() - static_cast<std::ptrdiff_t>(size));
  }
  int count(const std::set<std::string>& what, int window) const {
    const int size = window > 0 ? window : limits_.window;
    int seen = 0;
    int sum = 0;
    for (std::size_t i = results_.size(); i-- > 0 && seen < size; ++seen) sum += what.count(results_[i]) > 0 ? 1 : 0;
    return sum;
  }

  Limits limits_;
  std::string state_ = "NODATA";
  std::vector<std::string> results_;
};

}  // namespace ocelli::safety::test
