#pragma once
// The frames of one sensor folder of a KITTI drive: numbered files in data/, one time stamp per line in timestamps.txt.
// Must not know: what is in the files.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::log {

struct KittiFrame {
  std::uint64_t number = 0;
  std::filesystem::path file;  // not there where a number is left out between others
  Time time;
};

struct KittiFolder {
  std::vector<KittiFrame> frames;  // by number
  bool has_timestamps = false;     // false: times are still to be set
};

/// "2011-09-26 13:02:25.964389445" (UTC as far as we are concerned); nothing for anything else.
[[nodiscard]] std::optional<Time> parse_kitti_time(std::string_view text);

/// Frames in `folder`/data with that extension, without gaps in their numbers unless timestamps.txt has just one line
/// per file. Nothing when there is no such folder or no frame in it. Errors: a file name that is no number, far-off
/// numbers, a bad line in timestamps.txt, fewer lines than frames.
[[nodiscard]] Result<std::optional<KittiFolder>> list_kitti_frames(const std::filesystem::path& folder,
                                                                   std::string_view extension);

}  // namespace ocelli::log
