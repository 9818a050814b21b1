#pragma once
// Runs sources and nodes in logical time: events in the fixed order (time, node priority, topic, sequence), as fast as
// the machine allows or paced by the wall clock. An activation that starts at t with the node's declared exec_time e
// takes effect at t + e, however long its step really ran; so the outputs do not depend on threads, load or speed
// (docs/decisions/0004).

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/node/job_pool.hpp"
#include "ocelli/middleware/node/shell.hpp"
#include "ocelli/middleware/node/source_reader.hpp"

namespace ocelli::node {

struct LogicalOptions {
  std::size_t threads = 1;
  std::uint64_t schedule_seed = 0;                 // shuffles the worker threads, must not change anything
  double rate = 0.0;                               // recorded seconds per second; 0 = as fast as possible
  Duration tick = 10ms;                            // of on_tick
  std::map<std::string, Duration> delays;          // injected: messages of the topic arrive that much later
  const std::atomic<bool>* is_stopping = nullptr;  // Conditions::is_stopping
};

/// Called on the coordinating thread, in event order. All optional.
struct LogicalHooks {
  std::function<void(const SamplePtr&, const std::string& topic)> on_sample;  // every message that is published
  ObservationSink on_observation;
  std::function<void(Time)> on_tick;          // every `tick` of logical time, after all events of that time
  std::function<void()> on_sources_end;       // no source has another message: silence from here on is no fault
  std::function<void(Time now)> on_progress;  // now and then
  std::function<void(std::string_view who, const std::string& problem)> on_problem;
  std::function<bool()> should_stop;  // asked between events
};

class LogicalExecutor {
 public:
  LogicalExecutor(LogicalOptions options, LogicalHooks hooks);
  ~LogicalExecutor();

  void add_source(std::string name, std::unique_ptr<Source> source);
  /// Lower priority runs first among events of one time.
  void add_node(std::unique_ptr<NodeShell> shell, Duration exec_time, int priority);

  /// From hooks: a message of somebody who is neither source nor node (the monitor), published at the current time.
  void publish(const topics::TopicKind& kind, const std::string& topic, std::shared_ptr<const void> value);

  /// Until all sources are at their end and all nodes idle. Error of a source that could not go on; what was published
  /// before stands.
  Status run();

  /// Span of logical time covered by the sources, where they know it.
  [[nodiscard]] std::optional<SourceRange> range() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace ocelli::node
