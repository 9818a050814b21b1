#pragma once
// Sleeping on 32-bit words in memory, shared between processes or private to one. Linux only; the word of another
// process may be mapped read-only.

#include <atomic>
#include <cstdint>
#include <span>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::futex {

using Word = std::atomic<std::uint32_t>;
static_assert(sizeof(Word) == 4 && Word::is_always_lock_free);

enum class Scope : std::uint8_t { kProcess, kHost };

struct Watch {
  const Word* word;
  std::uint32_t expected;  // sleep only while the word has this value
  Scope scope;
};

/// Wakes every thread that sleeps on the word.
void wake_all(const Word& word, Scope scope);

/// Returns when the word has another value, at a wake-up, at a signal, or after `timeout`.
void wait(const Watch& watch, Duration timeout);

inline constexpr std::size_t kMostWatches = 128;  // FUTEX_WAITV_MAX

/// The same for many words. False when the kernel refuses (before Linux 5.16, or a container's filter): nothing was
/// waited for. Precondition: at most kMostWatches.
[[nodiscard]] bool wait_any(std::span<const Watch> watches, Duration timeout);

/// A time limit that runs from its creation on.
class TimeLimit {
 public:
  explicit TimeLimit(Duration limit);
  /// At most zero when it is over.
  [[nodiscard]] Duration left() const;

 private:
  Duration end_;  // CLOCK_MONOTONIC
};

}  // namespace ocelli::futex
