#include "ocelli/launch/live_run.hpp"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "ocelli/launch/process.hpp"
#include "ocelli/launch/progress.hpp"
#include "ocelli/launch/received_message.hpp"
#include "ocelli/launch/restart_budget.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/perception/messages.hpp"
#include "ocelli/safety/monitor/config.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kReadyTimeout = 20s;
constexpr Duration kDiscovery = 2s;  // from the last reader's start to the first message
constexpr Duration kPatience = 10s;  // for a child to finish its files
constexpr Duration kStep = 20ms;     // of the supervisor's loop when nothing is due

/// Carries out the plan and says on the bus what it did. The time of an entry is when it took effect.
class Injector {
 public:
  Injector(const std::vector<PlannedInjection>& plan, std::unique_ptr<Publisher<topics::Injections>> publisher)
      : publisher_(std::move(publisher)) {
    for (const PlannedInjection& injection : plan) {
      actions_.push_back({injection.at, true, injection});
      actions_.push_back({injection.at + injection.duration, false, injection});
    }
    std::stable_sort(actions_.begin(), actions_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  }

  /// When the next action is due, after the start of the run; nothing when all are done.
  [[nodiscard]] std::optional<Duration> next() const {
    if (done_ == actions_.size()) return std::nullopt;
    return actions_[done_].at;
  }

  void act(Time now, std::vector<ChildProcess>& children, const LaunchFile& launch) {
    const Action& action = actions_[done_++];
    ocelli::msg::Injection message;
    message.kind(std::string(to_string(action.injection.kind)));
    message.target(action.injection.target);
    message.is_active(action.is_begin);
    if (action.injection.delay > Duration{}) {
      message.magnitude(to_seconds(action.injection.delay));
      message.unit("s");
    }
    if (action.injection.kind == InjectionKind::kStop) stop_or_continue(action, children, launch);
    message.header(perception::header_of(now, ""));
    publisher_->publish(std::move(message), {.sensed_at = now, .lineage = {}, .flags = 0});
    spdlog::info("injector: {} {} {}", action.is_begin ? "begin" : "end", to_string(action.injection.kind),
                 action.injection.target);
  }

 private:
  struct Action {
    Duration at;
    bool is_begin;
    PlannedInjection injection;
  };

  static void stop_or_continue(const Action& action, std::vector<ChildProcess>& children, const LaunchFile& launch) {
    const auto node = std::find_if(launch.nodes.begin(), launch.nodes.end(),
                                   [&](const NodeEntry& entry) { return entry.name == action.injection.target; });
    if (node == launch.nodes.end()) return;
    for (ChildProcess& child : children) {
      if (child.name() != node->process) continue;
      const Status done = action.is_begin ? child.pause() : child.resume();
      if (!done) spdlog::error("injector: {}", done.error().message);
    }
  }

  std::vector<Action> actions_;
  std::size_t done_ = 0;
  std::unique_ptr<Publisher<topics::Injections>> publisher_;
};

class Supervisor {
 public:
  Supervisor(const LiveRunOptions& options, const LaunchFile& launch)
      : options_(options), settings_(options.settings), launch_(launch) {}

  Result<LiveRunOutcome> run() {
    handle_stop_signals();
    settings_.clock_offset_ns = LiveClock::measure_offset().count();
    const LiveClock clock{Duration{settings_.clock_offset_ns}};
    // Process numbers repeat: in containers from run to run, elsewhere after a while.
    settings_.run = fmt::format("ocelli-{}-{:x}", ::getpid(), to_ns(clock.now()));
    OCELLI_ASSIGN(auto lane, open_dds_lane(dds_config(settings_, "supervisor")));
    Bus bus(clock, std::move(lane));
    OCELLI_ASSIGN(auto publisher, bus.publish<topics::Injections>());
    OCELLI_ASSIGN(states_, bus.subscribe<topics::SafetyState>());
    Injector injector(options_.injections, std::move(publisher));
    OCELLI_ASSIGN(const Time begin, start_all(clock));
    loop(clock, begin, injector);
    LiveRunOutcome outcome;
    outcome.duration = std::max(Duration{}, clock.now() - begin);
    stop_all();
    outcome.incidents = std::move(incidents_);
    return outcome;
  }

 private:
  /// Monitor first; sources last, told to begin when everybody has found each other.
  Result<Time> start_all(const Clock& clock) {
    std::vector<std::string> names = {kMonitorProcess, kFaultStoreProcess, kRecorderProcess};
    for (const std::string& name : launch_.processes()) names.push_back(name);
    for (const std::string& name : names) {
      if (has_source(name) && begin_ == kNoTime) {
        OCELLI_TRY(wait_all_ready());
        begin_ = clock.now() + kDiscovery;
        OCELLI_ASSIGN(const Time recorded, drive_begin(launch_, settings_.seed));
        settings_.drive_ns = to_ns(recorded);
        settings_.drive_begin_ns = to_ns(begin_);
      }
      OCELLI_ASSIGN(auto child, start(name));
      children_.push_back(std::move(child));
    }
    OCELLI_TRY(wait_all_ready());
    children_.front().announce_begin();  // the monitor: what is not seen from now on is missed
    return begin_;
  }

  /// A monitor that is started again must know what the run is allowed.
  void hear_states() {
    ocelli::msg::SafetyState state;
    while (const auto received = states_->take()) {
      if (!read(*received, state) || state.mode() == safety::start_mode().name) continue;  // that one forgets nothing
      settings_.mode_before = state.mode();
      settings_.mode_before_since_ns = state.mode_since();
    }
  }

  [[nodiscard]] bool has_source(const std::string& process) const {
    return std::any_of(launch_.sources.begin(), launch_.sources.end(),
                       [&](const SourceEntry& entry) { return entry.process == process; });
  }

  Status wait_all_ready() {
    for (ChildProcess& child : children_) {
      const Status ready = child.wait_ready(kReadyTimeout);
      if (!ready && stop_requested()) return error(ErrorCode::kUnavailable, "interrupted while it started");
      OCELLI_TRY(ready);
    }
    return ok();
  }

  Result<ChildProcess> start(const std::string& name) {
    settings_.begin_ns = to_ns(begin_);
    std::vector<std::string> arguments = {"host", "--process", name};
    const auto shared = to_arguments(settings_);
    arguments.insert(arguments.end(), shared.begin(), shared.end());
    return ChildProcess::start(name, std::move(arguments));
  }

  void loop(const Clock& clock, Time begin, Injector& injector) {
    Progress progress(launch_.name);
    while (!stop_requested()) {
      hear_states();
      const Duration elapsed = clock.now() - begin;
      if (options_.duration > Duration{} && elapsed >= options_.duration) return;
      if (injector.next() && elapsed >= *injector.next()) {
        injector.act(clock.now(), children_, launch_);
        continue;
      }
      if (!options_.is_quiet) progress.update(std::max(0.0, to_seconds(elapsed)), to_seconds(options_.duration));
      if (!look_after_children(clock)) return;
      const Duration wait = injector.next() ? std::min(kStep, *injector.next() - elapsed) : kStep;
      std::this_thread::sleep_for(wait);
    }
  }

  /// A child that ended by itself is started again, within its budget. False when the sources have come to their end.
  bool look_after_children(const Clock& clock) {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (children_[i].is_running()) continue;
      const std::string name = children_[i].name();
      if (has_source(name) && children_[i].has_finished_well()) return false;
      RestartBudget& restarts = restarts_[name];
      if (restarts.is_given_up()) continue;
      const bool is_restarted = restarts.take(clock.now());
      incident(fmt::format("process '{}' ended by itself and {}", name,
                           is_restarted ? "was started again" : "is not started again: it has done so too often"));
      if (!is_restarted) continue;
      if (name == kRecorderProcess) keep_recording(restarts.all());
      begin_ = clock.now();
      if (auto child = start(name)) children_[i] = std::move(*child);
    }
    return true;
  }

  void incident(std::string text) {
    spdlog::error("{}", text);
    incidents_.push_back(std::move(text));
  }

  /// What a recorder that died has written stays; its successor begins a file of its own.
  void keep_recording(int life) {
    const std::filesystem::path file = settings_.out / "recording.mcap";
    const std::filesystem::path kept = settings_.out / fmt::format("recording.{}.mcap", life);
    std::error_code failure;
    std::filesystem::rename(file, kept, failure);
    if (!failure) incident(fmt::format("the recording up to then is {}", kept.string()));
  }

  /// Sources first, then nodes, recorder, and the monitor last.
  void stop_all() {
    for (ChildProcess& child : children_)
      if (child.name() == kMonitorProcess) child.announce_end();
    std::this_thread::sleep_for(kStep);
    std::reverse(children_.begin(), children_.end());
    for (ChildProcess& child : children_) {
      if (!child.stop(kPatience)) incident(fmt::format("process '{}' did not end cleanly", child.name()));
      if (child.name() == launch_.processes().front()) std::this_thread::sleep_for(200ms);  // last messages arrive
    }
    children_.clear();
  }

  const LiveRunOptions& options_;
  LiveSettings settings_;
  const LaunchFile& launch_;
  std::vector<ChildProcess> children_;
  std::map<std::string, RestartBudget> restarts_;
  std::vector<std::string> incidents_;
  Time begin_ = kNoTime;  // of the sources
  std::shared_ptr<Subscription> states_;
};

}  // namespace

Result<LiveRunOutcome> run_live(const LiveRunOptions& options) {
  OCELLI_ASSIGN(const LaunchFile launch, find_launch(options.settings.launch));
  OCELLI_ASSIGN(const auto topics, source_topics(launch, options.settings.seed));
  OCELLI_TRY(launch.topics(topics));
  OCELLI_TRY(drive_begin(launch, options.settings.seed));
  return Supervisor(options, launch).run();
}

}  // namespace ocelli::launch
