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

TEST_F(DriveFiles, AScoreOutOfAnyUnitAndAMatrixOfZerosAreErrors) {
  write("det/Car/0000.txt", std::string(kCar) + "1,2,500,150,600,250,1e308,1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n");
  expect_mistake("det/Car/0000.txt:2: score 1e+308, a log-odds within 10000 expected");
  write("calib/0000.txt", "P2: 0 0 0 0 0 0 0 0 0 0 0 0\n");
  expect_mistake("calib/0000.txt:1: P2 is no camera");
}

TEST_F(DriveFiles, ADetectionWithoutImageAreaIsShownWhereItsBoxIsInTheImage) {
  write("det/Car/0000.txt", "0,2,600,150,600,250,8.0,1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n");
  const auto rows = track_drive(*read(), {});
  ASSERT_TRUE(rows);
  ASSERT_FALSE(rows->empty());
  EXPECT_GT((*rows)[0].image.width_px(), 20.0);
  EXPECT_LT((*rows)[0].image.left_px, 640.0);
  EXPECT_GT((*rows)[0].image.right_px, 640.0);
}

TEST_F(DriveFiles, ACameraThatDidNotLookAndOneThatSawNothingAreNoted) {
  folders_.camera = root_ / "cam";
  Result<Drive> drive = read();
  ASSERT_TRUE(drive);
  ASSERT_EQ(drive->notes.size(), 1U);
  EXPECT_NE(drive->notes[0].find("cam/Car/0000.txt: no such file"), std::string::npos) << drive->notes[0];
  EXPECT_FALSE(drive->camera_looks[std::size_t(tracking::ObjectClass::kCar)]);
  write("cam/Car/0000.txt", "");
  drive = read();
  ASSERT_TRUE(drive);
  ASSERT_EQ(drive->notes.size(), 1U);
  EXPECT_NE(drive->notes[0].find("cam/Car/0000.txt: empty"), std::string::npos) << drive->notes[0];
  EXPECT_TRUE(drive->camera_looks[std::size_t(tracking::ObjectClass::kCar)]);
  write("cam/Car/0000.txt", "0,500,150,600,250,0.9\n");
  EXPECT_TRUE(read()->notes.empty());
  fs::remove(root_ / "det/Car/0000.txt");
  EXPECT_EQ(read()->notes, std::vector<std::string>{"no 3D detections of any class"});
}

/// A car seen in 900 frames with scores that no binary number of few digits is.
class LongTrack : public DriveFiles {
 protected:
  static constexpr int kFrames = 900;
  static double score_of(int frame) { return 8.0 + 1.3 * std::sin(0.37 * frame); }
  void SetUp() override {
    DriveFiles::SetUp();
    std::string detections;
    std::string poses;
    for (int frame = 0; frame < kFrames; ++frame) {
      detections += fmt::format("{},2,500,150,600,250,{},1.5,1.8,4.0,1.0,1.7,20.0,-1.57,0\n", frame, score_of(frame));
      poses += kPose;
    }
    write("det/Car/0000.txt", detections);
    write("ego/0000.txt", poses);
  }
};

TEST_F(LongTrack, AWrittenScoreIsTheConfidenceInThatFrame) {
  const auto rows = track_drive(*read(), with_detection_scores({}));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), std::size_t{kFrames});
  for (int frame = 0; frame < kFrames; ++frame)
    EXPECT_NEAR((*rows)[std::size_t(frame)].score, score_of(frame), 0.002) << frame;
}

TEST_F(LongTrack, TheMeanOfItsScoresSurvivesBeingAveragedAndPrinted) {
  const auto rows = track_drive(*read(), {});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), std::size_t{kFrames});
  double sum = 0.0;
  for (int frame = 0; frame < kFrames; ++frame) {
    sum += (*rows)[std::size_t(frame)].score;
    const double mean = sum / (frame + 1);
    double sum_of_means = 0.0;
    for (int i = 0; i <= frame; ++i) sum_of_means += mean;
    EXPECT_EQ(sum_of_means / (frame + 1), mean) << frame;
    EXPECT_LE(std::stod(fmt::format("{:.6f}", mean)), mean) << frame;
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
