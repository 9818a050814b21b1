#pragma once
// Shared-memory files that programs with Fast DDS left behind when they were killed. Ocelli's own rings have no name
// and leave nothing.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::launch {

struct Leftover {
  std::filesystem::path path;
  std::uintmax_t bytes = 0;
};

/// Files of Fast DDS in `shm` that no process in `proc` has mapped or open, and that were last changed `min_age` ago or
/// earlier (a file may be made before it is mapped). Error when a process cannot be looked into: then nothing is known
/// to be dead.
[[nodiscard]] Result<std::vector<Leftover>> find_leftovers(const std::filesystem::path& shm,
                                                           const std::filesystem::path& proc,
                                                           std::chrono::seconds min_age);

/// Removes them; returns the bytes that became free.
[[nodiscard]] Result<std::uintmax_t> remove_leftovers(const std::vector<Leftover>& leftovers);

}  // namespace ocelli::launch
