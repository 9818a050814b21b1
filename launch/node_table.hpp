#pragma once
// TABLE 4 as seen by the rest of launch: what nodes exist and how to make one from its part of a launch file.

#include <yaml-cpp/yaml.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ocelli/middleware/config/yaml.hpp"
#include "ocelli/middleware/node/any_node.hpp"

namespace ocelli::launch {

struct NodeRow {
  std::string_view name;
  std::string_view meaning;
  Duration exec_time;  // declared worst case: when its output takes effect in logical time
  int priority;        // order among events of one logical time, lower first
  bool infers;         // runs a network on an accelerator
  Result<std::unique_ptr<node::AnyNode>> (*make)(const YAML::Node& config, const std::string& file);
};

[[nodiscard]] std::span<const NodeRow> node_table();
[[nodiscard]] const NodeRow* find_node(std::string_view name);

/// The row of a node type; its name is the node's own.
template <class N>
constexpr NodeRow node_row(std::string_view meaning, Duration exec_time, int priority) {
  constexpr bool kInfers = requires(typename N::Config config) { config.accelerator; };
  return {N::kName,
          meaning,
          exec_time,
          priority,
          kInfers,
          [](const YAML::Node& yaml, const std::string& file) -> Result<std::unique_ptr<node::AnyNode>> {
            typename N::Config config;
            if (yaml.IsDefined() && !yaml.IsNull()) {
              ConfigReader reader(file);
              reader.read(yaml, config);
              OCELLI_TRY(reader.status());
            }
            return node::erase(N(config));
          }};
}

}  // namespace ocelli::launch
