#pragma once
// From the receiving thread to the tick thread: a wait-free queue for one producer and one consumer, fixed memory.
// When it is full the new observation is dropped and counted; the monitor makes a fault of that.

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/core/observation.hpp"

namespace ocelli::safety {

class ObservationQueue {
 public:
  /// `capacity` must be a power of two.
  explicit ObservationQueue(std::size_t capacity) : slots_(capacity) { OCELLI_EXPECT(std::has_single_bit(capacity)); }

  /// Producer only. False: full, dropped and counted.
  bool push(const Observation& observation) {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) {
      overflows_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    slots_[tail & (slots_.size() - 1)] = observation;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Consumer only. False: empty.
  bool pop(Observation& out) {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    out = slots_[head & (slots_.size() - 1)];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  /// Producer only: observations that were lost before they came here.
  void count_lost(std::uint64_t observations) { overflows_.fetch_add(observations, std::memory_order_relaxed); }
  /// Consumer only: lost since the last call.
  std::uint64_t take_overflows() { return overflows_.exchange(0, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }

 private:
  std::vector<Observation> slots_;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  alignas(64) std::atomic<std::uint64_t> overflows_{0};
};

}  // namespace ocelli::safety
