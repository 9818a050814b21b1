#pragma once
// Temporary folders of small KITTI files for tests, and the recordings where there are any.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("ocelli_") + info->test_suite_name() + "_" + info->name() + "_" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// Writes <folder>/<file> and returns <folder>.
  std::filesystem::path write(const std::string& folder, const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(path_ / folder);
    std::ofstream(path_ / folder / file, std::ios::binary) << text;
    return path_ / folder;
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The recorded KITTI tracking sequences, when they are there.
inline std::optional<std::filesystem::path> kitti_tracking() {
  const std::filesystem::path folder = recorded_data("kitti_tracking");
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder / "label_02", ignored)) return std::nullopt;
  return folder;
}

}  // namespace ocelli::testing
