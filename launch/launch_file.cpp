#include "ocelli/launch/launch_file.hpp"

#include <algorithm>
#include <set>

#include "ocelli/hal/drivers/drivers.hpp"
#include "ocelli/middleware/log/sources/sources.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::launch {
namespace {

void read_text(ConfigReader& reader, const YAML::Node& mapping, const char* key, std::string& out) {
  if (const YAML::Node value = mapping[key]) reader.read_value(value, key, out);
}

template <class Value>
void read_map(ConfigReader& reader, const YAML::Node& node, std::map<std::string, Value>& out) {
  if (!node) return;
  if (!node.IsMap()) return reader.mistake(node, "expected a mapping (port: value)");
  for (const auto& entry : node) reader.read_value(entry.second, entry.first.Scalar(), out[entry.first.Scalar()]);
}

template <class Rows>
std::string unknown(std::string_view what, const std::string& name, const Rows& rows) {
  std::vector<std::string> names;
  for (const auto* row : rows) names.emplace_back(row->name);
  return unknown_name(what, name, names);
}

void read_source(ConfigReader& reader, const YAML::Node& yaml, LaunchFile& launch) {
  reader.check_keys(yaml, {"source", "name", "process", "config"});
  if (!yaml.IsMap()) return;
  SourceEntry& entry = launch.sources.emplace_back();
  entry.place = reader.place_of(yaml);
  read_text(reader, yaml, "source", entry.source);
  entry.name = entry.source;
  read_text(reader, yaml, "name", entry.name);
  read_text(reader, yaml, "process", entry.process);
  if (const YAML::Node config = yaml["config"]) entry.config = config;
  if (entry.source.empty()) return reader.mistake(yaml, "'source' is missing: which driver or recording");
  if (find_source(entry.source) == nullptr)
    reader.mistake(yaml["source"], unknown("driver or recording", entry.source, source_table()));
}

void read_exec_time(ConfigReader& reader, const YAML::Node& yaml, NodeEntry& entry) {
  if (!yaml) return;
  reader.read_value(yaml, "exec_time", entry.exec_time);
  if (entry.exec_time <= Duration{}) reader.mistake(yaml, "exec_time: expected more than 0");
}

void read_node(ConfigReader& reader, const YAML::Node& yaml, LaunchFile& launch) {
  reader.check_keys(yaml,
                    {"node", "name", "process", "inputs", "outputs", "max_age", "exec_time", "scheduling", "config"});
  if (!yaml.IsMap()) return;
  NodeEntry& entry = launch.nodes.emplace_back();
  entry.place = reader.place_of(yaml);
  read_text(reader, yaml, "node", entry.node);
  entry.name = entry.node;
  read_text(reader, yaml, "name", entry.name);
  entry.process = entry.name;
  read_text(reader, yaml, "process", entry.process);
  read_map(reader, yaml["inputs"], entry.binding.inputs);
  read_map(reader, yaml["outputs"], entry.binding.outputs);
  read_map(reader, yaml["max_age"], entry.binding.max_age);
  if (const YAML::Node config = yaml["config"]) entry.config = config;
  if (entry.node.empty()) return reader.mistake(yaml, "'node' is missing: which node of `ocelli nodes`");
  if (find_node(entry.node) == nullptr) {
    std::vector<const NodeRow*> rows;
    for (const NodeRow& row : node_table()) rows.push_back(&row);
    return reader.mistake(yaml["node"], unknown("node", entry.node, rows));
  }
  entry.exec_time = find_node(entry.node)->exec_time;
  read_exec_time(reader, yaml["exec_time"], entry);
  if (const YAML::Node scheduling = yaml["scheduling"]) reader.read_value(scheduling, "scheduling", entry.scheduling);
  if (auto shell = make_shell(entry, launch.file); !shell) reader.add_mistake(shell.error().message);
  if (!entry.config.IsDefined() || entry.config.IsNull() || find_node(entry.node)->make(entry.config, launch.file))
    return;
  NodeEntry plain = entry;  // its configuration is wrong: are its ports, too?
  plain.config.reset();     // an assignment would change the file's own node
  if (auto shell = make_shell(plain, launch.file); !shell) reader.add_mistake(shell.error().message);
}

/// Instance names and output topics must be unique.
void check_unique(ConfigReader& reader, const LaunchFile& launch) {
  std::map<std::string, std::string> names;
  const auto add_name = [&](const std::string& name, const std::string& place) {
    if (const auto [entry, is_new] = names.try_emplace(name, place); !is_new)
      reader.add_mistake(fmt::format("{}: the name '{}' is taken by {}", place, name, entry->second));
  };
  for (const SourceEntry& source : launch.sources) add_name(source.name, source.place);
  for (const NodeEntry& node : launch.nodes) add_name(node.name, node.place);
  std::map<std::string, std::string> writers;
  for (const NodeEntry& entry : launch.nodes) {
    const auto shell = make_shell(entry, launch.file);
    if (!shell) continue;
    for (const node::BoundOutput& output : (*shell)->outputs())
      if (const auto [writer, is_new] = writers.try_emplace(output.topic, entry.name); !is_new)
        reader.add_mistake(fmt::format("{}: topic '{}' has two writers, '{}' and '{}'", entry.place, output.topic,
                                       writer->second, entry.name));
  }
}

/// A process has one priority.
void check_scheduling(ConfigReader& reader, const LaunchFile& launch) {
  for (const NodeEntry& node : launch.nodes) {
    if (node.scheduling != Scheduling::kBackground) continue;
    const auto same = [&](const auto& other) { return other.process == node.process; };
    for (const NodeEntry& other : launch.nodes)
      if (same(other) && other.scheduling != node.scheduling)
        reader.add_mistake(fmt::format("{}: '{}' is in the background, '{}' of the same process '{}' is not",
                                       node.place, node.name, other.name, node.process));
    if (std::ranges::any_of(launch.sources, same))
      reader.add_mistake(fmt::format("{}: '{}' is in the background, but its process '{}' runs sources", node.place,
                                     node.name, node.process));
  }
}

void read_list(ConfigReader& reader, const YAML::Node& list, const char* what, LaunchFile& launch,
               void (*read_one)(ConfigReader&, const YAML::Node&, LaunchFile&)) {
  if (!list) return;
  if (!list.IsSequence()) return reader.mistake(list, fmt::format("'{}': expected a list", what));
  for (const YAML::Node& item : list) read_one(reader, item, launch);
}

Result<LaunchFile> read(const YamlFile& yaml, const std::filesystem::path& folder) {
  LaunchFile launch;
  launch.file = yaml.name();
  launch.folder = folder;
  launch.text = yaml.text();
  ConfigReader reader(launch.file);
  reader.check_keys(yaml.root(), {"name", "sources", "nodes", "topics", "chains", "monitor"});
  OCELLI_TRY(yaml.root().IsMap() ? ok() : reader.status());
  launch.name = std::filesystem::path(launch.file).stem().string();
  read_text(reader, yaml.root(), "name", launch.name);
  read_list(reader, yaml.root()["sources"], "sources", launch, &read_source);
  read_list(reader, yaml.root()["nodes"], "nodes", launch, &read_node);
  if (const YAML::Node chains = yaml.root()["chains"]) reader.read_value(chains, "chains", launch.chains);
  if (const YAML::Node topics = yaml.root()["topics"]) reader.read_value(topics, "topics", launch.overrides);
  if (const YAML::Node monitor = yaml.root()["monitor"]) launch.monitor = monitor;
  safety::MonitorConfig ignored;  // what it says about topics and nodes is judged when they are known
  if (launch.monitor.IsDefined() && !launch.monitor.IsNull()) reader.read(launch.monitor, ignored);
  check_unique(reader, launch);
  check_scheduling(reader, launch);
  if (reader.mistakes().empty()) return launch;
  for (const SourceEntry& source : launch.sources) {  // what is wrong with them is worth knowing now
    if (find_source(source.source) == nullptr) continue;
    if (const auto opened = open_source(source, {launch.file, folder}); !opened)
      reader.add_mistake(opened.error().message);
  }
  return error(reader.status().error());
}

}  // namespace

Result<LaunchFile> LaunchFile::load(const std::filesystem::path& path) {
  OCELLI_ASSIGN(const YamlFile yaml, YamlFile::load(path));
  return read(yaml, path.parent_path());
}

Result<LaunchFile> LaunchFile::parse(const std::string& text, const std::string& name,
                                     const std::filesystem::path& folder) {
  OCELLI_ASSIGN(const YamlFile yaml, YamlFile::parse(text, name));
  return read(yaml, folder);
}

Result<std::map<std::string, const topics::TopicKind*>> LaunchFile::topics(
    const std::vector<SourceTopic>& source_topics) const {
  std::map<std::string, const topics::TopicKind*> all;
  std::vector<std::string> mistakes;
  for (const SourceTopic& topic : source_topics)
    if (!all.try_emplace(topic.name, topic.kind).second)
      mistakes.push_back(fmt::format("{}: topic '{}' has two sources", file, topic.name));
  std::vector<std::pair<std::string, std::unique_ptr<node::NodeShell>>> shells;
  for (const NodeEntry& entry : nodes) {
    OCELLI_ASSIGN(auto shell, make_shell(entry, file));
    for (const node::BoundOutput& output : shell->outputs())
      if (!all.try_emplace(output.topic, output.spec.kind).second)
        mistakes.push_back(
            fmt::format("{}: topic '{}' has two writers, a source and '{}'", entry.place, output.topic, entry.name));
    shells.emplace_back(entry.place, std::move(shell));
  }
  std::vector<std::string> topic_names;
  for (const auto& [topic, kind] : all) topic_names.push_back(topic);
  const auto check = [&](const std::string& place, const std::string& topic, const topics::TopicKind* kind) {
    const auto found = all.find(topic);
    if (found == all.end()) {
      const std::string near = nearest(topic, topic_names);
      mistakes.push_back(fmt::format("{}: nobody publishes '{}'{}", place, topic,
                                     near.empty() ? "" : fmt::format(": did you mean '{}'?", near)));
    } else if (kind != nullptr && found->second->name != kind->name) {
      mistakes.push_back(
          fmt::format("{}: '{}' is of kind {}, the input wants {}", place, topic, found->second->name, kind->name));
    }
  };
  for (const auto& [place, shell] : shells) {
    // A vehicle may do without an input, such as ego motion or one of several sensors; but something must start the
    // node.
    const auto is_trigger = [](const node::BoundInput& in) { return in.spec.policy == InputPolicy::kTrigger; };
    const bool is_started = std::ranges::any_of(
        shell->inputs(), [&](const node::BoundInput& in) { return is_trigger(in) && all.contains(in.topic); });
    for (const node::BoundInput& input : shell->inputs())
      if (all.contains(input.topic) || (is_trigger(input) && !is_started)) check(place, input.topic, input.spec.kind);
  }
  for (const ChainEntry& chain : chains) {
    check(fmt::format("{}: chain '{}'", chain.place, chain.name), chain.from, nullptr);
    check(fmt::format("{}: chain '{}'", chain.place, chain.name), chain.to, nullptr);
  }
  for (const TopicEntry& entry : overrides) {
    check(entry.place, entry.name, nullptr);
    if (const auto found = all.find(entry.name); found != all.end())
      if (const auto ring = ring_geometry(entry.name, *found->second, ring_size_of(entry.name)); !ring)
        mistakes.push_back(fmt::format("{}: {}", entry.place, ring.error().message));
  }
  std::map<TopicId, std::string> ids;
  for (const auto& [topic, kind] : all)
    if (const auto [other, is_new] = ids.try_emplace(topic_id(topic), topic); !is_new)
      mistakes.push_back(
          fmt::format("{}: topics '{}' and '{}' have the same id: rename one", file, topic, other->second));
  if (!mistakes.empty()) return error(ErrorCode::kInvalidArgument, "{}", fmt::join(mistakes, "\n"));
  return all;
}

topics::TopicKind LaunchFile::settings_of(const std::string& topic, const topics::TopicKind& kind) const {
  topics::TopicKind settings = kind;
  for (const TopicEntry& entry : overrides) {
    if (entry.name != topic) continue;
    settings.rate_hz = entry.rate_hz.value_or(settings.rate_hz);
    settings.latency_budget = entry.latency_budget.value_or(settings.latency_budget);
    settings.is_recorded = entry.is_recorded.value_or(settings.is_recorded);
  }
  return settings;
}

RingSize LaunchFile::ring_size_of(const std::string& topic) const {
  RingSize size;
  for (const TopicEntry& entry : overrides) {
    if (entry.name != topic) continue;
    if (entry.ring_slots) size.slots = entry.ring_slots;
    if (entry.ring_message_bytes) size.message_bytes = entry.ring_message_bytes;
  }
  return size;
}

std::vector<std::string> LaunchFile::processes() const {
  std::vector<std::string> all;
  const auto add = [&](const std::string& process) {
    if (std::find(all.begin(), all.end(), process) == all.end()) all.push_back(process);
  };
  for (const NodeEntry& node : nodes) add(node.process);
  for (const SourceEntry& source : sources) add(source.process);  // last: readers first
  return all;
}

Scheduling LaunchFile::scheduling_of(const std::string& process) const {
  const auto node = std::ranges::find(nodes, process, &NodeEntry::process);
  return node == nodes.end() ? Scheduling::kRealtime : node->scheduling;
}

std::vector<const SourceRow*> source_table() {
  std::vector<const SourceRow*> rows;
  for (const SourceRow& row : hal::drivers()) rows.push_back(&row);
  for (const SourceRow& row : log::sources()) rows.push_back(&row);
  return rows;
}

const SourceRow* find_source(std::string_view name) {
  for (const SourceRow* row : source_table())
    if (row->name == name) return row;
  return nullptr;
}

Result<OpenedSource> open_source(const SourceEntry& entry, const SourceContext& context) {
  const SourceRow* row = find_source(entry.source);
  if (row == nullptr) return error(ErrorCode::kNotFound, "{}: unknown source '{}'", entry.place, entry.source);
  SourceContext placed = context;
  placed.place = entry.place;
  return row->open(entry.config, placed);
}

Result<std::unique_ptr<node::NodeShell>> make_shell(const NodeEntry& entry, const std::string& file) {
  const NodeRow* row = find_node(entry.node);
  if (row == nullptr) return error(ErrorCode::kNotFound, "{}: unknown node '{}'", entry.place, entry.node);
  OCELLI_ASSIGN(auto made, row->make(entry.config, file));
  auto shell = node::NodeShell::create(entry.name, std::move(made), entry.binding);
  if (!shell) return error(shell.error().within(entry.place));
  return shell;
}

Result<std::vector<std::string>> choices_of(const LaunchFile& launch) {
  std::vector<std::string> choices;
  for (const NodeEntry& entry : launch.nodes) {
    OCELLI_ASSIGN(const auto shell, make_shell(entry, launch.file));
    OCELLI_ASSIGN(const std::string choice, shell->choice());
    if (!choice.empty()) choices.push_back(fmt::format("{}: {}", entry.name, choice));
  }
  return choices;
}

}  // namespace ocelli::launch
