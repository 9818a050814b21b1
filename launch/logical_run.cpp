#include "ocelli/launch/logical_run.hpp"

#include <algorithm>
#include <set>

#include "ocelli/launch/monitor_bridge.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/launch/progress.hpp"
#include "ocelli/launch/run_folder.hpp"
#include "ocelli/launch/source_part.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/middleware/node/live_executor.hpp"
#include "ocelli/middleware/node/logical_executor.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kPictureEvery = 2s;
constexpr std::size_t kMostWarnings = 20;

class LogicalRun {
 public:
  LogicalRun(const LaunchFile& launch, const LogicalRunOptions& options)
      : launch_(launch), options_(options), progress_(launch.name) {}

  Result<LogicalRunOutcome> run(std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources) {
    handle_stop_signals();
    OCELLI_TRY(prepare(sources));
    node::LogicalOptions logical;
    logical.threads = options_.threads;
    logical.schedule_seed = options_.schedule_seed;
    logical.rate = options_.rate;
    logical.delays = options_.delays;
    logical.tick = config_.tick_period;
    logical.is_stopping = &stop_requested();
    executor_ = std::make_unique<node::LogicalExecutor>(logical, hooks());
    for (auto& [name, source] : sources)
      executor_->add_source(
          name, options_.without.empty() ? std::move(source) : without(std::move(source), options_.without));
    OCELLI_ASSIGN(const auto choices, choices_of(launch_));
    for (const std::string& choice : choices) note(choice);
    for (const NodeEntry& entry : launch_.nodes) {
      OCELLI_ASSIGN(auto shell, make_shell(entry, launch_.file));
      executor_->add_node(std::move(shell), entry.exec_time, find_node(entry.node)->priority);
    }
    const auto range = executor_->range();
    if (range) total_s_ = to_seconds(range->end - range->begin);
    const Status status = executor_->run();
    flush_observations();
    OCELLI_TRY(finish());
    OCELLI_TRY(status);
    return std::move(outcome_);
  }

 private:
  Status prepare(const std::vector<std::pair<std::string, std::unique_ptr<Source>>>& sources) {
    std::vector<SourceTopic> source_topics;
    for (const auto& [name, source] : sources)
      source_topics.insert(source_topics.end(), source->topics().begin(), source->topics().end());
    for (const SourceTopic& topic : source_topics) source_names_.insert(topic.name);
    OCELLI_TRY(drop_untriggered());
    OCELLI_ASSIGN(topics_, launch_.topics(source_topics));
    OCELLI_TRY(check_delays());
    OCELLI_TRY(check_without());
    OCELLI_ASSIGN(config_, monitor_config(launch_, topics_));
    OCELLI_ASSIGN(monitor_, safety::Monitor::create(config_));
    replace_results(options_.out);
    log::McapWriterOptions file_options;
    file_options.compression = log::Compression::kLz4;
    OCELLI_ASSIGN(auto recording, log::RecordingWriter::create(options_.out / "recording.mcap", file_options));
    OCELLI_ASSIGN(auto tracks, log::RecordingWriter::create(options_.out / "tracks.mcap", file_options));
    recording_.emplace(std::move(recording));
    tracks_.emplace(std::move(tracks));
    return ok();
  }

  Status check_delays() const {
    std::vector<std::string> names;
    for (const auto& [name, kind] : topics_) names.push_back(name);
    for (const auto& [topic, delay] : options_.delays)
      if (!topics_.contains(topic))
        return error(ErrorCode::kNotFound, "--delay {}: {}", topic, unknown_name("topic", topic, names));
    return ok();
  }

  Status check_without() const {
    const std::vector<std::string> names(source_names_.begin(), source_names_.end());
    for (const std::string& topic : options_.without)
      if (!source_names_.contains(topic))
        return error(ErrorCode::kNotFound, "--without {}: {}", topic, unknown_name("topic", topic, names));
    return ok();
  }

  /// A drive without wheel speeds has no ego motion: nodes that nothing can trigger are left out, and named.
  Status drop_untriggered() {
    std::set<std::string> available = source_names_;
    const std::vector<NodeEntry> given = std::exchange(launch_.nodes, {});
    std::vector<bool> is_taken(given.size(), false);
    // Entries are copied, never assigned: assigning a YAML node writes into every other handle of the same node.
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      for (std::size_t i = 0; i < given.size(); ++i) {
        if (is_taken[i]) continue;
        OCELLI_ASSIGN(const auto shell, make_shell(given[i], launch_.file));
        const bool is_started = std::ranges::any_of(shell->inputs(), [&](const node::BoundInput& input) {
          return input.spec.policy == InputPolicy::kTrigger && available.contains(input.topic);
        });
        if (!is_started) continue;
        for (const node::BoundOutput& output : shell->outputs()) available.insert(output.topic);
        launch_.nodes.push_back(given[i]);
        is_taken[i] = has_changed = true;
      }
    }
    for (std::size_t i = 0; i < given.size(); ++i)
      if (!is_taken[i]) note(fmt::format("node '{}' does not run: nothing in this drive triggers it", given[i].name));
    std::erase_if(launch_.chains, [&](const ChainEntry& chain) {
      const bool is_there = available.contains(chain.from) && available.contains(chain.to);
      if (!is_there) note(fmt::format("chain '{}' is not supervised: the drive has no {}", chain.name, chain.from));
      return !is_there;
    });
    if (launch_.nodes.empty())
      return error(ErrorCode::kInvalidArgument,
                   "{}: the drive has no topic that a node needs: it has {} (the recording of a replay has no sensor "
                   "data: replay "
                   "the drive itself)",
                   launch_.file, fmt::join(source_names_, ", "));
    return ok();
  }

  node::LogicalHooks hooks() {
    node::LogicalHooks hooks;
    hooks.on_sample = [this](const SamplePtr& sample, const std::string& topic) { on_sample(*sample, topic); };
    hooks.on_observation = [this](const Observation& seen) {
      monitor_->observe(seen);
      batch_.observations().push_back(node::to_message(seen));
    };
    hooks.on_tick = [this](Time now) { on_tick(now); };
    hooks.on_sources_end = [this] { monitor_->stand_down(); };
    hooks.on_progress = [this](Time now) {
      if (begin_ == kNoTime) begin_ = now;
      end_ = now;
      if (!options_.is_quiet) progress_.update(to_seconds(now - begin_), total_s_);
    };
    hooks.on_problem = [this](std::string_view who, const std::string& problem) {
      if (++warnings_ <= kMostWarnings) spdlog::warn("{}: {}", who, problem);
    };
    hooks.should_stop = [this] {
      if (stop_requested()) outcome_.is_interrupted = true;
      return write_failure_.has_value() || stop_requested();
    };
    return hooks;
  }

  void on_sample(const Sample& sample, const std::string& topic) {
    if (++outcome_.messages[topic] == 1) tell_delay(topic);
    if (sample.kind->name == topics::Tracks::kName) write(*tracks_, sample, topic);
    if (is_recorded(sample, topic)) write(*recording_, sample, topic);
  }

  /// What is in a drive already is not written again, but for what the report needs of it.
  bool is_recorded(const Sample& sample, const std::string& topic) {
    if (!launch_.settings_of(topic, *sample.kind).is_recorded) return false;
    if (!options_.is_drive || !source_names_.contains(topic) || !sample.kind->is_bulk) return true;
    if (sample.kind->name != topics::CameraImage::kName) return false;
    const auto [last, is_first] = last_picture_.try_emplace(topic, sample.header.sensed_at());
    if (!is_first && sample.header.sensed_at() - last->second < kPictureEvery) return false;
    last->second = sample.header.sensed_at();
    return true;
  }

  void write(log::RecordingWriter& file, const Sample& sample, const std::string& topic) {
    const ConstBufferPtr cdr = cdr_of(sample);
    SampleHeader header = sample.header;
    if (!protect(header, *sample.kind, cdr->bytes()) && !write_failure_)
      write_failure_ =
          Error{ErrorCode::kUnsupported, fmt::format("topic '{}': a message of {} bytes is longer than its "
                                                     "E2E profile protects",
                                                     topic, cdr->bytes().size())};
    const Status status = file.write({topic, sample.kind}, header, cdr->bytes());
    if (!status && !write_failure_) write_failure_ = status.error();
  }

  void on_tick(Time now) {
    monitor_->tick(now);
    flush_observations();
    if (!reporter_.fill(*monitor_, now, report_)) return;
    for (std::size_t i = 0; i < report_.event_count; ++i)
      publish<topics::Faults>(to_message(report_.events[i], *monitor_));
    if (report_.has_state) publish<topics::SafetyState>(to_message(report_, *monitor_));
  }

  /// A delay is an injection from the first message of its topic on.
  void tell_delay(const std::string& topic) {
    const auto delay = options_.delays.find(topic);
    if (delay == options_.delays.end()) return;
    ocelli::msg::Injection message;
    message.kind("delay");
    message.target(topic);
    message.is_active(true);
    message.magnitude(to_seconds(delay->second));
    message.unit("s");
    publish<topics::Injections>(std::move(message));
  }

  void flush_observations() {
    if (!batch_.observations().empty()) publish<topics::Observations>(std::exchange(batch_, {}));
  }

  template <class Tag>
  void publish(typename Tag::Type message) {
    executor_->publish(topics::kind_of<Tag>(), std::string(Tag::kName),
                       std::make_shared<const typename Tag::Type>(std::move(message)));
  }

  Status finish() {
    if (warnings_ > kMostWarnings) note(fmt::format("{} more problems were not shown", warnings_ - kMostWarnings));
    if (warnings_ > 0) outcome_.notes.push_back(fmt::format("{} problems with messages or steps", warnings_));
    outcome_.duration = end_ - begin_;
    if (write_failure_) return error(*write_failure_);
    OCELLI_TRY(recording_->close());
    return tracks_->close();
  }

  void note(std::string text) {
    spdlog::info("{}", text);
    outcome_.notes.push_back(std::move(text));
  }

  LaunchFile launch_;
  const LogicalRunOptions& options_;
  Progress progress_;
  LogicalRunOutcome outcome_;
  std::set<std::string> source_names_;
  std::map<std::string, const topics::TopicKind*> topics_;
  safety::MonitorConfig config_;
  std::unique_ptr<safety::Monitor> monitor_;
  std::optional<log::RecordingWriter> recording_;
  std::optional<log::RecordingWriter> tracks_;
  std::optional<Error> write_failure_;
  ocelli::msg::ObservationBatch batch_;
  std::map<std::string, Time> last_picture_;
  MonitorReporter reporter_;
  MonitorReport report_;
  Time begin_ = kNoTime;
  Time end_ = kNoTime;
  double total_s_ = 0.0;
  std::size_t warnings_ = 0;
  std::unique_ptr<node::LogicalExecutor> executor_;  // last: its threads end before what the hooks use
};

}  // namespace

Result<LogicalRunOutcome> run_logical(const LaunchFile& launch,
                                      std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources,
                                      const LogicalRunOptions& options) {
  return LogicalRun(launch, options).run(std::move(sources));
}

}  // namespace ocelli::launch
