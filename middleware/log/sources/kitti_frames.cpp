#include "ocelli/middleware/log/sources/kitti_frames.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace ocelli::log {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostNumbersPerFrame = 100;

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::vector<KittiFrame>> list_files(const fs::path& folder, std::string_view extension) {
  std::vector<KittiFrame> frames;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    const fs::path& file = entry->path();
    if (file.extension() != extension) continue;
    const auto number = digits(file.stem().string());
    if (!number)
      return error(ErrorCode::kCorrupt, "{}: expected a frame number such as 0000000000{}", file.string(), extension);
    frames.push_back({*number, file, {}});
  }
  if (failure && failure != std::errc::no_such_file_or_directory)
    return error(ErrorCode::kUnavailable, "{}: cannot be listed: {}", folder.string(), failure.message());
  std::ranges::sort(frames, {}, &KittiFrame::number);
  const auto twice = std::ranges::adjacent_find(frames, {}, &KittiFrame::number);
  if (twice != frames.end())
    return error(ErrorCode::kCorrupt, "{}: frame {} is there twice", folder.string(), twice->number);
  return frames;
}

/// Numbers that are left out between the first and the last frame become frames whose file is not there.
Result<std::vector<KittiFrame>> without_gaps(const std::vector<KittiFrame>& found, const fs::path& folder) {
  const KittiFrame& first = found.front();
  const std::uint64_t gap = found.back().number - first.number;
  if (gap >= kMostNumbersPerFrame * found.size())
    return error(ErrorCode::kCorrupt, "{}: {} files for frames {} to {}: expected consecutive numbers", folder.string(),
                 found.size(), first.number, found.back().number);
  std::vector<KittiFrame> frames;
  frames.reserve(gap + 1);
  for (const KittiFrame& frame : found) {
    for (std::uint64_t number = first.number + frames.size(); number < frame.number; ++number) {
      const auto width = first.file.stem().string().size();
      const std::string name = fmt::format("{:0{}}{}", number, width, first.file.extension().string());
      frames.push_back({number, first.file.parent_path() / name, {}});
    }
    frames.push_back(frame);
  }
  return frames;
}

Result<std::vector<Time>> read_timestamps(const fs::path& file) {
  std::ifstream in(file);
  std::vector<Time> times;
  std::string line;
  while (std::getline(in, line)) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    const auto time = parse_kitti_time(line);
    if (!time)
      return error(ErrorCode::kCorrupt, "{}:{}: '{}': expected a time such as 2011-09-26 13:02:25.964389445",
                   file.string(), times.size() + 1, line.substr(0, 40));
    times.push_back(*time);
  }
  return times;
}

/// Line i belongs to frame i where the file covers the whole drive, and to the i-th number from the first one where the
/// drive was cut out of a longer one.
Status stamp(std::vector<KittiFrame>& frames, const std::vector<Time>& times, const fs::path& file) {
  const std::uint64_t first = frames.front().number;
  const std::uint64_t last = frames.back().number;
  const bool is_whole_drive = last < times.size();
  if (!is_whole_drive && last - first >= times.size())
    return error(ErrorCode::kCorrupt, "{}: {} lines for frames {} to {}: expected one line per frame", file.string(),
                 times.size(), first, last);
  for (KittiFrame& frame : frames) frame.time = times[is_whole_drive ? frame.number : frame.number - first];
  return ok();
}

}  // namespace

std::optional<Time> parse_kitti_time(std::string_view text) {
  // 0123456789012345678901234567
  // 2011-09-26 13:02:25.964389445
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  const auto hour = digits(text.substr(11, 2));
  const auto minute = digits(text.substr(14, 2));
  const auto second = digits(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  const bool is_in_range = *year >= 1970 && *year < 2262;  // 64 bits of nanoseconds
  if (!is_in_range || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  Duration fraction{};
  if (text.size() > 19) {
    std::string nanoseconds(text.substr(20));
    if (text[19] != '.' || nanoseconds.empty() || nanoseconds.size() > 9) return std::nullopt;
    nanoseconds.resize(9, '0');
    const auto value = digits(nanoseconds);
    if (!value) return std::nullopt;
    fraction = Duration(static_cast<std::int64_t>(*value));
  }
  const Duration since_epoch = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                               std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return Time(since_epoch + fraction);
}

Result<std::optional<KittiFolder>> list_kitti_frames(const fs::path& folder, std::string_view extension) {
  OCELLI_ASSIGN(auto frames, list_files(folder / "data", extension));
  if (frames.empty()) return std::nullopt;
  KittiFolder out;
  const fs::path file = folder / "timestamps.txt";
  out.has_timestamps = fs::exists(file);
  if (!out.has_timestamps) {
    OCELLI_ASSIGN(out.frames, without_gaps(frames, folder / "data"));
    return out;
  }
  OCELLI_ASSIGN(const auto times, read_timestamps(file));
  const bool is_thinned = frames.size() == times.size();  // a line per file, whatever the numbers are
  if (!is_thinned) {
    OCELLI_ASSIGN(frames, without_gaps(frames, folder / "data"));
    OCELLI_TRY(stamp(frames, times, file));
  }
  for (std::size_t i = 0; is_thinned && i < frames.size(); ++i) frames[i].time = times[i];
  out.frames = std::move(frames);
  return out;
}

}  // namespace ocelli::log
