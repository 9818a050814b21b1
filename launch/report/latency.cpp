#include "ocelli/launch/report/latency.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace ocelli::report {
namespace {

/// An input of a chain without a budget counts as unanswered after this time.
constexpr Duration kPatience = 1s;

/// Acquisition of the oldest and of the newest input from `topic` that an output was made from.
struct Ends {
  Time oldest;
  Time newest;
};

std::optional<Ends> ends_of(const MessageRecord& output, TopicId topic) {
  const bool has_oldest = output.oldest.topic == topic, has_newest = output.newest.topic == topic;
  if (!has_oldest && !has_newest) return std::nullopt;
  return Ends{has_oldest ? output.oldest.sensed_at : output.newest.sensed_at,
              has_newest ? output.newest.sensed_at : output.oldest.sensed_at};
}

std::vector<Duration> latencies_of(const std::vector<LatencySample>& samples) {
  std::vector<Duration> out;
  out.reserve(samples.size());
  for (const LatencySample& sample : samples) out.push_back(sample.latency);
  return out;
}

std::size_t count_over(const std::vector<LatencySample>& samples, Duration budget) {
  if (budget <= Duration::zero()) return 0;
  return static_cast<std::size_t>(
      std::count_if(samples.begin(), samples.end(), [&](const LatencySample& s) { return s.latency > budget; }));
}

std::vector<MessageRecord> sorted_by(std::vector<MessageRecord> messages, Time MessageRecord::*key) {
  std::stable_sort(messages.begin(), messages.end(),
                   [&](const MessageRecord& a, const MessageRecord& b) { return a.*key < b.*key; });
  return messages;
}

Duration patience_of(const ChainInfo& chain) {
  return chain.reaction_budget > Duration::zero() ? chain.reaction_budget : kPatience;
}

/// Walks outputs in the order of publication; each answers all inputs up to the newest one in it. Returns the inputs
/// that got no answer in time; what came too late for one is none of them.
std::vector<Time> answer_inputs(const std::vector<MessageRecord>& inputs, const std::vector<MessageRecord>& outputs,
                                Time end, ChainLatency& chain) {
  const TopicId from = topic_id(chain.info.from);
  auto next = inputs.end();
  for (const MessageRecord& output : outputs) {
    const auto ends = ends_of(output, from);
    if (!ends) {
      ++chain.unrelated;
      continue;
    }
    chain.ages.push_back({output.published_at, output.published_at - ends->oldest});
    if (chain.ages.size() == 1)  // the first output: earlier inputs met a chain that was not yet up
      next = std::lower_bound(inputs.begin(), inputs.end(), ends->newest,
                              [](const MessageRecord& m, Time t) { return m.sensed_at < t; });
    for (; next != inputs.end() && next->sensed_at <= ends->newest; ++next)
      chain.reactions.push_back({next->sensed_at, output.published_at - next->sensed_at});
  }
  std::vector<Time> unanswered;
  if (chain.ages.empty() || inputs.empty()) return unanswered;
  // What answers may need another sensor, and that ends as well.
  const Duration patience = patience_of(chain.info);
  const Time last = std::min(end, inputs.back().sensed_at + patience);
  for (; next != inputs.end(); ++next)
    if (last - next->sensed_at > patience) unanswered.push_back(next->sensed_at);
  return unanswered;
}

const std::string* name_by_id(const std::map<std::uint32_t, std::string>& names, std::uint32_t id) {
  const auto at = names.find(id);
  return at == names.end() ? nullptr : &at->second;
}

/// Message headers of a topic: as recorded, or as the observations of their publication tell when those are more, for a
/// recording leaves out pictures and clouds.
std::vector<MessageRecord> messages_of(const RunData& run, const std::string& topic) {
  std::vector<MessageRecord> out;
  for (const Observation& o : run.observations)
    if (o.kind == ObservationKind::kPublish && o.topic == topic_id(topic))
      out.push_back({o.writer, o.sequence, o.sensed_at, o.published_at, o.oldest, o.newest});
  const TopicRecord* record = run.find_topic(topic);
  return record != nullptr && record->messages.size() >= out.size() ? record->messages : out;
}

/// What a node that gathers took in: a step on data of the chain's first topic, with the oldest and newest of them.
struct Taken {
  Time started_at;
  LineageEnd oldest;
  LineageEnd newest;
};

std::vector<Taken> taken_by(const RunData& run, const ChainInfo& chain) {
  std::optional<EntityId> node;
  for (const Observation& o : run.observations)
    if (o.kind == ObservationKind::kPublish && o.topic == topic_id(chain.to)) node = o.entity;
  // The lineage of a step may hide the source between others; that of the message which started it names it.
  using Key = std::tuple<TopicId, std::uint32_t, std::uint64_t>;
  const auto key_of = [](const Observation& o) { return Key{o.topic, o.writer, o.sequence}; };
  std::map<Key, std::pair<LineageEnd, LineageEnd>> received;
  std::vector<Taken> taken;
  for (const Observation& o : run.observations)
    if (o.kind == ObservationKind::kReceive && o.entity == node) received[key_of(o)] = {o.oldest, o.newest};
  for (const Observation& o : run.observations) {
    if (o.kind != ObservationKind::kActivation || o.entity != node || o.status > ObservationStatus::kDegraded) continue;
    const auto trigger = received.find(key_of(o));
    const auto& [first, last] = trigger != received.end() ? trigger->second : std::pair(o.oldest, o.newest);
    const TopicId from = topic_id(chain.from);
    const LineageEnd* oldest = first.topic == from ? &first : last.topic == from ? &last : nullptr;
    const LineageEnd* newest = last.topic == from ? &last : oldest;
    if (oldest != nullptr) taken.push_back({o.started_at, *oldest, *newest});
  }
  std::ranges::stable_sort(taken, {}, &Taken::started_at);
  return taken;
}

/// A header names the oldest and the newest source only. Of several sensors in one output the steps of its node tell:
/// it was made from all they had taken in since the output before.
void reveal_sources(const RunData& run, const ChainInfo& chain, std::vector<MessageRecord>& outputs) {
  const std::vector<Taken> taken = taken_by(run, chain);
  std::ranges::stable_sort(outputs, {}, &MessageRecord::published_at);
  auto next = taken.begin();
  for (MessageRecord& output : outputs) {
    const auto first = next;
    while (next != taken.end() && next->started_at <= output.published_at) ++next;
    if (first == next) continue;
    const auto by_time = [](const LineageEnd& a, const LineageEnd& b) { return a.sensed_at < b.sensed_at; };
    output.oldest = std::ranges::min_element(first, next, by_time, &Taken::oldest)->oldest;
    output.newest = std::ranges::max_element(first, next, by_time, &Taken::newest)->newest;
  }
}

std::uint64_t missing_in(const std::vector<MessageRecord>& messages) {
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> spans;  // writer → lowest, highest
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const MessageRecord& m : messages) {
    auto [at, is_new] = spans.try_emplace(m.writer, m.sequence, m.sequence);
    at->second.first = std::min(at->second.first, m.sequence);
    at->second.second = std::max(at->second.second, m.sequence);
    ++counts[m.writer];
  }
  std::uint64_t missing = 0;
  for (const auto& [writer, span] : spans) {
    const std::uint64_t expected = span.second - span.first + 1;
    if (expected > counts[writer]) missing += expected - counts[writer];
  }
  return missing;
}

}  // namespace

ChainLatency chain_latency(const ChainInfo& info, const std::vector<MessageRecord>& inputs,
                           const std::vector<MessageRecord>& outputs, Time end, const IsDisturbed& is_disturbed) {
  ChainLatency chain;
  chain.info = info;
  chain.inputs = inputs.size();
  chain.outputs = outputs.size();
  const std::vector<Time> unanswered = answer_inputs(sorted_by(inputs, &MessageRecord::sensed_at),
                                                     sorted_by(outputs, &MessageRecord::published_at), end, chain);
  chain.unanswered = unanswered.size();
  if (inputs.empty())
    chain.absent = fmt::format("no message of '{}' was recorded or observed", info.from);
  else if (outputs.empty())
    chain.absent = fmt::format("no message of '{}' was recorded or observed", info.to);
  else if (chain.ages.empty())
    chain.absent = fmt::format("no message of '{}' names '{}' in its lineage", info.to, info.from);
  chain.reaction = distribution_of(latencies_of(chain.reactions));
  std::vector<LatencySample> quiet = chain.reactions;
  const auto is_within = [&](Time at, Duration latency) { return is_disturbed(at) || is_disturbed(at + latency); };
  std::erase_if(quiet, [&](const LatencySample& s) { return is_within(s.at, s.latency); });
  chain.reaction_quiet = distribution_of(latencies_of(quiet));
  chain.late_quiet = count_over(quiet, info.reaction_budget) +
                     static_cast<std::size_t>(
                         std::ranges::count_if(unanswered, [&](Time at) { return !is_within(at, patience_of(info)); }));
  chain.age = distribution_of(latencies_of(chain.ages));
  chain.late = count_over(chain.reactions, info.reaction_budget) + chain.unanswered;
  chain.old = count_over(chain.ages, info.age_budget);
  return chain;
}

std::vector<ChainLatency> chain_latencies(const RunData& run, const IsDisturbed& is_disturbed) {
  std::vector<ChainLatency> chains;
  for (const ChainInfo& info : run.info.chains) {
    std::vector<MessageRecord> outputs = messages_of(run, info.to);
    reveal_sources(run, info, outputs);
    chains.push_back(chain_latency(info, messages_of(run, info.from), outputs, run.end, is_disturbed));
  }
  return chains;
}

std::vector<TopicSummary> topic_summaries(const RunData& run) {
  std::map<TopicId, std::pair<std::uint64_t, std::vector<Duration>>> received;  // lost, transport times
  for (const Observation& o : run.observations) {
    if (o.kind != ObservationKind::kReceive) continue;
    auto& [lost, transport] = received[o.topic];
    lost += o.lost;
    if (o.published_at != kNoTime) transport.push_back(o.observed_at - o.published_at);
  }
  std::vector<TopicSummary> out;
  for (const TopicRecord& topic : run.topics) {
    TopicSummary row{topic.name,
                     topic.kind,
                     topic.rate_hz,
                     topic.messages.size(),
                     0.0,
                     topic.bytes,
                     missing_in(topic.messages),
                     0,
                     false,
                     topic.transport_budget,
                     {}};
    if (topic.messages.size() > 1) {
      const double span_s = to_seconds(topic.messages.back().published_at - topic.messages.front().published_at);
      if (span_s > 0.0) row.rate_hz = static_cast<double>(topic.messages.size() - 1) / span_s;
    }
    if (const auto at = received.find(topic_id(topic.name)); at != received.end()) {
      row.is_observed = true;
      row.lost = at->second.first;
      row.transport = distribution_of(at->second.second);
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<NodeSummary> node_summaries(const RunData& run) {
  std::map<std::uint32_t, std::string> names;
  for (const std::string& name : run.info.nodes) names.emplace(fnv1a32(name), name);
  std::map<std::string, std::pair<NodeSummary, std::vector<Duration>>> rows;
  for (const Observation& o : run.observations) {
    if (o.kind != ObservationKind::kActivation) continue;
    const auto id = static_cast<std::uint32_t>(o.entity);
    const std::string* known = name_by_id(names, id);
    auto& [row, steps] = rows[known != nullptr ? *known : fmt::format("#{:08x}", id)];
    ++row.activations;
    row.degraded += o.status == ObservationStatus::kDegraded;
    row.failed += o.status != ObservationStatus::kDegraded && o.status != ObservationStatus::kOk &&
                  o.status != ObservationStatus::kSkipped;
    if (o.started_at != kNoTime) steps.push_back(o.observed_at - o.started_at);
  }
  std::vector<NodeSummary> out;
  for (auto& [name, entry] : rows) {
    entry.first.name = name;
    entry.first.step = distribution_of(std::move(entry.second));
    out.push_back(std::move(entry.first));
  }
  return out;
}

}  // namespace ocelli::report
