#include "ocelli/middleware/log/sources/kitti_calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/tests/middleware/log/sources/kitti_drive.hpp"
#include "ocelli/middleware/log/sources/kitti_frames.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::log {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kCamToCam =
    "calib_time: 09-Jan-2012 13:57:47\ncorner_dist: 9.950000e-02\n"
    "R_rect_00: 0 -1 0 1 0 0 0 0 1\n"
    "P_rect_02: 721.5 0 609.5 44.85 0 721.5 172.8 0.21 0 0 1 0.0027\n"
    "P_rect_03: 721.5 0 609.5 -340 0 721.5 172.8 2.2 0 0 1 0.0027\n";
constexpr const char* kVeloToCam =
    "calib_time: 15-Mar-2012 11:37:16\nR: 0 -1 0 0 0 -1 1 0 0\nT: 0.01 -0.07 -0.30\ndelta_f: 0 0\n";

std::string without(std::string text, const std::string& label) {
  const auto begin = text.find(label);
  return text.erase(begin, text.find('\n', begin) + 1 - begin);
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

class KittiCalibrationFiles : public ::testing::Test {
 protected:
  Error fail(const std::string& text) {
    write_file(folder_ / "calib.txt", text);
    const auto read = read_kitti_calibration(folder_ / "calib.txt", 2);
    EXPECT_FALSE(read);
    return read ? Error{} : read.error();
  }
  TempFolder folder_;
};

TEST_F(KittiCalibrationFiles, OfARawDriveChainRectificationAndMounting) {
  write_file(folder_ / "calib_cam_to_cam.txt", std::string(kCamToCam));
  write_file(folder_ / "calib_velo_to_cam.txt", std::string(kVeloToCam));
  const auto found = find_kitti_calibration(folder_.path(), {}, 2);
  ASSERT_TRUE(found && found->calibration) << found.error().message;
  EXPECT_FALSE(found->calibration->is_nominal);
  // p_lidar (2 3 4) → unrectified (-2.99 -4.07 1.70) → R_rect_00 → (4.07 -2.99 1.70)
  EXPECT_TRUE((found->calibration->T_camera_lidar * Eigen::Vector3d(2, 3, 4))
                  .isApprox(Eigen::Vector3d(4.07, -2.99, 1.70), 1e-9));
  EXPECT_DOUBLE_EQ(found->calibration->projection(0, 3), 44.85);
}

TEST_F(KittiCalibrationFiles, OfARawDriveAreFoundInTheParentFolder) {
  write_file(folder_ / "calib_cam_to_cam.txt", std::string(kCamToCam));
  write_file(folder_ / "calib_velo_to_cam.txt", std::string(kVeloToCam));
  std::filesystem::create_directories(folder_ / "drive_sync");
  for (const char* drive : {"drive_sync", "drive_sync/"}) {
    const auto found = find_kitti_calibration(folder_ / drive, {}, 3);
    ASSERT_TRUE(found && found->calibration);
    EXPECT_DOUBLE_EQ(found->calibration->projection(0, 3), -340.0);
  }
}

TEST_F(KittiCalibrationFiles, NameTheMissingHalfOfTheRawPair) {
  write_file(folder_ / "calib_cam_to_cam.txt", std::string(kCamToCam));
  const auto found = find_kitti_calibration(folder_.path(), {}, 2);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("calib_velo_to_cam.txt"));
}

TEST_F(KittiCalibrationFiles, WithAMissingMatrixNameFileAndMatrix) {
  for (const char* label : {"P2", "R0_rect", "Tr_velo_to_cam"})
    EXPECT_THAT(fail(without(kObjectCalibration, label)).message, AllOf(HasSubstr("calib.txt"), HasSubstr(label)));
  write_file(folder_ / "raw" / "calib_cam_to_cam.txt", std::string(kCamToCam));
  write_file(folder_ / "raw" / "calib_velo_to_cam.txt", without(kVeloToCam, "T:"));
  const auto found = find_kitti_calibration(folder_ / "raw", {}, 2);
  EXPECT_THAT(found.error().message, AllOf(HasSubstr("calib_velo_to_cam.txt"), HasSubstr("'T' is missing")));
}

TEST_F(KittiCalibrationFiles, WithABadMatrixAreRefused) {
  const std::string good = kObjectCalibration;
  EXPECT_THAT(fail(with(good, "0.0027\nP3", "\nP3")).message, AllOf(HasSubstr("'P2'"), HasSubstr("11 numbers")));
  EXPECT_THAT(fail(with(good, "P2: 721.5", "P2: nan")).message, HasSubstr("not finite"));
  EXPECT_THAT(fail(with(good, "P2: 721.5", "P2: -721.5")).message, HasSubstr("focal"));
  EXPECT_THAT(fail("").message, HasSubstr("no calibration"));
  EXPECT_THAT(fail("1 2 3\n").message, HasSubstr("3 numbers"));
}

TEST_F(KittiCalibrationFiles, WithAReflectionOrAShearAreRefused) {
  const std::string good = kObjectCalibration;
  EXPECT_THAT(fail(with(good, "Tr_velo_to_cam: 0 -1 0", "Tr_velo_to_cam: 0 1 0")).message,
              AllOf(HasSubstr("Tr_velo_to_cam"), HasSubstr("reflection")));
  EXPECT_THAT(fail(with(good, "R0_rect: 1 0 0", "R0_rect: 1 0.1 0")).message,
              AllOf(HasSubstr("R0_rect"), HasSubstr("no rotation")));
}

TEST_F(KittiCalibrationFiles, WithOneBareProjectionUseTheNominalMounting) {
  write_file(folder_ / "calib_7.txt", std::string("721.5 0 609.5 44.85 0 721.5 172.8 0.21 0 0 1 0.0027 0 0 0 1\n"));
  const auto found = find_kitti_calibration(folder_.path(), {}, 2);
  ASSERT_TRUE(found && found->calibration) << found.error().message;
  EXPECT_TRUE(found->calibration->is_nominal);
  EXPECT_DOUBLE_EQ(found->calibration->projection(1, 2), 172.8);
  const Pose T_lidar_camera = found->calibration->T_camera_lidar.inverse();
  EXPECT_TRUE(T_lidar_camera.translation().isApprox(Eigen::Vector3d(0.27, 0.0, -0.08)));
  EXPECT_TRUE((T_lidar_camera.linear() * Eigen::Vector3d::UnitZ()).isApprox(Eigen::Vector3d::UnitX()));
  EXPECT_GT(T_lidar_camera.linear().determinant(), 0.0);
  ASSERT_EQ(found->notes.size(), 1U);
  EXPECT_THAT(found->notes[0], HasSubstr("nominal"));
}

TEST_F(KittiCalibrationFiles, ThatCouldBothBeMeantAreAskedAbout) {
  write_file(folder_ / "calib_1.txt", std::string(kObjectCalibration));
  write_file(folder_ / "calib_2.txt", std::string(kObjectCalibration));
  const auto found = find_kitti_calibration(folder_.path(), {}, 2);
  EXPECT_THAT(found.error().message, AllOf(HasSubstr("calib_1.txt"), HasSubstr("calib_2.txt")));
  EXPECT_TRUE(find_kitti_calibration(folder_.path(), folder_ / "calib_2.txt", 2));
  EXPECT_THAT(find_kitti_calibration(folder_.path(), folder_ / "calib_3.txt", 2).error().message,
              HasSubstr("calib_3.txt"));
}

TEST_F(KittiCalibrationFiles, OfRealCarsAreRead) {
  const auto data = recorded_data("");
  if (!std::filesystem::is_directory(data / "kitti_tracking/calib"))
    GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  std::size_t count = 0;
  for (const char* folder : {"kitti_tracking/calib", "kitti_object/calib"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data / folder)) {
      const auto read = read_kitti_calibration(entry.path(), 2);
      ASSERT_TRUE(read) << read.error().message;
      // The camera is a quarter of a metre ahead of the lidar and looks forward.
      const Pose T_lidar_camera = read->T_camera_lidar.inverse();
      EXPECT_NEAR(T_lidar_camera.translation().x(), 0.3, 0.05);
      EXPECT_NEAR((T_lidar_camera.linear() * Eigen::Vector3d::UnitZ()).x(), 1.0, 1e-3);
      EXPECT_TRUE(read->T_lidar_imu);
      ++count;
    }
  }
  EXPECT_EQ(count, 13U);
}

TEST(KittiTime, IsReadToTheNanosecond) {
  EXPECT_EQ(parse_kitti_time("2011-09-26 13:02:25.964389445"), from_ns(1317042145964389445));
  EXPECT_EQ(parse_kitti_time("1970-01-01 00:00:01.5"), Time(1500ms));
  EXPECT_EQ(parse_kitti_time("2011-09-26 00:00:00"), kKittiEpoch);
  for (const char* bad : {"", "2011-09-26", "2011-02-30 00:00:00", "2011-09-26 24:00:00", "2011-09-26 00:00:00.",
                          "2011-09-26T00:00:00", "9999-09-26 00:00:00", "2011-09-26 00:00:00.1234567890"})
    EXPECT_FALSE(parse_kitti_time(bad)) << bad;
}

}  // namespace
}  // namespace ocelli::log
