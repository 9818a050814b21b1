#include "ocelli/safety/monitor/chain.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace ocelli::safety {
namespace {

constexpr std::size_t kMinRing = 16;
constexpr std::size_t kMaxRing = 2 * ChainTracker::kMostUnderWay;

/// Room for twice the messages that can be under way within the budget.
std::size_t ring_size(Duration budget, Duration source_period) {
  const Duration period = source_period > Duration::zero() ? source_period : Duration(10ms);
  const auto under_way = static_cast<std::size_t>(std::max<std::int64_t>(budget / period, 0)) + 1;
  return std::clamp(std::bit_ceil(2 * std::min(under_way, kMaxRing)), kMinRing, kMaxRing);
}

Time stamp_of(const Observation& observation) {
  return observation.published_at != kNoTime ? observation.published_at : observation.observed_at;
}

void add(ChainOutcome& outcome, bool is_hit, Duration value, Time evidence_at) {
  const bool is_first_of_worse = !is_hit && outcome.misses == 0;
  if (is_first_of_worse || (is_hit == (outcome.misses == 0) && value >= outcome.worst)) {
    outcome.worst = value;
    outcome.evidence_at = evidence_at;
  }
  ++(is_hit ? outcome.hits : outcome.misses);
}

}  // namespace

ChainTracker::ChainTracker(const ChainConfig& config, Duration source_period, Duration observation_delay)
    : config_(config),
      from_(topic_id(config.from)),
      to_(topic_id(config.to)),
      stride_(1 + kHopParts * config.hops.size()),
      ring_(ring_size(config.reaction_budget + observation_delay, source_period)),
      stamps_(ring_.size() * stride_),
      window_(config.m, config.k),
      hops_(kHopParts * config.hops.size()) {
  TopicId in = from_;
  for (const HopConfig& hop : config_.hops) {
    hop_ids_.push_back({entity_id(hop.node), in, topic_id(hop.topic)});
    in = topic_id(hop.topic);
  }
}

void ChainTracker::observe(const Observation& observation) {
  const bool is_publish = observation.kind == ObservationKind::kPublish;
  const bool is_receive = observation.kind == ObservationKind::kReceive;
  if (observation.topic == from_ && (is_publish || is_receive)) start_message(observation);
  if (!hop_ids_.empty()) stamp_hops(observation);
  if (is_publish && observation.topic == to_) settle(observation);
}

void ChainTracker::start_message(const Observation& observation) {
  const Time at = stamp_of(observation);
  const Time sensed_at = observation.sensed_at != kNoTime ? observation.sensed_at : at;
  const bool is_publish = observation.kind == ObservationKind::kPublish;
  if (observation.writer != writer_ || (is_publish && observation.sequence <= newest_ && at > newest_at_)) {
    if (!is_publish) return;  // a late reader of the life before
    if (observation.writer == writer_) give_up(at);
    writer_ = observation.writer;
    writer_since_ = sensed_at;
    newest_at_ = kNoTime;
    count_ = 0;
    settled_.reset();
  }
  if (is_publish && (newest_at_ == kNoTime || at > newest_at_)) {
    newest_ = observation.sequence;
    newest_at_ = at;
  }
  const bool is_known = count_ > 0 && observation.sequence <= ring_[slot_at(count_ - 1)].sequence;
  if (is_known || (settled_ && observation.sequence <= *settled_)) return;
  if (count_ == ring_.size()) make_room(at);
  const std::size_t slot = slot_at(count_++);
  ring_[slot] = {observation.sequence, sensed_at, false};
  std::ranges::fill(stamps(slot), kNoTime);
  stamps(slot)[0] = at;
}

/// More messages than the source's period lets expect: one is given up. Not the oldest before it was counted late, so
/// that a chain without outputs is found all the same.
void ChainTracker::make_room(Time at) {
  const std::size_t second = slot_at(1);
  const bool keeps_oldest = !ring_[first_].is_counted_late;
  reaction_.record(at - ring_[keeps_oldest ? second : first_].sensed_at);  // at least so long
  if (keeps_oldest) {
    ring_[second] = ring_[first_];
    std::ranges::copy(stamps(first_), stamps(second).begin());
  }
  first_ = second;
  --count_;
  ++unanswered_;
}

/// The source's counter went back: no output can be told any more to be the answer to what is under way.
void ChainTracker::give_up(Time at) {
  for (std::size_t position = 0; position < count_; ++position) {
    const Pending& message = ring_[slot_at(position)];
    ++unanswered_;
    if (!message.is_counted_late) count_reaction(false, at - message.sensed_at, at);
  }
}

std::optional<std::uint64_t> ChainTracker::source_sequence(const Observation& observation) const {
  if (observation.newest.topic == from_) return observation.newest.sequence;
  if (observation.oldest.topic == from_) return observation.oldest.sequence;
  if (observation.topic == from_) return observation.sequence;
  return std::nullopt;
}

void ChainTracker::stamp_hops(const Observation& observation) {
  const auto sequence = source_sequence(observation);
  if (!sequence) return;
  for (std::size_t position = count_; position-- > 0;) {
    const std::size_t slot = slot_at(position);
    if (ring_[slot].sequence != *sequence) continue;
    std::span<Time> rest = stamps(slot).subspan(1);
    for (const HopIds& ids : hop_ids_) {
      const std::span<Time> stamp = rest.first(kHopParts);
      rest = rest.subspan(kHopParts);
      if (observation.entity != ids.node) continue;
      const auto note = [](Time& place, Time at) { place = place == kNoTime ? at : place; };
      if (observation.topic == ids.in && observation.kind == ObservationKind::kReceive)
        note(stamp[0], observation.observed_at);
      if (observation.topic == ids.in && observation.kind == ObservationKind::kActivation)
        note(stamp[1], observation.started_at);
      if (observation.topic == ids.out && observation.kind == ObservationKind::kPublish)
        note(stamp[2], stamp_of(observation));
    }
    return;
  }
}

/// Slot of the newest message that the last node had received when it published, within the span of the output's
/// lineage.
std::optional<std::size_t> ChainTracker::newest_received(const Observation& output) const {
  if (hop_ids_.empty() || !output.newest.is_set() || !output.oldest.is_set()) return std::nullopt;
  for (std::size_t position = count_; position-- > 0;) {
    const std::size_t slot = slot_at(position);
    const Time received_at = stamps(slot)[1 + (hop_ids_.size() - 1) * kHopParts];
    const Time sensed_at = ring_[slot].sensed_at;
    const bool is_received = received_at != kNoTime && received_at <= stamp_of(output);
    if (is_received && sensed_at >= output.oldest.sensed_at && sensed_at <= output.newest.sensed_at) return slot;
  }
  return std::nullopt;
}

void ChainTracker::settle(const Observation& output) {
  const Time output_at = stamp_of(output);
  const LineageEnd* oldest = output.oldest.topic == from_ ? &output.oldest : nullptr;
  const LineageEnd* newest = output.newest.topic == from_ ? &output.newest : nullptr;
  if (oldest == nullptr) oldest = newest;
  if (newest == nullptr) newest = oldest;
  if (oldest != nullptr) judge_age(output_at - oldest->sensed_at, output_at);
  const bool is_hidden = output.newest.topic != from_;  // something newer of ours may have gone into it
  const std::optional<std::size_t> inferred = is_hidden ? newest_received(output) : std::nullopt;
  if (inferred) {
    const Pending message = ring_[*inferred];
    if (oldest == nullptr) judge_age(output_at - message.sensed_at, output_at);
    settle_until(message.sequence, output_at);
    return;
  }
  if (newest != nullptr) {
    const bool is_this_life = newest->sensed_at >= writer_since_;
    if (is_this_life && !settle_until(newest->sequence, output_at)) answer_unseen(*newest, output_at);
    return;
  }
  ++unresolved_;
  if (hop_ids_.empty()) count_ = 0;  // whether they went into it cannot be known
}

/// Answers all messages up to that one. False: an observation of it is still to come.
bool ChainTracker::settle_until(std::uint64_t sequence, Time output_at) {
  if (settled_ && sequence <= *settled_) return true;
  bool is_seen = false;
  for (; count_ > 0 && ring_[first_].sequence <= sequence; --count_, first_ = slot_at(1)) {
    const bool is_exact = ring_[first_].sequence == sequence;
    if (is_exact || has_output_) answer(first_, output_at, is_exact);  // what came before the start-up is not judged
    is_seen = is_seen || is_exact;
  }
  settled_ = sequence;
  has_output_ = true;
  return is_seen;
}

void ChainTracker::answer(std::size_t slot, Time output_at, bool is_exact) {
  const Pending& message = ring_[slot];
  reaction_.record(output_at - message.sensed_at);
  if (is_exact) record_hops(slot);
  if (!message.is_counted_late) judge_reaction(message.sensed_at, output_at);
}

/// The output was observed before its source message: possible between processes.
void ChainTracker::answer_unseen(const LineageEnd& source, Time output_at) {
  reaction_.record(output_at - source.sensed_at);
  judge_reaction(source.sensed_at, output_at);
}

void ChainTracker::judge_reaction(Time sensed_at, Time answered_at) {
  const Duration took = answered_at - sensed_at;
  const bool is_hit = took <= config_.reaction_budget;
  count_reaction(is_hit, took, is_hit ? answered_at : sensed_at + config_.reaction_budget);
}

void ChainTracker::count_reaction(bool is_hit, Duration took, Time evidence_at) {
  if (!is_hit) ++late_;
  window_.add(is_hit);
  add(reaction_outcome_, is_hit, took, evidence_at);
}

void ChainTracker::judge_age(Duration age, Time output_at) {
  age_.record(age);
  if (config_.age_budget > Duration::zero()) add(age_outcome_, age <= config_.age_budget, age, output_at);
}

void ChainTracker::record_hops(std::size_t slot) {
  const std::span<const Time> stamp = std::as_const(*this).stamps(slot);
  acquisition_.record(stamp[0] - ring_[slot].sensed_at);
  for (std::size_t i = 1; i < stamp.size(); ++i)
    if (stamp[i] != kNoTime && stamp[i - 1] != kNoTime) hops_[i - 1].record(stamp[i] - stamp[i - 1]);
}

void ChainTracker::tick(Time settled, bool starts_now) {
  if (!has_output_ && !starts_now) return;
  for (std::size_t position = 0; position < count_; ++position) {
    Pending& message = ring_[slot_at(position)];
    if (settled <= message.sensed_at + config_.reaction_budget) break;  // later ones were sensed later
    if (!std::exchange(message.is_counted_late, true)) judge_reaction(message.sensed_at, settled);
  }
}

ChainStatistics statistics_of(const ChainTracker& tracker, double confidence) {
  const auto of = [&](const LatencyHistogram& histogram, double p) {
    return quantile_with_bound(histogram, p, confidence);
  };
  const LatencyHistogram& reaction = tracker.reaction();
  const LatencyHistogram& age = tracker.age();
  return {&tracker.config(),
          of(reaction, 0.5),
          of(reaction, 0.99),
          of(reaction, 0.999),
          reaction.max(),
          reaction.max() - reaction.min(),
          of(age, 0.5),
          of(age, 0.99),
          of(age, 0.999),
          age.max(),
          reaction.count(),
          tracker.late(),
          tracker.unanswered(),
          tracker.unresolved(),
          !tracker.window().holds()};
}

}  // namespace ocelli::safety
