#pragma once
// The mode machine. Modes are data, listed from best to worst; active faults demand "at least this far down" or take
// capabilities away, and the machine takes the best mode that is left. Down at once; up only after the hysteresis, and
// only as the mode's recovery allows. While the start-up is held, nothing goes up. Must not know detectors or
// debouncing.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::safety {

inline constexpr std::uint32_t kNoFault = 0xFFFFFFFFU;

struct ModeChange {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Time at{};
  /// The fault that led down: of the active ones that alone lead furthest, the one raised last. None on the way up and
  /// after max_dwell.
  std::uint32_t cause = kNoFault;
};

class ModeMachine {
 public:
  static constexpr std::size_t kMaxModes = 32;
  static constexpr std::size_t kMaxCapabilities = 64;

  /// Refuses, all at once: no modes, repeated or unknown names, a last mode that needs anything, a dead end that is
  /// not the last mode, a fault that leads nowhere or whose mode is reached later than its FRTI says.
  static Result<ModeMachine> create(const std::vector<ModeConfig>& modes, const std::vector<FaultConfig>& faults);

  /// A fault was confirmed or healed; index as in the list of faults.
  void raise(std::uint32_t fault);
  void clear(std::uint32_t fault);
  /// Driver or operator agrees to leave an `on_request` mode; holds until the next change of mode.
  void request_recovery() { is_requested_ = true; }
  [[nodiscard]] bool is_recovery_requested() const { return is_requested_; }
  /// Nothing is known yet: before the first tick, the mode is start_mode() until release().
  void hold() {
    mode_ = start();
    is_held_ = true;
  }
  /// The mode that was in force since `since`, before whoever ran this machine died; only before the first tick. One
  /// that is not left by itself is in force again, and a held machine leaves it only downwards until release(). Any
  /// other is the best that a held machine may enter at its release.
  void resume(std::uint32_t mode, Time since);
  /// Everything was seen, or is known to be missing.
  void release() { is_held_ = false; }
  /// Decides; at most one change per tick.
  std::optional<ModeChange> tick(Time now);

  [[nodiscard]] std::uint32_t mode() const { return mode_; }
  [[nodiscard]] std::string_view name() const { return modes_[mode_].name; }
  [[nodiscard]] std::string_view name(std::uint32_t mode) const { return modes_[mode].name; }
  [[nodiscard]] Time since() const { return since_; }
  /// Number of ranked modes; start() comes after them.
  [[nodiscard]] std::size_t size() const { return start(); }
  [[nodiscard]] std::uint32_t start() const { return static_cast<std::uint32_t>(modes_.size() - 1); }
  [[nodiscard]] bool is_held() const { return is_held_; }
  /// Whether the capability is there: no active fault takes it.
  [[nodiscard]] bool has(std::string_view capability) const;
  /// The mode a single fault leads to.
  [[nodiscard]] std::uint32_t mode_after(std::uint32_t fault) const;

 private:
  struct Mode {
    std::string name;
    std::uint64_t needs = 0;
    Recovery recovery{};
    Duration recover_after{};
    Duration max_dwell{};
    std::uint32_t then = 0;
  };
  struct Effect {  // of a fault
    std::uint32_t mode = 0;
    std::uint64_t takes = 0;
  };

  [[nodiscard]] std::uint32_t best(std::uint32_t at_least, std::uint64_t lost) const;
  [[nodiscard]] std::uint32_t demanded() const;
  [[nodiscard]] std::uint64_t lost() const;
  [[nodiscard]] std::uint32_t cause() const;
  ModeChange enter(std::uint32_t mode, Time now, std::uint32_t cause);
  [[nodiscard]] bool may_recover(std::uint32_t target, Time now);

  std::vector<Mode> modes_;  // best first, then the one of the start-up
  std::vector<std::string> capabilities_;
  std::vector<Effect> effects_;
  struct Raised {
    std::uint32_t times = 0;
    std::uint64_t newest = 0;  // a number that grows
  };
  std::vector<Raised> raised_;  // by fault
  std::uint64_t raises_ = 0;
  std::vector<std::uint32_t> demands_;  // active faults per demanded mode
  std::vector<std::uint32_t> losses_;   // active faults per capability
  std::uint32_t mode_ = 0;
  Time since_{};
  Time stays_since_{};  // what max_dwell counts from: since_, or earlier when another life of this machine was in it
  bool has_begun_ = false;
  bool is_requested_ = false;
  bool is_held_ = false;
  std::uint32_t floor_ = 0;  // of the mode that is entered at the release
  Time floor_since_{};
  std::uint32_t better_ = 0;  // what the hysteresis waits for
  std::optional<Time> better_since_;
};

}  // namespace ocelli::safety
