#pragma once
// Reaction time and data age of chains, transport times of topics, step times of nodes: all from message headers and
// observations.
//
// Reaction time: from the acquisition of an input of the chain's first topic to the publication of the first output
// that was made from it or from a later one. An input that was skipped is answered by the output that used its
// successor. Data age: publication of an output minus acquisition of the oldest input in it.
// Must not know: how it is drawn.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ocelli/launch/report/run_data.hpp"
#include "ocelli/launch/report/statistics.hpp"

namespace ocelli::report {

struct LatencySample {
  Time at;  // acquisition of the input, publication of the output
  Duration latency{};
};

struct ChainLatency {
  ChainInfo info;
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t unrelated = 0;    // outputs whose lineage does not name the first topic
  std::size_t unanswered = 0;   // inputs without an output although the budget was over before the run ended
  std::size_t late = 0;         // reactions over budget, unanswered ones included
  std::size_t old = 0;          // outputs over the age budget
  Distribution reaction;        // of the whole run
  Distribution reaction_quiet;  // taken in and answered outside injections and their settle time
  Distribution age;
  std::size_t late_quiet = 0;            // the same outside injections
  std::vector<LatencySample> reactions;  // inputs before the first answered one are start-up and left out
  std::vector<LatencySample> ages;
  std::string absent;  // why there is nothing to show; "" when there is

  [[nodiscard]] bool is_within_budget() const { return absent.empty() && late == 0 && old == 0; }
};

/// Says which times do not count for what is measured undisturbed.
using IsDisturbed = std::function<bool(Time)>;

[[nodiscard]] ChainLatency chain_latency(const ChainInfo& info, const std::vector<MessageRecord>& inputs,
                                         const std::vector<MessageRecord>& outputs, Time end,
                                         const IsDisturbed& is_disturbed);

/// All chains of the run. Messages that were not recorded are taken from the observations of their publication.
[[nodiscard]] std::vector<ChainLatency> chain_latencies(const RunData& run, const IsDisturbed& is_disturbed);

struct TopicSummary {
  std::string name;
  std::string kind;
  double declared_rate_hz = 0.0;
  std::size_t count = 0;
  double rate_hz = 0.0;  // (count - 1) / (last - first), 0 with fewer than two messages
  std::uint64_t bytes = 0;
  std::uint64_t missing = 0;  // sequence numbers that are not in the recording
  std::uint64_t lost = 0;     // as the subscriptions counted
  bool is_observed = false;   // somebody received it: `lost` and `transport` mean something
  Duration transport_budget{};
  Distribution transport;  // published → received
};

[[nodiscard]] std::vector<TopicSummary> topic_summaries(const RunData& run);

struct NodeSummary {
  std::string name;  // "#1a2b3c4d" when the run did not name it
  std::size_t activations = 0;
  std::size_t failed = 0;  // failed, invalid or corrupt
  std::size_t degraded = 0;
  Distribution step;  // start → end of step
};

[[nodiscard]] std::vector<NodeSummary> node_summaries(const RunData& run);

}  // namespace ocelli::report
