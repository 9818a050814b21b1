#pragma once
// Reaction time and data age of one cause-effect chain, from the lineage in observations (reference/safety.md §4).
//   reaction: a source message's sensed_at → published_at of the first output that it (or a later one) went into.
//             A source message that no output answers in time is a miss when its budget is over, not when it ends;
//             one that no output ever answers counts with the time for which it was awaited.
//   age:      published_at of an output − sensed_at of the oldest source message of the chain in it.
// A lineage names only the oldest and the newest source of a message. Where fan-in hides this chain's source between
// them, the hops tell: an output is affected by what its node had received before. Without hops such an output counts
// as unresolved and is no sample. Must not know payloads, faults, or the clock.

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ocelli/middleware/core/observation.hpp"
#include "ocelli/safety/monitor/config.hpp"
#include "ocelli/safety/monitor/histogram.hpp"
#include "ocelli/safety/monitor/quantile_bound.hpp"
#include "ocelli/safety/monitor/supervision.hpp"

namespace ocelli::safety {

/// Where the time of a hop goes; sums over a chain give the reaction time of a message.
enum class HopPart : std::uint8_t {
  kTransport,  // published → received by the hop's node
  kQueue,      // received → its step began
  kCompute,    // step began → output published
};
inline constexpr std::size_t kHopParts = 3;

/// What a tracker concluded since it was last asked; for the chain detectors.
struct ChainOutcome {
  std::uint32_t hits = 0;
  std::uint32_t misses = 0;
  Duration worst{};    // of the misses, else of the hits
  Time evidence_at{};  // of the worst
};

class ChainTracker {
 public:
  /// So many source messages may be on their way within reaction budget and observation delay.
  static constexpr std::size_t kMostUnderWay = 2048;

  /// `source_period` sizes the memory for messages under way (0: as for 10 ms).
  ChainTracker(const ChainConfig& config, Duration source_period, Duration observation_delay);

  void observe(const Observation& observation);
  /// Finds source messages whose budget is over at `settled`: what was stamped until then has been observed.
  /// `starts_now`: count misses even though no output was ever seen.
  void tick(Time settled, bool starts_now);

  [[nodiscard]] ChainOutcome take_reaction() { return std::exchange(reaction_outcome_, {}); }
  [[nodiscard]] ChainOutcome take_age() { return std::exchange(age_outcome_, {}); }

  [[nodiscard]] const ChainConfig& config() const { return config_; }
  [[nodiscard]] const FirmWindow& window() const { return window_; }
  [[nodiscard]] const LatencyHistogram& reaction() const { return reaction_; }
  [[nodiscard]] const LatencyHistogram& age() const { return age_; }
  /// sensed_at → published_at at the source.
  [[nodiscard]] const LatencyHistogram& acquisition() const { return acquisition_; }
  [[nodiscard]] const LatencyHistogram& hop(std::size_t index, HopPart part) const {
    return hops_[index * kHopParts + static_cast<std::size_t>(part)];
  }
  [[nodiscard]] std::size_t hop_count() const { return config_.hops.size(); }
  [[nodiscard]] std::uint64_t late() const { return late_; }              // over the reaction budget
  [[nodiscard]] std::uint64_t unanswered() const { return unanswered_; }  // no output ever showed them
  [[nodiscard]] std::uint64_t unresolved() const { return unresolved_; }  // outputs whose lineage hid the source

 private:
  struct Pending {
    std::uint64_t sequence = 0;
    Time sensed_at{};
    bool is_counted_late = false;
  };
  struct HopIds {
    EntityId node{};
    TopicId in{};
    TopicId out{};
  };

  void start_message(const Observation& observation);
  void stamp_hops(const Observation& observation);
  void settle(const Observation& output);
  bool settle_until(std::uint64_t sequence, Time output_at);
  void answer(std::size_t slot, Time output_at, bool is_exact);
  void answer_unseen(const LineageEnd& source, Time output_at);
  void judge_reaction(Time sensed_at, Time answered_at);
  void count_reaction(bool is_hit, Duration took, Time evidence_at);
  void make_room(Time at);
  void give_up(Time at);
  void judge_age(Duration age, Time output_at);
  void record_hops(std::size_t slot);
  [[nodiscard]] std::optional<std::uint64_t> source_sequence(const Observation& observation) const;
  [[nodiscard]] std::optional<std::size_t> newest_received(const Observation& output) const;
  [[nodiscard]] std::size_t slot_at(std::size_t position) const { return (first_ + position) & (ring_.size() - 1); }
  [[nodiscard]] std::span<Time> stamps(std::size_t slot) { return {&stamps_[slot * stride_], stride_}; }
  [[nodiscard]] std::span<const Time> stamps(std::size_t slot) const { return {&stamps_[slot * stride_], stride_}; }

  ChainConfig config_;
  TopicId from_;
  TopicId to_;
  std::vector<HopIds> hop_ids_;
  std::size_t stride_;         // stamps per message: published, then received, begun, published of every hop
  std::vector<Pending> ring_;  // power of two, ascending sequence
  std::vector<Time> stamps_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint32_t writer_ = 0;  // the life of the source whose sequence numbers count
  Time writer_since_{};       // its first sensed_at; lineage from before belongs to an earlier life
  std::uint64_t newest_ = 0;  // sequence that it published last
  Time newest_at_ = kNoTime;
  bool has_output_ = false;
  std::optional<std::uint64_t> settled_;  // newest source sequence that an output has shown
  FirmWindow window_;
  ChainOutcome reaction_outcome_;
  ChainOutcome age_outcome_;
  LatencyHistogram reaction_;
  LatencyHistogram age_;
  LatencyHistogram acquisition_;
  std::vector<LatencyHistogram> hops_;
  std::uint64_t late_ = 0;
  std::uint64_t unanswered_ = 0;
  std::uint64_t unresolved_ = 0;
};

/// Numbers for people and for the SafetyState topic.
struct ChainStatistics {
  const ChainConfig* config = nullptr;
  Quantile reaction_p50;
  Quantile reaction_p99;
  Quantile reaction_p999;
  Duration reaction_max{};
  Duration reaction_jitter{};  // largest − smallest
  Quantile age_p50;
  Quantile age_p99;
  Quantile age_p999;
  Duration age_max{};
  std::uint64_t samples = 0;
  std::uint64_t late = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t unresolved = 0;
  bool is_violated = false;  // the (m,k) window does not hold
};
[[nodiscard]] ChainStatistics statistics_of(const ChainTracker& tracker, double confidence = 0.95);

}  // namespace ocelli::safety
