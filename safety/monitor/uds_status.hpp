#pragma once
// What a fault's past leaves behind: the UDS status byte (ISO 14229-1 D.2, as publicly described) with confirmation,
// healing and ageing over operation cycles. Needs reference/safety.md §6; must not know debouncing.

#include <algorithm>
#include <cstdint>

namespace ocelli::safety {

enum UdsBit : std::uint8_t {
  kTestFailed = 0x01,
  kTestFailedThisCycle = 0x02,
  kPending = 0x04,
  kConfirmed = 0x08,
  kNotCompletedSinceClear = 0x10,
  kTestFailedSinceClear = 0x20,
  kNotCompletedThisCycle = 0x40,
  kWarningRequested = 0x80,
};

/// A fault is confirmed by failing in `confirmation_cycles` operation cycles in a row, its warning heals after
/// `healing_cycles` tested cycles without a failure, and the healed confirmation ages out after `ageing_cycles` more.
class UdsStatus {
 public:
  UdsStatus(std::uint32_t confirmation_cycles, std::uint32_t healing_cycles, std::uint32_t ageing_cycles)
      : confirmation_cycles_(confirmation_cycles), healing_cycles_(healing_cycles), ageing_cycles_(ageing_cycles) {}

  /// A debounced result.
  void failed() {
    if (!has(kTestFailedThisCycle)) {
      failed_cycles_ = std::min(failed_cycles_ + 1, confirmation_cycles_);
      passed_cycles_ = 0;
    }
    set(kTestFailed | kTestFailedThisCycle | kPending | kTestFailedSinceClear);
    clear(kNotCompletedSinceClear | kNotCompletedThisCycle);
    if (failed_cycles_ >= confirmation_cycles_) set(kConfirmed | kWarningRequested);
  }
  void passed() { clear(kTestFailed | kNotCompletedSinceClear | kNotCompletedThisCycle); }

  /// Ends the running operation cycle and starts the next.
  void begin_cycle() {
    if (!has(kTestFailedThisCycle) && !has(kNotCompletedThisCycle)) end_passed_cycle();
    clear(kTestFailedThisCycle);
    set(kNotCompletedThisCycle);
  }
  /// The tester's "clear diagnostic information".
  void clear_all() {
    byte_ = kNotCompletedSinceClear | kNotCompletedThisCycle;
    failed_cycles_ = passed_cycles_ = 0;
  }
  [[nodiscard]] std::uint8_t byte() const { return byte_; }

 private:
  void end_passed_cycle() {
    clear(kPending);
    failed_cycles_ = 0;
    if (!has(kConfirmed)) return;
    ++passed_cycles_;
    if (has(kWarningRequested) && passed_cycles_ >= healing_cycles_) {
      clear(kWarningRequested);
      passed_cycles_ = 0;
    } else if (!has(kWarningRequested) && passed_cycles_ >= ageing_cycles_) {
      clear(kConfirmed);
      passed_cycles_ = 0;
    }
  }
  [[nodiscard]] bool has(std::uint8_t bits) const { return (byte_ & bits) != 0; }
  void set(int bits) { byte_ = static_cast<std::uint8_t>(byte_ | bits); }
  void clear(int bits) { byte_ = static_cast<std::uint8_t>(byte_ & ~bits); }

  std::uint32_t confirmation_cycles_;
  std::uint32_t healing_cycles_;
  std::uint32_t ageing_cycles_;
  std::uint32_t failed_cycles_ = 0;
  std::uint32_t passed_cycles_ = 0;
  std::uint8_t byte_ = kNotCompletedSinceClear | kNotCompletedThisCycle;
};

}  // namespace ocelli::safety
