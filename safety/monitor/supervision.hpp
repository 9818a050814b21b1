#pragma once
// Supervision as AUTOSAR WdgM (R4.3) and Eclipse S-CORE do it; states and transitions: reference/safety.md §1.
// Pure state machines: the caller counts, sorts events by time stamp, and owns the clock.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::safety {

enum class LocalStatus : std::uint8_t { kOk, kFailed, kExpired };
enum class GlobalStatus : std::uint8_t { kOk, kFailed, kExpired, kStopped };

/// "OK", "FAILED", "EXPIRED", "STOPPED": the names of the reference and of its test vectors.
[[nodiscard]] std::string_view to_string(LocalStatus status);
[[nodiscard]] std::string_view to_string(GlobalStatus status);
[[nodiscard]] std::optional<LocalStatus> parse_local_status(std::string_view name);

/// Counts per reference cycle. EXPIRED is sticky.
class AliveSupervision {
 public:
  AliveSupervision(std::uint32_t min, std::uint32_t max, std::uint32_t tolerance)
      : min_(min), max_(max), tolerance_(tolerance) {}

  /// Ends a reference cycle in which `count` indications came.
  LocalStatus end_cycle(std::uint32_t count);
  /// Events were lost, so no count can be trusted.
  LocalStatus lose_data() { return status_ = LocalStatus::kExpired; }
  void reset() { *this = AliveSupervision(min_, max_, tolerance_); }
  /// After so many equal cycles in a row further ones change nothing.
  [[nodiscard]] std::uint32_t memory() const { return tolerance_ + 1; }
  [[nodiscard]] LocalStatus status() const { return status_; }
  [[nodiscard]] std::uint32_t failed_cycles() const { return failed_cycles_; }

 private:
  std::uint32_t min_;
  std::uint32_t max_;
  std::uint32_t tolerance_;
  std::uint32_t failed_cycles_ = 0;
  LocalStatus status_ = LocalStatus::kOk;
};

/// min ≤ end − start ≤ max, evaluated at the end checkpoint and, for a start that never ends, by the timer.
/// A second start before the end does not renew the first; an end without a start is no evidence.
class DeadlineSupervision {
 public:
  DeadlineSupervision(Duration min, Duration max) : min_(min), max_(max) {}

  void start(Time at);
  LocalStatus end(Time at);
  LocalStatus tick(Time now);
  LocalStatus lose_data() { return status_ = LocalStatus::kExpired; }
  void reset() { *this = DeadlineSupervision(min_, max_); }
  [[nodiscard]] LocalStatus status() const { return status_; }
  [[nodiscard]] std::optional<Time> running_since() const { return started_at_; }

 private:
  Duration min_;
  Duration max_;
  std::optional<Time> started_at_;
  LocalStatus status_ = LocalStatus::kOk;
};

/// The allowed orders of checkpoints, as data. Checkpoints are numbered from 0.
class CheckpointGraph {
 public:
  static constexpr std::size_t kMaxCheckpoints = 64;

  /// Refuses: no or too many checkpoints, repeated names, unknown successors, no initial or final checkpoint, a final
  /// one with successors,
  /// checkpoints that no run reaches, and checkpoints from which no run can end (an endless cycle).
  static Result<CheckpointGraph> create(const std::vector<CheckpointConfig>& checkpoints);

  [[nodiscard]] std::size_t size() const { return successors_.size(); }
  [[nodiscard]] bool is_initial(std::uint32_t checkpoint) const { return has(initial_, checkpoint); }
  [[nodiscard]] bool is_final(std::uint32_t checkpoint) const { return has(final_, checkpoint); }
  [[nodiscard]] bool is_edge(std::uint32_t from, std::uint32_t to) const { return has(successors_[from], to); }

 private:
  static bool has(std::uint64_t set, std::uint32_t checkpoint) { return (set >> checkpoint & 1U) != 0; }

  std::vector<std::uint64_t> successors_;  // bit mask per checkpoint
  std::uint64_t initial_ = 0;
  std::uint64_t final_ = 0;
};

/// Follows a graph; an illegal step expires at once. A run starts at an initial checkpoint and ends at a final one.
class LogicalSupervision {
 public:
  explicit LogicalSupervision(CheckpointGraph graph) : graph_(std::move(graph)) {}

  LocalStatus reach(std::uint32_t checkpoint);
  LocalStatus lose_data() { return status_ = LocalStatus::kExpired; }
  void reset() {
    previous_.reset();
    status_ = LocalStatus::kOk;
  }
  [[nodiscard]] LocalStatus status() const { return status_; }

 private:
  CheckpointGraph graph_;
  std::optional<std::uint32_t> previous_;  // set while a run is on
  LocalStatus status_ = LocalStatus::kOk;
};

/// The worst of the locals; EXPIRED is left for STOPPED only, after more than `tolerance` further expired cycles
/// (at once when the tolerance is 0). STOPPED is absorbing: the hardware watchdog is fed no more.
class GlobalSupervision {
 public:
  explicit GlobalSupervision(std::uint32_t expired_cycle_tolerance) : tolerance_(expired_cycle_tolerance) {}

  /// Ends a supervision cycle.
  GlobalStatus end_cycle(std::span<const LocalStatus> locals);
  [[nodiscard]] GlobalStatus status() const { return status_; }
  /// Index of the entity that expired first; none while there is none, or when the stored pair is damaged.
  [[nodiscard]] std::optional<std::uint32_t> first_expired() const;
  /// False when a bit of the stored pair has flipped.
  [[nodiscard]] bool is_intact() const { return first_expired_ == ~first_expired_inverse_; }

 private:
  friend struct GlobalSupervisionTamper;  // tests flip bits
  static constexpr std::uint32_t kNobody = 0xFFFFFFFFU;

  std::uint32_t tolerance_;
  std::uint32_t expired_cycles_ = 0;
  GlobalStatus status_ = GlobalStatus::kOk;
  std::uint32_t first_expired_ = kNobody;
  std::uint32_t first_expired_inverse_ = ~kNobody;
};

/// (m,k)-firm: at least m hits in every k consecutive activations. Starts as if all before had been hits.
class FirmWindow {
 public:
  static constexpr std::uint32_t kMaxWindow = 64;

  /// 1 ≤ m ≤ k ≤ 64.
  FirmWindow(std::uint32_t m, std::uint32_t k);

  /// True when the window still holds.
  bool add(bool is_hit);
  [[nodiscard]] bool holds() const { return hits() >= m_; }
  [[nodiscard]] std::uint32_t hits() const;

 private:
  std::uint32_t m_;
  std::uint64_t mask_;
  std::uint64_t history_;
};

}  // namespace ocelli::safety
