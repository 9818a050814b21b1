#pragma once
// A launch file: which sources and nodes run in which process, how their ports are bound, what is supervised and
// recorded. Loading finds all mistakes at once, before anything starts.

#include <yaml-cpp/yaml.h>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/launch/node_table.hpp"
#include "ocelli/middleware/bus/ring_size.hpp"
#include "ocelli/middleware/config/source_row.hpp"
#include "ocelli/middleware/node/shell.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::launch {

struct SourceEntry {
  std::string source;  // row of the driver or recording table
  std::string name;    // of the instance; default: the row's name
  std::string process = "sensors";
  YAML::Node config;
  std::string place;  // "file:line:column" for messages
};

/// Of a process: real-time priority where permitted. `background`: behind all others, for what takes a core for long.
enum class Scheduling { kRealtime, kBackground };
constexpr auto enum_names(Scheduling) {
  return std::to_array<std::pair<std::string_view, Scheduling>>(
      {{"realtime", Scheduling::kRealtime}, {"background", Scheduling::kBackground}});
}

struct NodeEntry {
  std::string node;      // row of the node table
  std::string name;      // of the instance; default: the row's name
  std::string process;   // default: the instance's name
  Duration exec_time{};  // declared worst case; default: the row's
  Scheduling scheduling{};
  node::Binding binding;
  YAML::Node config;
  std::string place;
};

/// A budget for the way from a sensor topic to an output topic.
struct ChainEntry {
  std::string name;
  std::string from;
  std::string to;
  Duration reaction_budget{};
  Duration age_budget{};
  int m = 9;  // at least m of every k activations in time
  int k = 10;
  std::string place{};  // "file:line:column" for messages
  static constexpr auto fields() {
    return std::tuple{
        required(field("name", &ChainEntry::name, "how reports call it")),
        required(field("from", &ChainEntry::from, "topic where the data enters")),
        required(field("to", &ChainEntry::to, "topic where the result leaves")),
        required(field("reaction_budget", &ChainEntry::reaction_budget, "s", 1e-6, 60.0,
                       "from sensing to the first output made from it")),
        required(field("age_budget", &ChainEntry::age_budget, "s", 1e-6, 60.0, "age of the oldest data in an output")),
        field("m", &ChainEntry::m, "", 1, 64, "outputs in time of every k"),
        field("k", &ChainEntry::k, "", 1, 64, "window of the (m,k) rule")};
  }
};

/// What a launch file changes of table 1 for one topic instance.
struct TopicEntry {
  std::string name;
  std::optional<double> rate_hz;
  std::optional<Duration> latency_budget;
  std::optional<bool> is_recorded;
  std::optional<std::uint32_t> ring_slots;
  std::optional<std::uint64_t> ring_message_bytes;
  std::string place{};
  static constexpr auto fields() {
    return std::tuple{required(field("name", &TopicEntry::name, "topic instance")),
                      field("rate_hz", &TopicEntry::rate_hz, "Hz", 0.0, 10000.0, "0: on change"),
                      field("latency_budget", &TopicEntry::latency_budget, "s", 1e-6, 60.0, "published to received"),
                      field("record", &TopicEntry::is_recorded, "whether the recorder takes it"),
                      field("ring_slots", &TopicEntry::ring_slots, "", kLeastSlots, kMostSlots,
                            "messages in shared memory: rate times the longest stall of a reader"),
                      field("ring_message_bytes", &TopicEntry::ring_message_bytes, "B", kLeastCapacity, kMostCapacity,
                            "largest message in shared memory; longer ones go over the network lane")};
  }
};

struct LaunchFile {
  std::string file;              // as named on the command line, for messages
  std::filesystem::path folder;  // where relative paths start
  std::string text;              // as it was written
  std::string name;
  std::vector<SourceEntry> sources;
  std::vector<NodeEntry> nodes;
  std::vector<ChainEntry> chains;
  std::vector<TopicEntry> overrides;  // section `topics`
  YAML::Node monitor;                 // read by monitor_config.hpp

  static Result<LaunchFile> load(const std::filesystem::path& path);
  static Result<LaunchFile> parse(const std::string& text, const std::string& name,
                                  const std::filesystem::path& folder);

  /// Every topic instance of the launch file with its kind, once the sources are known.
  [[nodiscard]] Result<std::map<std::string, const topics::TopicKind*>> topics(
      const std::vector<SourceTopic>& source_topics) const;

  /// The row of table 1 with this launch file's overrides.
  [[nodiscard]] topics::TopicKind settings_of(const std::string& topic, const topics::TopicKind& kind) const;

  /// What this launch file says about the topic's ring in shared memory.
  [[nodiscard]] RingSize ring_size_of(const std::string& topic) const;

  [[nodiscard]] std::vector<std::string> processes() const;
  /// Of all its nodes; a process of sources is real-time.
  [[nodiscard]] Scheduling scheduling_of(const std::string& process) const;
};

/// Rows of both source tables.
[[nodiscard]] std::vector<const SourceRow*> source_table();
[[nodiscard]] const SourceRow* find_source(std::string_view name);
[[nodiscard]] Result<OpenedSource> open_source(const SourceEntry& entry, const SourceContext& context);

/// What the nodes have chosen to work with on this machine ("camera_objects: model 'pedestrians' on 'hog' (…)"). Error:
/// one of them has nothing to work with.
[[nodiscard]] Result<std::vector<std::string>> choices_of(const LaunchFile& launch);

/// The shell of a node entry, its node configured.
[[nodiscard]] Result<std::unique_ptr<node::NodeShell>> make_shell(const NodeEntry& entry, const std::string& file);

}  // namespace ocelli::launch
