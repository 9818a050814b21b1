#include "ocelli/middleware/log/sources/sources.hpp"

#include <array>

#include "ocelli/middleware/log/sources/comma2k19.hpp"
#include "ocelli/middleware/log/sources/kitti_raw.hpp"
#include "ocelli/middleware/log/sources/mcap_source.hpp"

namespace ocelli::log {
namespace {

/// Relative paths start at the folder of the launch file. What is not there fails here, with its place.
Result<std::string> resolve(const std::string& path, const SourceContext& context) {
  if (path.empty())
    return error(context.at_place({ErrorCode::kInvalidArgument, "the 'path' of the recording is missing"}));
  const std::filesystem::path whole = context.folder / path;
  std::error_code failure;
  if (!std::filesystem::exists(whole, failure))
    return error(context.at_place({ErrorCode::kNotFound, fmt::format("{}: no such recording", whole.string())}));
  return whole.string();
}

Result<OpenedSource> open_kitti(const YAML::Node& node, const SourceContext& context) {
  OCELLI_ASSIGN(KittiRawConfig config, read_source_config<KittiRawConfig>(node, context));
  OCELLI_ASSIGN(config.path, resolve(config.path, context));
  if (!config.calibration.empty()) config.calibration = (context.folder / config.calibration).string();
  OCELLI_ASSIGN(KittiDrive drive, open_kitti_raw(config));
  return OpenedSource{std::move(drive.source), std::move(drive.notes)};
}

Result<OpenedSource> open_comma(const YAML::Node& node, const SourceContext& context) {
  OCELLI_ASSIGN(Comma2k19Config config, read_source_config<Comma2k19Config>(node, context));
  OCELLI_ASSIGN(config.path, resolve(config.path, context));
  config.dbc = (context.folder / config.dbc).string();
  OCELLI_ASSIGN(CommaDrive drive, open_comma2k19(config));
  return OpenedSource{std::move(drive.source), std::move(drive.notes)};
}

Result<OpenedSource> open_recording(const YAML::Node& node, const SourceContext& context) {
  OCELLI_ASSIGN(McapSourceConfig config, read_source_config<McapSourceConfig>(node, context));
  OCELLI_ASSIGN(config.path, resolve(config.path, context));
  return open_mcap(config);
}

constexpr auto kSources = std::to_array<SourceRow>({
    {"comma2k19", "comma2k19 drive: wheel speeds and steering from raw CAN, IMU, GNSS", &open_comma},
    {"kitti_raw", "KITTI raw drive: pictures, lidar points, OXTS", &open_kitti},
    {"mcap", "Ocelli recording", &open_recording},
});

}  // namespace

std::span<const SourceRow> sources() { return kSources; }

}  // namespace ocelli::log
