#include "ocelli/launch/drive.hpp"

#include <fmt/ranges.h>

#include <set>

#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/middleware/log/sources/comma2k19.hpp"
#include "ocelli/middleware/log/sources/kitti_raw.hpp"
#include "ocelli/middleware/log/sources/mcap_source.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

/// Topics that the launch file makes itself, and those of the monitor and the shells.
Result<std::set<std::string>> produced_topics(const LaunchFile& launch) {
  std::set<std::string> produced;
  for (const NodeEntry& entry : launch.nodes) {
    OCELLI_ASSIGN(const auto shell, make_shell(entry, launch.file));
    for (const node::BoundOutput& output : shell->outputs()) produced.insert(output.topic);
  }
  return produced;
}

std::vector<std::string> names_of(const log::Recording& recording) {
  std::vector<std::string> names;
  for (const log::RecordedTopic& topic : recording.topics()) names.push_back(topic.name);
  return names;
}

Result<OpenedDrive> open_recording(const fs::path& file, const LaunchFile& launch) {
  OCELLI_ASSIGN(const auto recording, log::Recording::open(file));
  OCELLI_ASSIGN(const auto produced, produced_topics(launch));
  log::McapSourceConfig config;
  config.path = file;
  for (const log::RecordedTopic& topic : recording.topics()) {
    if (topic.kind == nullptr || topic.name.starts_with("ocelli/") || produced.contains(topic.name)) continue;
    config.topics.push_back(topic.name);
  }
  if (recording.topics().empty())
    return error(ErrorCode::kCorrupt, "{}: {} bytes, and no topic in them (cut off?)", file.string(),
                 fs::file_size(file));
  if (config.topics.empty())
    return error(ErrorCode::kUnsupported, "{}: no topic in it that the nodes of '{}' could use: it has {}",
                 file.string(), launch.name, fmt::join(names_of(recording), ", "));
  OCELLI_ASSIGN(auto opened, log::open_mcap(config));
  return OpenedDrive{std::move(opened.source), std::move(opened.notes)};
}

Result<OpenedDrive> open_comma(const fs::path& folder, const fs::path& dbc) {
  if (dbc.empty())
    return error(ErrorCode::kInvalidArgument,
                 "{}: a comma2k19 drive: its CAN frames need the database of the vehicle (--dbc FILE.dbc)",
                 folder.string());
  log::Comma2k19Config config;
  config.path = folder;
  config.dbc = dbc;
  OCELLI_ASSIGN(auto opened, log::open_comma2k19(config));
  return OpenedDrive{std::move(opened.source), std::move(opened.notes)};
}

}  // namespace

Result<OpenedDrive> open_drive(const fs::path& path, const fs::path& dbc, const LaunchFile& launch) {
  std::error_code failure;
  if (!fs::exists(path, failure)) return error(ErrorCode::kNotFound, "{}: no such drive", path.string());
  if (fs::is_directory(path / "processed_log", failure)) return open_comma(path, dbc);
  if (!dbc.empty())
    return error(ErrorCode::kInvalidArgument, "--dbc {}: is for a comma2k19 drive, which {} is not", dbc.string(),
                 path.string());
  if (fs::is_regular_file(path, failure)) return open_recording(path, launch);
  if (fs::is_regular_file(path / "recording.mcap", failure)) return open_recording(path / "recording.mcap", launch);
  log::KittiRawConfig config;
  config.path = path;
  OCELLI_ASSIGN(auto opened, log::open_kitti_raw(config));
  return OpenedDrive{std::move(opened.source), std::move(opened.notes)};
}

}  // namespace ocelli::launch
