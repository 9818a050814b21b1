#include "ocelli/launch/leftovers.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

bool is_of_fast_dds(std::string_view name) {
  constexpr auto kPrefixes = std::to_array<std::string_view>({"fast_datasharing_", "fastrtps_", "sem.fastrtps_"});
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

/// Adds the last path component of everything that a process has mapped or open.
Status add_names(const fs::path& process, std::set<std::string>& names) {
  const auto unknown = [&] {
    return error(ErrorCode::kUnavailable, "{}: cannot see what it uses (run as root, with CAP_SYS_PTRACE)",
                 process.string());
  };
  std::error_code failure;
  std::ifstream maps(process / "maps");
  if (!maps && fs::exists(process, failure)) return unknown();
  for (std::string line; std::getline(maps, line);)
    if (const std::size_t slash = line.rfind('/'); slash != std::string::npos)
      names.insert(line.substr(slash + 1, line.find(' ', slash) - slash - 1));
  fs::directory_iterator files(process / "fd", failure);
  if (failure) return fs::exists(process, failure) ? Status(unknown()) : ok();
  for (; files != fs::directory_iterator(); files.increment(failure)) {
    std::error_code gone;
    names.insert(fs::read_symlink(files->path(), gone).filename().string());
    if (failure) break;
  }
  return ok();
}

Result<std::set<std::string>> names_in_use(const fs::path& proc) {
  std::set<std::string> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(proc, failure)) {
    const std::string name = entry.path().filename().string();
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
      OCELLI_TRY(add_names(entry.path(), names));
  }
  if (failure) return error(ErrorCode::kUnavailable, "{}: {}", proc.string(), failure.message());
  return names;
}

}  // namespace

Result<std::vector<Leftover>> find_leftovers(const fs::path& shm, const fs::path& proc, std::chrono::seconds min_age) {
  std::vector<Leftover> candidates;  // before the processes are asked: who appears later cannot be wronged
  std::error_code failure;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& entry : fs::directory_iterator(shm, failure)) {
    std::error_code gone;
    const bool is_old = entry.is_regular_file(gone) && now - entry.last_write_time(gone) >= min_age;
    if (!gone && is_old && is_of_fast_dds(entry.path().filename().string()))
      candidates.push_back({entry.path(), entry.file_size(gone)});
  }
  if (failure) return error(ErrorCode::kNotFound, "{}: {}", shm.string(), failure.message());
  OCELLI_ASSIGN(const std::set<std::string> used, names_in_use(proc));
  std::erase_if(candidates, [&](const Leftover& file) { return used.contains(file.path.filename().string()); });
  std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return candidates;
}

Result<std::uintmax_t> remove_leftovers(const std::vector<Leftover>& leftovers) {
  std::uintmax_t bytes = 0;
  for (const Leftover& leftover : leftovers) {
    std::error_code failure;
    if (fs::remove(leftover.path, failure)) bytes += leftover.bytes;
    if (failure) return error(ErrorCode::kUnavailable, "{}: {}", leftover.path.string(), failure.message());
  }
  return bytes;
}

}  // namespace ocelli::launch
