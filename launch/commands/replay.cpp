// `ocelli replay DRIVE`: a recorded drive through the nodes, in logical or paced time.
#include <thread>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/launch/drive.hpp"
#include "ocelli/launch/expectation.hpp"
#include "ocelli/launch/live_settings.hpp"
#include "ocelli/launch/logical_run.hpp"
#include "ocelli/launch/run_folder.hpp"
#include "ocelli/middleware/core/log.hpp"

namespace ocelli::launch {
namespace {

struct ReplayOptions {
  std::string drive;
  std::string dbc;
  std::string launch;  // empty: the drive's own, else the built-in one
  std::string rate = "max";
  std::string out;
  std::vector<std::string> delays;
  LogicalRunOptions run;
};

/// "max" or recorded seconds per second.
Result<double> parse_rate(const std::string& text) {
  if (text == "max") return 0.0;
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !(rate > 0.0 && rate <= 1000.0))
    return error(ErrorCode::kInvalidArgument, "--rate {}: expected max or a number up to 1000", text);
  return rate;
}

/// "lidar/objects=80ms".
Status parse_delay(const std::string& text, std::map<std::string, Duration>& delays) {
  const std::size_t equals = text.rfind('=');
  const auto delay = equals == std::string::npos ? std::nullopt : parse_duration(text.substr(equals + 1));
  if (!delay || *delay < Duration{} || equals == 0)
    return error(ErrorCode::kInvalidArgument, "--delay {}: expected TOPIC=DURATION, such as lidar/objects=80ms", text);
  delays[text.substr(0, equals)] = *delay;
  return ok();
}

/// A run is not written over the recording that it reads.
Status check_out(const ReplayOptions& options) {
  namespace fs = std::filesystem;
  std::error_code failure;
  const fs::path drive =
      fs::is_directory(options.drive, failure) ? fs::path(options.drive) / "recording.mcap" : fs::path(options.drive);
  for (const char* name : {"recording.mcap", "tracks.mcap"})
    if (!options.out.empty() && fs::equivalent(drive, fs::path(options.out) / name, failure))
      return error(ErrorCode::kInvalidArgument, "--out {}: holds the drive itself; choose another folder", options.out);
  return ok();
}

/// The folder of an earlier run brings the launch file that it was made with.
std::string launch_of(const std::string& drive) {
  const std::filesystem::path copy = std::filesystem::path(drive) / kLaunchCopy;
  std::error_code failure;
  return std::filesystem::is_regular_file(copy, failure) ? copy.string() : "replay";
}

Result<int> replay(ReplayOptions& options) {
  OCELLI_ASSIGN(options.run.rate, parse_rate(options.rate));
  for (const std::string& delay : options.delays) OCELLI_TRY(parse_delay(delay, options.run.delays));
  OCELLI_ASSIGN(LaunchFile launch, find_launch(options.launch.empty() ? launch_of(options.drive) : options.launch));
  OCELLI_ASSIGN(OpenedDrive drive, open_drive(options.drive, options.dbc, launch));
  for (const std::string& note : drive.notes) spdlog::info("{}", note);
  OCELLI_TRY(check_out(options));
  OCELLI_ASSIGN(const RunFolder folder, RunFolder::make(options.out, "replay"));
  options.run.out = folder.path();
  options.run.is_drive = true;
  report::RunInfo info = describe_run(launch, "replay", options.run.rate > 0.0 ? "paced" : "logical");
  info.launch = fmt::format("{} ({})", options.drive, launch.name);
  std::vector<std::pair<std::string, std::unique_ptr<Source>>> sources;
  sources.emplace_back("drive", std::move(drive.source));
  for (const auto& [topic, delay] : options.run.delays) {
    report::ExpectedFault& expected = info.expected.emplace_back();
    expected.injection = "delay";
    expected.target = topic;
    expected.also = {"*"};
  }
  for (const std::string& topic : options.run.without)
    drive.notes.push_back(fmt::format("{} is silent on request", topic));
  OCELLI_ASSIGN(info.tolerated, faults_without(options.run.without, launch));
  OCELLI_ASSIGN(LogicalRunOutcome outcome, run_logical(launch, std::move(sources), options.run));
  info.duration = outcome.duration;
  info.notes = std::move(drive.notes);
  info.notes.insert(info.notes.end(), outcome.notes.begin(), outcome.notes.end());
  if (outcome.is_interrupted) info.notes.emplace_back("interrupted before the end of the drive");
  for (const auto& [topic, count] : outcome.messages) fmt::print("{:<28} {:>8} messages\n", topic, count);
  return conclude_run(info, launch, options.run.out);
}

}  // namespace

void declare_replay(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<ReplayOptions>();
  options->run.threads = std::max(1U, std::thread::hardware_concurrency());
  command
      .add_option("drive", options->drive,
                  "KITTI raw or comma2k19 drive folder, MCAP file, or folder of an earlier run")
      ->required();
  command.add_option("--dbc", options->dbc, "CAN database of the vehicle, for a comma2k19 drive");
  command.add_option(
      "--launch", options->launch,
      "launch file: its nodes, chains and monitor (default: that of an earlier run, else the built-in one "
      "'replay')");
  command.add_option("--rate", options->rate, "recorded seconds per second, or max")->capture_default_str();
  command.add_option("--threads", options->run.threads, "worker threads; the result does not depend on them")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--schedule-seed", options->run.schedule_seed,
                     "shuffle the worker threads by this seed, to show that the result does not depend on them");
  command.add_option("--delay", options->delays, "inject a delay: TOPIC=DURATION (repeatable)");
  command.add_option("--without", options->run.without, "a topic of the drive that stays silent (repeatable)");
  add_models_option(command);
  command.add_option("--out", options->out, "folder for the results (default: a new one below out/)");
  command.callback([options, &exit_status] {
    const Result<int> status = replay(*options);
    exit_status = status ? *status : report_error(status.error());
  });
}

}  // namespace ocelli::launch
