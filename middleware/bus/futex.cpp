#include "ocelli/middleware/bus/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <ctime>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::futex {
namespace {

constexpr long kWaitvSyscall = 449;  // Debian 12's glibc has no wrapper

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((duration - seconds).count())};
}

Duration monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

int private_flag(Scope scope) { return scope == Scope::kProcess ? FUTEX_PRIVATE_FLAG : 0; }

}  // namespace

[[gnu::hot]] void wake_all(const Word& word, Scope scope) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE | private_flag(scope), INT_MAX, nullptr, nullptr, 0);
}

[[gnu::hot]] void wait(const Watch& watch, Duration timeout) {
  if (timeout <= Duration::zero()) return;
  const timespec relative = to_timespec(timeout);
  ::syscall(SYS_futex, watch.word, FUTEX_WAIT | private_flag(watch.scope), watch.expected, &relative, nullptr, 0);
}

[[gnu::hot]] bool wait_any(std::span<const Watch> watches, Duration timeout) {
  OCELLI_EXPECT(watches.size() <= kMostWatches);
  std::array<futex_waitv, kMostWatches> words;
  for (std::size_t i = 0; i < watches.size(); ++i) {
    words[i] = {};
    words[i].val = watches[i].expected;
    words[i].uaddr = reinterpret_cast<std::uintptr_t>(watches[i].word);
    words[i].flags = static_cast<__u32>(FUTEX_32 | private_flag(watches[i].scope));
  }
  const timespec until = to_timespec(monotonic_now() + timeout);
  const long woken = ::syscall(kWaitvSyscall, words.data(), watches.size(), 0, &until, CLOCK_MONOTONIC);
  return woken >= 0 || (errno != ENOSYS && errno != EPERM);
}

TimeLimit::TimeLimit(Duration limit) : end_(monotonic_now() + limit) {}

Duration TimeLimit::left() const { return end_ - monotonic_now(); }

}  // namespace ocelli::futex
