// Drives of the KITTI tracking benchmark: bad files are named with their line, tracks depend on no later frame.
#include "ocelli/perception/kitti/track_drive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "ocelli/tests/perception/kitti_folder.hpp"

namespace ocelli::kitti {
namespace {

namespace fs = std::filesystem;

constexpr auto kPose = "1 0 0 0 0 1 0 0 0 0 1 0\n";
constexpr auto kCalibration = "P2: 700 0 600 0 0 700 180 0 0 0 1 0\n";
constexpr auto kCar = "0,2,500,150,600,250,8.0,1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n";

class DriveFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(::testing::TempDir()) /
            ("drive_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    folders_ = {root_ / "det", root_ / "calib", root_ / "ego", {}};
    write("det/Car/0000.txt", kCar);
    write("calib/0000.txt", kCalibration);
    write("ego/0000.txt", std::string(kPose) + kPose);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  [[nodiscard]] Result<Drive> read() const { return read_drive(folders_, "0000", {tracking::ObjectClass::kCar}); }
  void expect_mistake(const std::string& text) const {
    const Result<Drive> drive = read();
    ASSERT_FALSE(drive);
    EXPECT_NE(drive.error().message.find(text), std::string::npos) << drive.error().message;
  }

  fs::path root_;
  Folders folders_;
};

TEST_F(DriveFiles, ATrackIsWrittenWhereTheDetectionWas) {
  const Result<Drive> drive = read();
  ASSERT_TRUE(drive) << drive.error().message;
  const auto rows = track_drive(*drive, {});
  ASSERT_TRUE(rows);
  ASSERT_FALSE(rows->empty());
  EXPECT_NEAR((*rows)[0].box.x_m, 1.0, 1e-9);
  EXPECT_NEAR((*rows)[0].box.y_m, 1.7, 1e-9);
  EXPECT_NEAR((*rows)[0].box.z_m, 20.0, 1e-9);
  EXPECT_NEAR((*rows)[0].box.yaw_rad, -1.57, 1e-9);
}

TEST_F(DriveFiles, ACalibrationWithoutP2IsNamed) {
  write("calib/0000.txt", "P0: 1 0 0 0 0 1 0 0 0 0 1 0\n");
  expect_mistake("calib/0000.txt: matrix P2 is missing");
}

TEST_F(DriveFiles, APoseFileShorterThanTheDriveIsNamedWithTheLine) {
  write("det/Car/0000.txt", std::string(kCar) + "7" + (kCar + 1));
  expect_mistake("det/Car/0000.txt:2");
}

TEST_F(DriveFiles, AMissingPoseFileAndABrokenPoseAreErrors) {
  write("ego/0000.txt", "1 0 0 0\n");
  expect_mistake("ego/0000.txt:1");
  fs::remove(root_ / "ego/0000.txt");
  expect_mistake("ego/0000.txt");
}

TEST_F(DriveFiles, RowsThatAreNotFiniteOrOfAnotherClassAreSkippedAndCounted) {
  write("det/Car/0000.txt", std::string("1,9,500,150,600,250,8.0,1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n") + kCar +
                                "1,2,500,150,600,250,8.0,1.5,1.8,4.0,nan,1.7,20.0,-1.57,0\n");
  const Result<Drive> drive = read();
  ASSERT_TRUE(drive) << drive.error().message;
  EXPECT_EQ(drive->skipped_rows, 2);
  EXPECT_NE(drive->first_skipped.find("0000.txt:1"), std::string::npos);
  EXPECT_EQ(drive->frames[0].detections.size(), 1U);
}

TEST_F(DriveFiles, OrderOfRowsDoesNotMatterAndWordsAreErrors) {
  write("det/Car/0000.txt", std::string("1") + (kCar + 1) + kCar);
  ASSERT_TRUE(read());
  write("det/Car/0000.txt", "0,2,left,150,600,250,8.0,1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n");
  expect_mistake("det/Car/0000.txt:1");
}

TEST_F(DriveFiles, TheMeanOfATracksScoresIsExactInBinaryAndInSixDecimals) {
  std::string detections;
  std::string poses;
  for (int frame = 0; frame < 7; ++frame) {
    detections += fmt::format("{},2,500,150,600,250,{},1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n", frame, 8.0 + 0.37 * frame);
    poses += kPose;
  }
  write("det/Car/0000.txt", detections);
  write("ego/0000.txt", poses);
  const auto rows = track_drive(*read(), {});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 7U);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    sum += (*rows)[i].score;
    const double steps = 64.0 * sum / static_cast<double>(i + 1);
    EXPECT_EQ(steps, std::round(steps)) << i;
  }
}

TEST(TrackDrive, WhatIsWrittenForAFrameDependsOnNoLaterFrame) {
  const auto folder = testing::kitti_tracking();
  if (!folder) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  const Folders folders{*folder / "pointrcnn", *folder / "calib", *folder / "ego", *folder / "rrc2d"};
  const Result<Drive> drive =
      read_drive(folders, "0000", {tracking::ObjectClass::kCar, tracking::ObjectClass::kPedestrian});
  ASSERT_TRUE(drive) << drive.error().message;
  const std::string all = text_of(*track_drive(*drive, {}));
  for (const std::size_t frames : {1U, 2U, 40U, 100U}) {
    // Later frames are not even in memory.
    Drive start = *drive;
    start.frames.resize(frames);
    start.T_world_vehicle.resize(frames);
    const std::string part = text_of(*track_drive(start, {}));
    EXPECT_FALSE(part.empty());
    EXPECT_EQ(all.substr(0, part.size()), part) << frames;
    EXPECT_EQ(all.substr(part.size(), all.find(' ', part.size()) - part.size()), std::to_string(frames));
  }
}

}  // namespace
}  // namespace ocelli::kitti
