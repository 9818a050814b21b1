#include "ocelli/launch/leftovers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDataSharing = "fast_datasharing_";

bool is_of_fast_dds(std::string_view name) {
  constexpr auto kPrefixes = std::to_array<std::string_view>({kDataSharing, "fastrtps_", "sem.fastrtps_"});
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

struct Processes {
  std::set<std::string> names;      // last path components of all that they have mapped or open
  std::vector<std::string> unseen;  // those that may not be looked into
};

/// False: it lives, but may not be looked into.
bool add_names(const fs::path& process, std::set<std::string>& names) {
  std::error_code failure;
  std::ifstream maps(process / "maps");
  if (!maps && fs::exists(process, failure)) return false;
  for (std::string line; std::getline(maps, line);)
    if (const std::size_t slash = line.rfind('/'); slash != std::string::npos)
      names.insert(line.substr(slash + 1, line.find(' ', slash) - slash - 1));
  fs::directory_iterator files(process / "fd", failure);
  if (failure) return !fs::exists(process, failure);
  for (; files != fs::directory_iterator(); files.increment(failure)) {
    std::error_code gone;
    names.insert(fs::read_symlink(files->path(), gone).filename().string());
    if (failure) break;
  }
  return true;
}

Result<Processes> processes_in(const fs::path& proc) {
  Processes processes;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(proc, failure)) {
    const std::string name = entry.path().filename().string();
    const bool is_process = std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (is_process && !add_names(entry.path(), processes.names)) processes.unseen.push_back(name);
  }
  if (failure) return error(ErrorCode::kUnavailable, "{}: {}", proc.string(), failure.message());
  return processes;
}

enum class State { kInUse, kUnknown, kDead };

/// Of the owner, as far as this lock tells.
State state_by_lock(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno == ENOENT ? State::kDead : State::kUnknown;
  const bool is_free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;  // given back by close()
  ::close(descriptor);
  return is_free ? State::kDead : State::kInUse;
}

/// Fast DDS holds a lock on `SEGMENT_el` or `PORT_el` as long as its owner lives, on `PORT_sl` while somebody listens,
/// and removes them when they end properly.
State state_by_locks(const fs::path& shm, std::string_view name) {
  constexpr std::string_view kSemaphore = "sem.";
  if (name.starts_with(kSemaphore)) name.remove_prefix(kSemaphore.size());
  for (const std::string_view suffix : {"_mutex", "_el", "_sl"})
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  const State owner = state_by_lock(shm / (std::string(name) + "_el"));
  const State listener = state_by_lock(shm / (std::string(name) + "_sl"));
  return std::min(owner, listener);  // the one that has more to lose
}

/// Bytes 4 and 5 of the GUID in the name are the low bits of its maker's process number (Fast DDS, GuidUtils).
bool is_made_by(std::string_view name, const std::string& process) {
  constexpr std::size_t kAt = kDataSharing.size() + 4 * 3;
  unsigned low = 0;
  unsigned high = 0;
  if (std::sscanf(std::string(name.substr(std::min(kAt, name.size()))).c_str(), "%2x.%2x.", &low, &high) != 2)
    return true;  // not such a name: nothing is known
  return (std::strtoul(process.c_str(), nullptr, 10) & 0xffffU) == (high << 8U | low);
}

State state_of(const fs::path& shm, const std::string& name, const Processes& processes) {
  if (processes.names.contains(name)) return State::kInUse;
  if (!name.starts_with(kDataSharing)) return state_by_locks(shm, name);
  const auto made_it = [&](const std::string& process) { return is_made_by(name, process); };
  return std::ranges::any_of(processes.unseen, made_it) ? State::kUnknown : State::kDead;
}

}  // namespace

Result<Leftovers> find_leftovers(const fs::path& shm, const fs::path& proc, std::chrono::seconds min_age) {
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
  std::ranges::sort(candidates, {}, &Leftover::path);
  OCELLI_ASSIGN(const Processes processes, processes_in(proc));
  Leftovers leftovers{{}, {}, processes.unseen};
  for (const Leftover& file : candidates) {
    const State state = state_of(shm, file.path.filename().string(), processes);
    if (state == State::kDead) leftovers.dead.push_back(file);
    if (state == State::kUnknown) leftovers.unknown.push_back(file.path);
  }
  return leftovers;
}

Result<std::uintmax_t> remove_leftovers(const std::vector<Leftover>& leftovers) {
  std::uintmax_t bytes = 0;
  Status first = ok();
  for (const Leftover& leftover : leftovers) {
    std::error_code failure;
    if (fs::remove(leftover.path, failure)) bytes += leftover.bytes;
    if (failure && first)
      first = error(ErrorCode::kUnavailable, "{}: {} (the others that are ours to remove are gone)",
                    leftover.path.string(), failure.message());
  }
  OCELLI_TRY(first);
  return bytes;
}

}  // namespace ocelli::launch
