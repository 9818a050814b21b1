#include "ocelli/middleware/log/sources/kitti_raw.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "ocelli/tests/middleware/log/sources/kitti_drive.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::log {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KittiRaw : public ::testing::Test {
 protected:
  TempFolder folder_;
  TestDrive drive_{folder_ / "drive"};
};

TEST_F(KittiRaw, GivesPicturesPointsAndCalibration) {
  drive_.file("calib_000001.txt", kObjectCalibration);
  drive_.picture(0);
  drive_.cloud(0, {{10.0F, 1.0F, -1.0F, 0.5F}, {20.0F, 2.0F, -1.5F, 0.25F}});
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened) << opened.error().message;
  auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 3U);

  topics::CameraInfo::Type calibration;
  ASSERT_TRUE(topics::decode(messages[0].cdr->bytes(), calibration));
  EXPECT_EQ(calibration.header().frame_id(), "camera/front") << "the frame of its pictures";
  EXPECT_EQ(calibration.width(), 8U);
  EXPECT_EQ(calibration.height(), 4U);
  EXPECT_DOUBLE_EQ(calibration.projection()[3], 44.85);
  EXPECT_FALSE(calibration.is_nominal());
  const auto image = topics::ImageView::parse(messages[1].cdr->bytes());
  ASSERT_TRUE(image);
  EXPECT_EQ(image->encoding, "bgr8");
  EXPECT_EQ(image->frame_id, "camera/front");
  EXPECT_EQ(image->data[(2 * 8 + 5) * 3], std::byte{5});
  EXPECT_EQ(image->data[(2 * 8 + 5) * 3 + 1], std::byte{2});
  const auto cloud = topics::PointCloudView::parse(messages[2].cdr->bytes());
  ASSERT_TRUE(cloud);
  ASSERT_EQ(cloud->size(), 2U);
  EXPECT_EQ(cloud->point(1).x, 20.0F);
  EXPECT_EQ(cloud->point(1).intensity, 0.25F);
  EXPECT_TRUE(cloud->is_dense);
  EXPECT_EQ(cloud->stamp, messages[2].sensed_at);
}

TEST_F(KittiRaw, PutsTheVehicleFrameOnTheRoadUnderTheLidar) {
  drive_.file("calib_000001.txt", kObjectCalibration);
  drive_.picture(0);
  drive_.cloud(0);
  const auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->mountings.at("lidar/top").translation().isApprox(Eigen::Vector3d(0, 0, 1.73)));
  // The camera looks along the vehicle's x axis from 0.30 m ahead, 0.01 m left and 0.07 m below the lidar.
  const Pose& T_vehicle_camera = opened->mountings.at("camera/front");
  EXPECT_TRUE((T_vehicle_camera * Eigen::Vector3d(0, 0, 5)).isApprox(Eigen::Vector3d(5.30, 0.01, 1.73 - 0.07), 1e-9));
}

TEST_F(KittiRaw, StampsAtTenHertzFromTheFirstFrameNumberWhenThereAreNoTimestamps) {
  for (const int number : {1000, 1001, 1003}) drive_.cloud(number);
  drive_.picture(1001);
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->notes, Contains(HasSubstr("no timestamps.txt in image_02, velodyne_points")));
  const auto messages = of_topic(*opened->source, "lidar/top");
  ASSERT_EQ(messages.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(messages[i].sensed_at, kKittiEpoch + static_cast<int>(i) * 100ms);
  EXPECT_EQ(opened->source->range()->end, kKittiEpoch + 300ms);
}

TEST_F(KittiRaw, SaysWhichFrameIsMissingBetweenOthers) {
  RecordProperty("verifies", "REQ-LOG-001");
  for (const int number : {7, 9}) drive_.cloud(number);
  for (const int number : {7, 8, 10}) drive_.picture(number);
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened) << opened.error().message;
  std::vector<std::string> problems;
  for (const SourceMessage& message : drain(*opened->source))
    if (message.problem) problems.push_back(message.problem->message);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("0000000008.bin: this frame is missing"),
                                    HasSubstr("0000000009.png: this frame is missing")));
}

TEST_F(KittiRaw, TakesNumbersThatAreFarApartForAMistake) {
  drive_.cloud(1);
  drive_.cloud(1'000'000);
  const auto opened = open_kitti_raw(drive_.config());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("2 files for frames 1 to 1000000"));
  drive_.file("velodyne_points/data/18446744073709551615.bin", "x");
  EXPECT_FALSE(open_kitti_raw(drive_.config())) << "the largest number that a name can hold";
}

TEST_F(KittiRaw, ReadsTimestampsAndMergesSensorsByThem) {
  for (const int number : {0, 1}) {
    drive_.cloud(number);
    drive_.picture(number);
  }
  drive_.file("velodyne_points/timestamps.txt", "2011-09-26 13:02:25.951199337\n2011-09-26 13:02:26.054503200\n");
  drive_.file("image_02/timestamps.txt", "2011-09-26 13:02:25.964389445\n2011-09-26 13:02:26.074297090\n");
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened) << opened.error().message;
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(to_ns(messages[0].sensed_at), 1317042145951199337);
  EXPECT_EQ(to_ns(messages[1].sensed_at), 1317042145964389445);
  EXPECT_EQ(opened->source->topics()[messages[0].topic].name, "lidar/top");
  EXPECT_EQ(opened->source->topics()[messages[1].topic].name, "camera/front");
}

TEST_F(KittiRaw, FindsTheLinesOfAWholeDriveAndOfOneCutOut) {
  drive_.cloud(2);
  drive_.cloud(4);
  drive_.file(
      "velodyne_points/timestamps.txt",
      "2011-09-26 00:00:10\n2011-09-26 00:00:11\n2011-09-26 00:00:12\n2011-09-26 00:00:13\n2011-09-26 00:00:14");
  auto whole = open_kitti_raw(drive_.config());
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(drain(*whole->source)[0].sensed_at, kKittiEpoch + 12s);
  drive_.file("velodyne_points/timestamps.txt", "2011-09-26 00:00:12\n2011-09-26 00:00:13\n2011-09-26 00:00:14\n");
  auto cut = open_kitti_raw(drive_.config());
  ASSERT_TRUE(cut);
  const auto messages = drain(*cut->source);
  EXPECT_EQ(messages[0].sensed_at, kKittiEpoch + 12s);
  EXPECT_EQ(messages[2].sensed_at, kKittiEpoch + 14s);
}

TEST_F(KittiRaw, RefusesTimestampsWithFewerLinesThanFrames) {
  for (const int number : {0, 1, 2}) drive_.cloud(number);
  drive_.file("velodyne_points/timestamps.txt", "2011-09-26 13:02:25.951199337\n2011-09-26 13:02:26.054503200\n");
  const auto opened = open_kitti_raw(drive_.config());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, AllOf(HasSubstr("timestamps.txt"), HasSubstr("2 lines")));
}

TEST_F(KittiRaw, NamesTheLineOfABadTimestamp) {
  drive_.cloud(0);
  drive_.file("velodyne_points/timestamps.txt", "2011-09-26 13:02:25.951199337\n2011-13-26 13:02:26\n");
  const auto opened = open_kitti_raw(drive_.config());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, AllOf(HasSubstr("timestamps.txt:2"), HasSubstr("2011-13-26")));
}

TEST_F(KittiRaw, SaysWhatItExpectedInAMissingOrForeignFolder) {
  KittiRawConfig config;
  config.path = (folder_ / "nowhere").string();
  const auto missing = open_kitti_raw(config);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, AllOf(HasSubstr("nowhere"), HasSubstr("image_02/data")));
  const auto foreign = open_kitti_raw(drive_.config());
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, HasSubstr("velodyne_points/data/*.bin"));
}

TEST_F(KittiRaw, GoesOnBehindBadClouds) {
  for (int number = 0; number < 4; ++number) drive_.cloud(number);
  write_file(drive_.name("velodyne_points", 1, ".bin"), noise(33, 1));
  write_file(drive_.name("velodyne_points", 2, ".bin"), std::string());
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened);
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_FALSE(messages[0].problem || messages[3].problem);
  ASSERT_TRUE(messages[1].problem && messages[2].problem);
  EXPECT_EQ(messages[1].cdr, nullptr);
  EXPECT_THAT(messages[1].problem->message, AllOf(HasSubstr("0000000001.bin"), HasSubstr("33 bytes")));
  EXPECT_THAT(messages[2].problem->message, HasSubstr("is empty"));
}

TEST_F(KittiRaw, PointsThatAreNoNumbersAreCorrupt) {
  drive_.cloud(0, {{1.0F, 2.0F, 3.0F, 0.1F}, {std::numeric_limits<float>::quiet_NaN(), 2.0F, 3.0F, 0.1F}});
  auto opened = open_kitti_raw(drive_.config());
  const auto messages = drain(*opened->source);
  ASSERT_TRUE(messages.at(0).problem);
  EXPECT_THAT(messages[0].problem->message, HasSubstr("1 of 2 points are not finite, the first is point 1"));
}

TEST_F(KittiRaw, ThePicturesAreOfTheSizeThatMostOfThemHave) {
  drive_.picture(0, 16, 8);
  for (const int number : {1, 2}) drive_.picture(number);
  auto opened = open_kitti_raw(drive_.config());
  const auto messages = drain(*opened->source);
  ASSERT_TRUE(messages.at(0).problem);
  EXPECT_THAT(messages[0].problem->message, HasSubstr("16x8 pixels: expected 8x4 as in the other pictures"));
  EXPECT_FALSE(messages.at(1).problem || messages.at(2).problem);
}

TEST_F(KittiRaw, GoesOnBehindBadPictures) {
  for (int number = 0; number < 4; ++number) drive_.picture(number);
  drive_.picture(1, 9, 4);
  write_file(drive_.name("image_02", 2, ".png"), std::string("not a picture"));
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->notes, Contains(HasSubstr("no lidar")));
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 4U);
  ASSERT_TRUE(messages[1].problem && messages[2].problem);
  EXPECT_THAT(messages[1].problem->message, AllOf(HasSubstr("9x4"), HasSubstr("expected 8x4")));
  EXPECT_THAT(messages[2].problem->message, HasSubstr("0000000002.png"));
  EXPECT_FALSE(messages[0].problem || messages[3].problem);
}

TEST_F(KittiRaw, GoesWithoutCalibrationAndSaysSo) {
  drive_.picture(0);
  drive_.cloud(0);
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->notes, Contains(HasSubstr("no calibration")));
  EXPECT_FALSE(opened->mountings.contains("camera/front"));
  EXPECT_TRUE(opened->mountings.contains("lidar/top"));
  EXPECT_EQ(drain(*opened->source).size(), 2U);
}

TEST_F(KittiRaw, LeavesOutSensorsWhoseTopicIsEmpty) {
  drive_.picture(0);
  drive_.cloud(0);
  KittiRawConfig config = drive_.config();
  config.camera_topic = "";
  auto opened = open_kitti_raw(config);
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->source->topics().size(), 1U);
  EXPECT_EQ(opened->source->topics()[0].name, "lidar/top");
}

TEST_F(KittiRaw, SelectsTheCamera) {
  drive_.file("calib_000001.txt", kObjectCalibration);
  drive_.picture(0, 6, 2, "image_03");
  KittiRawConfig config = drive_.config();
  config.camera = 3;
  auto opened = open_kitti_raw(config);
  ASSERT_TRUE(opened);
  topics::CameraInfo::Type calibration;
  ASSERT_TRUE(topics::decode(drain(*opened->source).at(0).cdr->bytes(), calibration));
  EXPECT_EQ(calibration.width(), 6U);
  EXPECT_DOUBLE_EQ(calibration.projection()[3], -340.0);
}

TEST_F(KittiRaw, TurnsOxtsIntoImuFixAndVehicleState) {
  drive_.cloud(0);
  drive_.oxts(0,
              "49.015 8.434 112.8 0.02 0.01 -1.22 -3.3 -9.1 9.7 -0.1 0.03 0.5 0.2 9.8 0.4 0.6 9.7 0.01 -0.02 0.03 0.1 "
              "0.2 0.3 0.5 0.2 4 10 4 4 0\n");
  drive_.oxts(1, "49.0 8.4 nonsense");
  auto opened = open_kitti_raw(drive_.config());
  ASSERT_TRUE(opened) << opened.error().message;
  auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 7U);
  topics::VehicleState::Type state;
  ASSERT_TRUE(topics::decode(messages[0].cdr->bytes(), state));
  EXPECT_DOUBLE_EQ(state.wheel_speed_mps()[3], 9.7);
  EXPECT_TRUE(state.is_wheel_speed_valid());
  EXPECT_FALSE(state.is_steering_valid());
  topics::ImuData::Type imu;
  ASSERT_TRUE(topics::decode(messages[1].cdr->bytes(), imu));
  EXPECT_DOUBLE_EQ(imu.angular_velocity().z(), 0.03);
  EXPECT_DOUBLE_EQ(imu.linear_acceleration().z(), 9.8);
  topics::GnssFix::Type fix;
  ASSERT_TRUE(topics::decode(messages[2].cdr->bytes(), fix));
  EXPECT_DOUBLE_EQ(fix.latitude(), 49.015);
  EXPECT_DOUBLE_EQ(fix.position_covariance()[8], 0.25);
  EXPECT_EQ(fix.status().status(), 0);
  for (std::size_t i = 4; i < 7; ++i) EXPECT_THAT(messages[i].problem->message, HasSubstr("2 readable numbers"));
}

TEST(KittiRawDrive, OfTheRealCarIsReadWhole) {
  const auto data = recorded_data("");
  if (!std::filesystem::is_directory(data / "kitti_raw")) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  KittiRawConfig config;
  config.path = (data / "kitti_raw").string();
  auto opened = open_kitti_raw(config);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(opened->notes, Contains(HasSubstr("nominal")));
  std::map<std::string, std::size_t> counts;
  Time last = Time::min();
  while (true) {
    auto message = opened->source->next();
    ASSERT_TRUE(message);
    if (!*message) break;
    const SourceMessage& m = **message;
    EXPECT_FALSE(m.problem) << m.problem->message;
    EXPECT_GE(m.sensed_at, last);
    last = m.sensed_at;
    const std::string& topic = opened->source->topics()[m.topic].name;
    ++counts[topic];
    if (topic == "camera/front") {
      const auto image = topics::ImageView::parse(m.cdr->bytes());
      EXPECT_EQ(image->width, 1242U);
      EXPECT_EQ(image->height, 375U);
    } else if (topic == "lidar/top") {
      const auto cloud = topics::PointCloudView::parse(m.cdr->bytes());
      EXPECT_GT(cloud->packed().size(), 100'000U);
      EXPECT_LT(cloud->size(), 120'000U);
    }
  }
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{
                        {"camera/front", 32}, {"lidar/top", 32}, {"camera/front/calibration", 4}}));
}

}  // namespace
}  // namespace ocelli::log
