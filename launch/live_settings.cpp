#include "ocelli/launch/live_settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace ocelli::launch {

std::string_view built_in_launch(std::string_view name);  // generated from launch/files

std::vector<std::string> to_arguments(const LiveSettings& settings) {
  std::vector<std::string> arguments = {"--launch",
                                        settings.launch,
                                        "--seed",
                                        std::to_string(settings.seed),
                                        "--out",
                                        settings.out.string(),
                                        "--offset-ns",
                                        std::to_string(settings.clock_offset_ns),
                                        "--begin-ns",
                                        std::to_string(settings.begin_ns),
                                        "--drive-ns",
                                        std::to_string(settings.drive_ns),
                                        "--drive-begin-ns",
                                        std::to_string(settings.drive_begin_ns),
                                        "--run",
                                        settings.run,
                                        "--domain",
                                        std::to_string(settings.domain)};
  if (!settings.mode_before.empty())
    arguments.insert(arguments.end(), {"--mode-before", settings.mode_before, "--mode-before-since-ns",
                                       std::to_string(settings.mode_before_since_ns)});
  if (settings.partition) arguments.insert(arguments.end(), {"--partition", *settings.partition});
  if (!settings.is_host_only) arguments.emplace_back("--all-hosts");
  if (!settings.is_realtime) arguments.emplace_back("--no-realtime");
  return arguments;
}

DdsConfig dds_config(const LiveSettings& settings, const std::string& participant) {
  DdsConfig config;
  config.domain = settings.domain;
  config.partition = settings.partition.value_or(settings.run);
  config.is_host_only = settings.is_host_only;
  config.participant = "ocelli/" + participant;
  return config;
}

Result<LaunchFile> find_launch(const std::string& name) {
  std::error_code failure;
  if (std::filesystem::is_regular_file(name, failure)) return LaunchFile::load(name);
  const std::string_view text = built_in_launch(name);
  if (!text.empty()) return LaunchFile::parse(std::string(text), name + ".yaml (built in)", {});
  return error(ErrorCode::kNotFound, "{}: no such launch file, and no built-in one of that name", name);
}

SourceContext source_context(const LaunchFile& launch, std::uint64_t seed, Time begin) {
  return {launch.file, launch.folder, seed, begin};
}

Result<Time> drive_begin(const LaunchFile& launch, std::uint64_t seed) {
  constexpr Duration kFurthest = 60s;  // later, a stamp is taken for a wrong one (LiveExecutor)
  Time first{};
  Time last{};
  for (const SourceEntry& entry : launch.sources) {
    OCELLI_ASSIGN(const auto opened, open_source(entry, source_context(launch, seed, Time{})));
    const auto range = opened.source->range();
    if (!range || range->begin == Time{}) continue;
    first = first == Time{} ? range->begin : std::min(first, range->begin);
    last = std::max(last, range->begin);
    if (last - first > kFurthest)
      return error(
          ErrorCode::kInvalidArgument,
          "{}: its recording begins {:.0f} s away from another one of this launch file: expected recordings of "
          "one drive, which begin within {:.0f} s",
          entry.place, to_seconds(last - first), to_seconds(kFurthest));
  }
  return first;
}

Result<std::vector<SourceTopic>> source_topics(const LaunchFile& launch, std::uint64_t seed) {
  std::vector<SourceTopic> all;
  std::vector<std::string> mistakes;
  for (const SourceEntry& entry : launch.sources) {
    const auto opened = open_source(entry, source_context(launch, seed, Time{}));
    if (opened)
      all.insert(all.end(), opened->source->topics().begin(), opened->source->topics().end());
    else
      mistakes.push_back(opened.error().message);
  }
  if (!mistakes.empty()) return error(ErrorCode::kInvalidArgument, "{}", fmt::join(mistakes, "\n"));
  return all;
}

}  // namespace ocelli::launch
