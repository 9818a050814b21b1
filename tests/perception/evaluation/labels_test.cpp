#include "ocelli/perception/evaluation/labels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/tests/perception/kitti_folder.hpp"

namespace ocelli::evaluation {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kTruth = "0 1 Car 0 0 0 100 100 200 200 1.5 1.6 4 0 1.6 20 0\n";
constexpr auto kResult = "0 5 Car 0 0 0 100 100 200 200 1.5 1.6 4 0 1.6 20 0 3.5\n";

std::string message_of(const testing::TemporaryFolder& folder) {
  const auto data = read_dataset(folder / "results", folder / "truth", {});
  return data ? "no error" : data.error().message;
}

TEST(Labels, ReadEveryColumn) {
  const testing::TemporaryFolder folder;
  const auto truth = folder.write("truth", "0007.txt", "3 9 Van 1 2 -0.5 1 2 30 40 1.5 1.6 4.5 -1 1.7 22 0.25\n");
  const auto results = folder.write("results", "0007.txt", kResult);
  const auto data = read_dataset(results, truth, {});
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data->truth.size(), 1U);
  const LabelRow& row = data->truth.front();
  EXPECT_EQ(std::tuple(row.sequence, row.frame, row.id, row.kind), std::tuple(0, 3, 9, Kind::kVan));
  EXPECT_EQ(std::tuple(row.truncation, row.occlusion), std::tuple(1.0, 2.0));
  EXPECT_EQ(std::tuple(row.image.left_px, row.image.bottom_px), std::tuple(1.0, 40.0));
  EXPECT_EQ(std::tuple(row.box.height_m, row.box.width_m, row.box.length_m), std::tuple(1.5, 1.6, 4.5));
  EXPECT_EQ(std::tuple(row.box.x_m, row.box.y_m, row.box.z_m, row.box.yaw_rad), std::tuple(-1.0, 1.7, 22.0, 0.25));
  EXPECT_EQ(data->results.front().score, 3.5);
}

TEST(Labels, TakeRowsInAnyOrder) {
  const testing::TemporaryFolder folder;
  folder.write("truth", "0001.txt", kTruth);
  folder.write("results", "0001.txt",
               std::string("4 5 Car 0 0 0 1 1 2 2 1 1 4 0 1 20 0 1\r\n") + kResult +
                   "\n2 5 Car 0 0 0 1 1 2 2 1 1 4 0 1 20 0 1\n");
  const auto data = read_dataset(folder / "results", folder / "truth", {});
  ASSERT_TRUE(data) << data.error().message;
  std::vector<int> frames;
  for (const LabelRow& row : data->results) frames.push_back(row.frame);
  EXPECT_THAT(frames, ElementsAre(0, 2, 4));
}

TEST(Labels, NameFileLineAndColumnOfAMistake) {
  const testing::TemporaryFolder folder;
  folder.write("truth", "0001.txt", kTruth);
  folder.write("results", "0001.txt", std::string(kResult) + "1 5 Car 0 0 0 100 100 200 200 1.5 1.6 4 0 nan 20 0 3\n");
  EXPECT_THAT(message_of(folder), AllOf(HasSubstr("0001.txt:2"), HasSubstr("column 15 (y)"), HasSubstr("'nan'")));
  folder.write("results", "0001.txt", "0 5 Car 0 0 0 100 100 200 200 1.5 1.6 4 0 1 20 0\n");
  EXPECT_THAT(message_of(folder), AllOf(HasSubstr("0001.txt:1"), HasSubstr("17 columns, 18 expected")));
  folder.write("results", "0001.txt", "0.5 5 Car 0 0 0 100 100 200 200 1.5 1.6 4 0 1 20 0 1\n");
  EXPECT_THAT(message_of(folder), AllOf(HasSubstr("0001.txt:1"), HasSubstr("column 1 (frame)")));
  folder.write("results", "0001.txt", "0 5 Car 0 0 0 100 100 2x0 200 1.5 1.6 4 0 1 20 0 1\n");
  EXPECT_THAT(message_of(folder), AllOf(HasSubstr("column 9 (right)"), HasSubstr("'2x0' is not a number")));
}

TEST(Labels, RefuseAnIdThatIsTwiceInAFrame) {
  const testing::TemporaryFolder folder;
  folder.write("truth", "0001.txt", kTruth);
  folder.write("results", "0001.txt", std::string(kResult) + kResult);
  EXPECT_THAT(message_of(folder), HasSubstr("0001.txt:2: track id 5 is already in frame 0 (line 1)"));
}

TEST(Labels, SkipAndCountResultRowsOfUnknownTypes) {
  const testing::TemporaryFolder folder;
  folder.write("truth", "0001.txt", kTruth);
  folder.write("results", "0001.txt", std::string(kResult) + "1 5 Bus 0 0 0 1 1 2 2 1 1 4 0 1 20 0 3\n");
  const auto data = read_dataset(folder / "results", folder / "truth", {});
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->results.size(), 1U);
  EXPECT_EQ(data->skipped_rows, 1);
  EXPECT_THAT(data->first_skipped, AllOf(HasSubstr("0001.txt:2"), HasSubstr("'Bus'")));
}

TEST(Labels, ListSequencesWithoutResultsAndRefuseToScoreNothing) {
  const testing::TemporaryFolder folder;
  folder.write("truth", "0001.txt", kTruth);
  folder.write("truth", "0002.txt", kTruth);
  folder.write("results", "0002.txt", kResult);
  const auto data = read_dataset(folder / "results", folder / "truth", {});
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_THAT(data->sequences_without_results, ElementsAre("0001"));
  EXPECT_THAT(read_dataset(folder / "results", folder / "truth", {"0001"}).error().message,
              HasSubstr("no result file"));
  EXPECT_THAT(read_dataset(folder / "results", folder / "truth", {"0009"}).error().message, HasSubstr("0009.txt"));
  EXPECT_THAT(read_dataset(folder / "nowhere", folder / "truth", {}).error().message,
              HasSubstr("nowhere: no such folder"));
}

TEST(VolumeIou, CountsHeightAndTurn) {
  const CameraBox box{1.5, 2.0, 4.0, 1.0, 1.7, 20.0, 0.4};
  EXPECT_NEAR(volume_iou(box, box), 1.0, 1e-9);
  CameraBox lifted = box;
  lifted.y_m -= 0.5;
  EXPECT_NEAR(volume_iou(box, lifted), 1.0 / 2.0, 1e-9);
  CameraBox turned = box;
  turned.yaw_rad += M_PI / 2;
  EXPECT_NEAR(volume_iou(box, turned), 4.0 / 12.0, 1e-9);
  // A positive yaw about the downward axis turns the front towards the camera: length along (cos, -sin) in (x, z).
  const CameraBox long_box{1.0, 0.1, 10.0, 0.0, 1.0, 20.0, M_PI / 4};
  CameraBox at_end{1.0, 0.5, 0.5, 3.0, 1.0, 17.0, 0.0};
  EXPECT_GT(volume_iou(long_box, at_end), 0.0);
  at_end.z_m = 23.0;
  EXPECT_EQ(volume_iou(long_box, at_end), 0.0);
}

}  // namespace
}  // namespace ocelli::evaluation
