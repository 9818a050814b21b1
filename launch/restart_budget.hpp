#pragma once
// How often a process may be started again: a supervisor that restarts for ever would hide a fault, one that counts for
// ever would give up on a long drive.

#include <cstddef>
#include <vector>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

class RestartBudget {
 public:
  static constexpr std::size_t kMost = 3;  // within
  static constexpr Duration kWindow = 60s;

  /// One more end of the process. False: it has ended too often lately and is given up, for good.
  [[nodiscard]] bool take(Time now) {
    std::erase_if(lately_, [&](Time at) { return now - at > kWindow; });
    if (lately_.size() == kMost) is_given_up_ = true;
    if (is_given_up_) return false;
    lately_.push_back(now);
    ++all_;
    return true;
  }
  [[nodiscard]] bool is_given_up() const { return is_given_up_; }
  /// Restarts of the whole run.
  [[nodiscard]] int all() const { return all_; }

 private:
  std::vector<Time> lately_;
  int all_ = 0;
  bool is_given_up_ = false;
};

}  // namespace ocelli::launch
