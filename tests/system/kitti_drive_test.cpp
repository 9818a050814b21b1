// `ocelli replay` of a real KITTI drive: one tracks message per frame, the car ahead followed under one id with its
// rear face on the returns, the same bytes whatever runs it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "ocelli/middleware/log/recording.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHitsToBirth = 3;  // frames until a new object is reported
constexpr double kLidarHeight_m = 1.73;
constexpr double kOwnFront_m = 4.0;

class KittiDriveReplay : public ::testing::Test {
 protected:
  void SetUp() override {
    drive_ = recorded_data("kitti_raw");
    if (!fs::is_directory(drive_)) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
    out_ = fs::temp_directory_path() / ("ocelli_kitti_drive_" + std::to_string(::getpid()));
  }
  void TearDown() override {
    std::error_code ignored;
    if (!out_.empty()) fs::remove_all(out_, ignored);
  }

  /// Folder of the run.
  fs::path replay(const std::string& name, const std::string& options) const {
    const fs::path folder = out_ / name;
    const std::string command = std::string(OCELLI_COMMAND) + " replay " + drive_.string() + " --rate max " + options +
                                " --out " + folder.string() + " > /dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return folder;
  }

  [[nodiscard]] std::vector<fs::path> clouds() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(drive_ / "velodyne_points/data")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }

  fs::path drive_;
  fs::path out_;
};

std::vector<ocelli::msg::Tracks> tracks_of(const fs::path& file) {
  std::vector<ocelli::msg::Tracks> all;
  auto recording = log::Recording::open(file);
  if (!recording) return all;
  auto cursor = recording->messages();
  while (true) {
    auto message = cursor.next();
    if (!message || !*message) return all;
    auto tracks = log::decode<topics::Tracks>(**message);
    if (tracks) all.push_back(std::move(*tracks));
  }
}

/// Of the returns in the ego corridor above the road: the tenth nearest, so that a stray one does not count.
std::optional<double> nearest_ahead_m(const fs::path& cloud) {
  std::ifstream file(cloud, std::ios::binary);
  std::vector<double> ahead_m;
  for (std::array<float, 4> p{}; file.read(reinterpret_cast<char*>(p.data()), sizeof p);)
    if (p[0] > kOwnFront_m && std::abs(p[1]) < 1.0F && p[2] > 0.3 - kLidarHeight_m && p[2] < 2.0 - kLidarHeight_m)
      ahead_m.push_back(static_cast<double>(p[0]));
  if (ahead_m.size() < 10) return std::nullopt;
  std::nth_element(ahead_m.begin(), ahead_m.begin() + 9, ahead_m.end());
  return ahead_m[9];
}

double rear_m(const ocelli::msg::Track& track) {
  return track.position().x() - 0.5 * track.size().x() * std::abs(std::cos(track.yaw_rad())) -
         0.5 * track.size().y() * std::abs(std::sin(track.yaw_rad()));
}

const ocelli::msg::Track* car_ahead(const ocelli::msg::Tracks& tracks) {
  const ocelli::msg::Track* nearest = nullptr;
  for (const ocelli::msg::Track& track : tracks.tracks())
    if (track.position().x() > kOwnFront_m && std::abs(track.position().y()) < 1.0)
      if (nearest == nullptr || track.position().x() < nearest->position().x()) nearest = &track;
  return nearest;
}

std::vector<char> bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(KittiDriveReplay, FollowsTheCarAheadUnderOneIdWithItsRearOnTheReturns) {
  const auto tracks = tracks_of(replay("A", "") / "tracks.mcap");
  const auto files = clouds();
  ASSERT_EQ(tracks.size(), files.size()) << "one tracks message for every frame";
  std::optional<std::uint32_t> id;
  for (std::size_t frame = kHitsToBirth - 1; frame < files.size(); ++frame) {
    SCOPED_TRACE("frame " + std::to_string(frame));
    EXPECT_FALSE(tracks[frame].is_world()) << "the drive has no ego motion";
    const ocelli::msg::Track* car = car_ahead(tracks[frame]);
    ASSERT_NE(car, nullptr);
    EXPECT_EQ(car->classification(), ocelli::msg::CLASS_CAR);
    if (!id) id = car->id();
    EXPECT_EQ(car->id(), *id);
    const auto nearest_m = nearest_ahead_m(files[frame]);
    ASSERT_TRUE(nearest_m);
    EXPECT_NEAR(rear_m(*car), *nearest_m, 0.3);
  }
}

TEST_F(KittiDriveReplay, GivesTheSameBytesForAnyThreadsAndSchedule) {
  const auto expected = bytes_of(replay("one", "--threads 1") / "tracks.mcap");
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(bytes_of(replay("two", "--threads 2") / "tracks.mcap"), expected);
  EXPECT_EQ(bytes_of(replay("shuffled", "--threads 3 --schedule-seed 7") / "tracks.mcap"), expected);
}

}  // namespace
}  // namespace ocelli
