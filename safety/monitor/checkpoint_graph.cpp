#include <algorithm>

#include "ocelli/safety/monitor/supervision.hpp"

namespace ocelli::safety {
namespace {

/// Everything that `start` leads to along `edges`, itself included.
std::uint64_t closure(std::uint64_t start, const std::vector<std::uint64_t>& edges) {
  std::uint64_t reached = start;
  for (std::uint64_t before = 0; before != reached;) {
    before = reached;
    for (std::size_t i = 0; i < edges.size(); ++i)
      if ((reached >> i & 1U) != 0) reached |= edges[i];
  }
  return reached;
}

std::vector<std::uint64_t> reversed(const std::vector<std::uint64_t>& edges) {
  std::vector<std::uint64_t> result(edges.size(), 0);
  for (std::size_t from = 0; from < edges.size(); ++from)
    for (std::size_t to = 0; to < edges.size(); ++to)
      if ((edges[from] >> to & 1U) != 0) result[to] |= std::uint64_t{1} << from;
  return result;
}

}  // namespace

Result<CheckpointGraph> CheckpointGraph::create(const std::vector<CheckpointConfig>& checkpoints) {
  if (checkpoints.empty() || checkpoints.size() > kMaxCheckpoints)
    return error(ErrorCode::kInvalidArgument, "checkpoints: {} of them, expected 1 to {}", checkpoints.size(),
                 kMaxCheckpoints);
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(checkpoints, name, &CheckpointConfig::name) -
                                    checkpoints.begin());
  };
  CheckpointGraph graph;
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    const CheckpointConfig& checkpoint = checkpoints[i];
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (checkpoint.name.empty() || index_of(checkpoint.name) != i)
      return error(ErrorCode::kInvalidArgument, "checkpoints: name '{}' is empty or there twice", checkpoint.name);
    std::uint64_t& successors = graph.successors_.emplace_back(0);
    for (const std::string& next : checkpoint.next) {
      const std::size_t to = index_of(next);
      if (to == checkpoints.size())
        return error(ErrorCode::kNotFound, "checkpoint '{}': next: no checkpoint '{}'", checkpoint.name, next);
      successors |= std::uint64_t{1} << to;
    }
    if (checkpoint.is_final && successors != 0)
      return error(ErrorCode::kInvalidArgument,
                   "checkpoint '{}': next: a run ends at a final checkpoint, nothing follows", checkpoint.name);
    if (checkpoint.is_initial) graph.initial_ |= bit;
    if (checkpoint.is_final) graph.final_ |= bit;
  }
  if (graph.initial_ == 0) return error(ErrorCode::kInvalidArgument, "checkpoints: none is_initial");
  if (graph.final_ == 0) return error(ErrorCode::kInvalidArgument, "checkpoints: none is_final");
  const std::uint64_t reached = closure(graph.initial_, graph.successors_);
  const std::uint64_t ending = closure(graph.final_, reversed(graph.successors_));
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    if ((reached >> i & 1U) == 0)
      return error(ErrorCode::kInvalidArgument, "checkpoint '{}': no initial checkpoint leads there",
                   checkpoints[i].name);
    if ((ending >> i & 1U) == 0)
      return error(ErrorCode::kInvalidArgument, "checkpoint '{}': endless cycle, no final checkpoint can follow",
                   checkpoints[i].name);
  }
  return graph;
}

}  // namespace ocelli::safety
