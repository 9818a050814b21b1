#pragma once
// A recorded drive on disk, whatever its format, opened for replay.

#include <filesystem>

#include "ocelli/launch/launch_file.hpp"

namespace ocelli::launch {

struct OpenedDrive {
  std::unique_ptr<Source> source;
  std::vector<std::string> notes;
};

/// The format is told by what lies there: an .mcap file, the folder of an earlier run, a comma2k19 drive (whose
/// CAN frames need the vehicle's database `dbc`), a KITTI raw drive. Of Ocelli's
/// own recordings only what the nodes of `launch` do not produce themselves is taken. Errors: nothing there, or nothing
/// that any format recognises (with the list of formats).
[[nodiscard]] Result<OpenedDrive> open_drive(const std::filesystem::path& path, const std::filesystem::path& dbc,
                                             const LaunchFile& launch);

}  // namespace ocelli::launch
