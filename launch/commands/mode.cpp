// `ocelli mode`: the mode of a live run and what it allows; `ocelli mode recover`: consent to leave one that ends on
// request only.
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/live_topic.hpp"
#include "ocelli/launch/process.hpp"
#include "ocelli/launch/received_message.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/perception/messages.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kIdleWait = 50ms;
constexpr Duration kStateWait = 5s;    // ten states a second; a busy machine may take its time to connect
constexpr Duration kAskAgain = 500ms;  // a request may go out before the monitor listens

struct ModeOptions {
  DdsConfig dds;
  std::optional<std::string> partition;
  double seconds = 10.0;
};

/// The partition of the only live run, or of the one that the options name.
Result<std::string> find_run(const ModeOptions& options) {
  OCELLI_ASSIGN(const auto topics, discover_topics(options.dds, kDiscoveryTime));
  std::vector<std::string> runs;
  for (const DiscoveredTopic& topic : topics)
    if (topic.name == topics::SafetyState::kName && topic.writers > 0) runs.push_back(topic.partition);
  if (options.partition) {
    if (std::ranges::find(runs, *options.partition) != runs.end()) return *options.partition;
    return error(ErrorCode::kNotFound, "--partition '{}': no monitor speaks there{}{}", *options.partition,
                 runs.empty() ? "" : "; runs: ", fmt::join(runs, ", "));
  }
  if (runs.size() == 1) return runs.front();
  if (runs.empty())
    return error(ErrorCode::kNotFound, "no monitor speaks in domain {}: is a live run going on?", options.dds.domain);
  return error(ErrorCode::kInvalidArgument, "{} live runs: choose one by --partition: {}", runs.size(),
               fmt::join(runs, ", "));
}

/// Hears the monitor of one run.
class States {
 public:
  static Result<States> open(Bus& bus, Signal& signal) {
    OCELLI_ASSIGN(auto subscription, bus.subscribe<topics::SafetyState>({}, &signal));
    return States(std::move(subscription), signal, bus.clock());
  }
  /// The next state. Error: kTimeout after `patience`, kUnavailable when a stop was requested.
  Result<ocelli::msg::SafetyState> next(Duration patience) {
    const Time end = clock_.now() + patience;
    ocelli::msg::SafetyState state;
    while (clock_.now() < end && !stop_requested()) {
      while (const auto received = subscription_->take()) {
        if (read(*received, state)) return state;
      }
      signal_.wait_for(kIdleWait);
    }
    if (stop_requested()) return error(ErrorCode::kUnavailable, "interrupted");
    return error(ErrorCode::kTimeout, "the monitor has said nothing for {:.1f} s", to_seconds(patience));
  }

 private:
  States(std::shared_ptr<Subscription> subscription, Signal& signal, const Clock& clock)
      : subscription_(std::move(subscription)), signal_(signal), clock_(clock) {}
  std::shared_ptr<Subscription> subscription_;
  Signal& signal_;
  const Clock& clock_;
};

std::string limit_text(double limit, const char* unit) {
  return limit < 0.0 ? "not limited" : fmt::format("{:.1f} {}", limit, unit);
}

void print(const ocelli::msg::SafetyState& state, Time now) {
  fmt::print("mode     {}, for {:.1f} s{}\n", state.mode(), to_seconds(now - from_ns(state.mode_since())),
             state.previous_mode() == state.mode() ? "" : fmt::format(", before it {}", state.previous_mode()));
  if (state.is_starting()) fmt::print("start    not over: not everything was seen yet\n");
  fmt::print("speed    {}{}\n", limit_text(state.speed_max_mps(), "m/s"),
             state.is_stop_requested() ? "; a safe stop is requested" : "");
  fmt::print("tracks   to rely on: {}\n", limit_text(state.range_max_m(), "m"));
  fmt::print("recovery {}{}\n", state.recovery(), state.is_recovery_requested() ? ", requested" : "");
  if (state.active_faults().empty()) return fmt::print("faults   none is active\n");
  fmt::print("faults   {}\n", fmt::join(state.active_faults(), "\n         "));
}

void ask(Publisher<topics::RecoveryRequests>& publisher, Time now) {
  ocelli::msg::RecoveryRequest request;
  request.requester(fmt::format("ocelli mode recover, user {}", ::getuid()));
  request.header(perception::header_of(now, ""));
  publisher.publish(std::move(request), {.sensed_at = now, .lineage = {}, .flags = 0});
}

/// Asks until the monitor has taken it, and waits for the mode to end. False: it holds on.
Result<bool> recover(const ModeOptions& options, Bus& bus, States& states) {
  OCELLI_ASSIGN(const auto publisher, bus.publish<topics::RecoveryRequests>());
  OCELLI_ASSIGN(ocelli::msg::SafetyState state, states.next(kStateWait));
  const std::string mode = state.mode();
  const std::int64_t since = state.mode_since();
  if (state.recovery() != "on_request")
    return error(ErrorCode::kInvalidArgument, "mode '{}' is not left on request: its recovery is {}", mode,
                 state.recovery());
  const Time end = bus.clock().now() + from_seconds(options.seconds);
  for (Time next{}; bus.clock().now() < end;) {
    if (!state.is_recovery_requested() && bus.clock().now() >= next) {
      ask(*publisher, bus.clock().now());
      next = bus.clock().now() + kAskAgain;
    }
    OCELLI_ASSIGN(state, states.next(kStateWait));
    if (state.mode() == mode && state.mode_since() == since) continue;
    fmt::print("{} → {}\n", mode, state.mode());
    return true;
  }
  fmt::print("{} goes on: {}\n", mode,
             state.is_recovery_requested() ? "the request is known and holds until the mode changes"
                                           : "the monitor has not taken the request");
  print(state, bus.clock().now());
  return false;
}

Result<int> run(const ModeOptions& options, bool is_recovery) {
  handle_stop_signals();
  DdsConfig dds = options.dds;
  OCELLI_ASSIGN(dds.partition, find_run(options));
  const LiveClock clock{LiveClock::measure_offset()};
  OCELLI_ASSIGN(auto lane, open_dds_lane(dds));
  Bus bus(clock, std::move(lane));
  bus.on_problem([](const std::string& problem) { spdlog::warn("{}", problem); });
  Signal signal;
  OCELLI_ASSIGN(States states, States::open(bus, signal));
  if (is_recovery) {
    OCELLI_ASSIGN(const bool is_left, recover(options, bus, states));
    return is_left ? kExitOk : kExitVerdictFailed;
  }
  OCELLI_ASSIGN(const auto state, states.next(kStateWait));
  print(state, clock.now());
  return kExitOk;
}

}  // namespace

void declare_mode(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<ModeOptions>();
  add_dds_options(command, options->dds.domain, options->dds.is_host_only);
  command.add_option("--partition", options->partition, "of the run, where several go on (ocelli topic list)");
  CLI::App* const recover = command.add_subcommand(
      "recover",
      "agree to leave a mode that ends on request only, once its causes are gone; exit status 1: it goes on");
  recover->add_option("--seconds", options->seconds, "wait so long for the mode to end")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command.callback([options, recover, &exit_status] {
    const auto status = run(*options, recover->parsed());
    exit_status = status ? *status : report_error(status.error());
  });
}

}  // namespace ocelli::launch
