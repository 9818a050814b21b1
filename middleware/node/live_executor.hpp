#pragma once
// Runs sources and nodes of one process on real clocks: one thread per node that sleeps until a message comes, one per
// source that publishes each message when its time has come. The same shells as in the logical executor.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/node/shell.hpp"
#include "ocelli/middleware/node/source_reader.hpp"

namespace ocelli::node {

/// Collects observations of all threads of a process and publishes them in batches.
class ObservationOutlet {
 public:
  static Result<std::unique_ptr<ObservationOutlet>> open(Bus& bus);
  void add(const Observation& observation);
  /// Sends what was collected; called by each thread when it has finished a piece of work.
  void flush();

 private:
  explicit ObservationOutlet(std::unique_ptr<Publisher<topics::Observations>> publisher)
      : publisher_(std::move(publisher)) {}
  std::mutex mutex_;
  ocelli::msg::ObservationBatch batch_;
  std::unique_ptr<Publisher<topics::Observations>> publisher_;
};

[[nodiscard]] ocelli::msg::Observation to_message(const Observation& observation);
[[nodiscard]] Observation from_message(const ocelli::msg::Observation& message);

class LiveExecutor {
 public:
  /// `on_problem` gets what nodes and sources complain about, for the log. `is_stopping`, which others may set as
  /// stop() does, ends every wait, also of a node that loads. Bus and flag must outlive the executor.
  static Result<std::unique_ptr<LiveExecutor>> create(
      Bus& bus, std::function<void(std::string_view who, const std::string& problem)> on_problem,
      std::atomic<bool>* is_stopping = nullptr);
  ~LiveExecutor();

  Status add_source(std::string name, std::unique_ptr<Source> source, const Replay& replay = {});
  Status add_node(std::unique_ptr<NodeShell> shell);

  /// Starts all threads.
  void start();
  /// Ends all threads and waits for them.
  void stop();
  /// All sources have come to their end (or failed).
  [[nodiscard]] bool are_sources_finished() const { return running_sources_ == 0; }
  /// The node that cannot go on in this process, once its failed step has been told; "" while there is none.
  [[nodiscard]] std::string lost_node() const;

  /// Injection point: while frozen, the source repeats the last payload of the topic under new stamps.
  void inject_freeze(const std::string& topic, bool is_frozen);
  /// Every inference of that node takes so much longer; 0: as long as it takes.
  void inject_slow_inference(const std::string& node, Duration delay);
  /// The source says nothing on the topic.
  void inject_loss(const std::string& topic, bool is_lost);

 private:
  struct LiveSource;
  struct LiveNode;
  LiveExecutor(Bus& bus, std::function<void(std::string_view, const std::string&)> on_problem,
               std::atomic<bool>* is_stopping);
  void run_source(LiveSource& source);
  void run_node(LiveNode& node);
  void activate(LiveNode& node, std::size_t input, const Received& received, const ObservationSink& observe);
  void release(LiveSource& source, const SourceMessage& message);
  template <class Change>
  void inject(const std::string& topic, const Change& change);

  Bus& bus_;
  const std::function<void(std::string_view, const std::string&)> on_problem_;
  std::unique_ptr<ObservationOutlet> outlet_;
  std::vector<std::unique_ptr<LiveSource>> sources_;
  std::vector<std::unique_ptr<LiveNode>> nodes_;
  std::vector<std::thread> threads_;
  std::atomic<bool> own_stop_ = false;
  std::atomic<bool>& is_stopping_;
  std::atomic<int> running_sources_ = 0;
};

}  // namespace ocelli::node
