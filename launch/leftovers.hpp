#pragma once
// Shared-memory files that programs with Fast DDS left behind when they were killed. Ocelli's own rings have no name
// and leave nothing.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

struct Leftover {
  std::filesystem::path path;
  std::uintmax_t bytes = 0;
};

struct Leftovers {
  std::vector<Leftover> dead;
  std::vector<std::filesystem::path> unknown;  // a process in `unseen` may have made them
  std::vector<std::string> unseen;             // numbers of processes that may not be looked into
};

/// Files of Fast DDS in `shm` whose program is dead, if they were last changed `min_age` ago or earlier (a file may be
/// made before it is used). In use is what a process in `proc` has mapped or open, and segments and ports whose lock
/// (`…_el`, `…_sl`) is held, by whomever. Files for data-sharing have no lock: those whose name has the number of a
/// process that may not be looked into are unknown.
[[nodiscard]] Result<Leftovers> find_leftovers(const std::filesystem::path& shm, const std::filesystem::path& proc,
                                               std::chrono::seconds min_age);

/// Removes them; returns the bytes that became free.
[[nodiscard]] Result<std::uintmax_t> remove_leftovers(const std::vector<Leftover>& leftovers);

}  // namespace ocelli::launch
