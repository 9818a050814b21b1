#pragma once
// Recordings for tests: raw bytes of clouds from $OCELLI_DATA or the folder beside the repository.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::perception {

inline std::vector<char> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Clouds of kitti_raw in order; empty when there are none.
inline std::vector<std::filesystem::path> kitti_raw_clouds() {
  std::vector<std::filesystem::path> clouds;
  const std::filesystem::path folder = recorded_data("kitti_raw/velodyne_points/data");
  if (!std::filesystem::exists(folder)) return clouds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) clouds.push_back(entry.path());
  std::sort(clouds.begin(), clouds.end());
  return clouds;
}

}  // namespace ocelli::perception
