#include "ocelli/perception/lanes/lanes_node.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <opencv2/imgproc.hpp>

#include "ocelli/middleware/node/any_node.hpp"
#include "ocelli/tests/hal/accel/models.hpp"
#include "ocelli/tests/perception/pictures.hpp"
#include "ocelli/tests/recorded_data.hpp"

namespace ocelli::perception {
namespace {

using testing::HasSubstr;

constexpr const char* kLanesCard = R"(licence: none
decoder: twinlitenet
files: [{name: a, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}]
input: {width_px: 64, height_px: 32}
)";

/// KITTI's colour camera on a vehicle whose frame lies on the road below it, level.
ocelli::msg::CameraCalibration kitti_calibration() {
  ocelli::msg::CameraCalibration calibration;
  calibration.width(1242);
  calibration.height(375);
  calibration.projection({721.5377, 0, 609.5593, 44.85728, 0, 721.5377, 172.854, 0.2163791, 0, 0, 1, 0.002745884});
  Pose T_vehicle_camera = Pose::Identity();
  Eigen::Matrix3d axes;
  axes << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  T_vehicle_camera.linear() = axes;
  T_vehicle_camera.translation() = Eigen::Vector3d(1.0, 0.0, 1.65);
  calibration.pose(message_of(T_vehicle_camera));
  return calibration;
}

class LanesNodeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder.path() / "test.yaml") << kLanesCard;
    std::ofstream(folder.path() / "a") << "abc";
    accel::set_models_folder(folder.path().string());
    config.model = {"test"};
    config.accelerator = {"fault", "outputs=1x2x32x64,1x2x32x64", 1};
    config.rate_max_hz = 0.0;
    config.deadline = 20s;
    calibrate(kitti_calibration());
  }
  void calibrate(const ocelli::msg::CameraCalibration& calibration) {
    const SamplePtr sample = input_sample<topics::CameraInfo>(calibration, from_ns(1));
    in.calibration.bind({&sample, 1});
  }
  Status run(LanesNode& node, const cv::Mat& shown) {
    out = {};
    const SamplePtr sample = input_sample<topics::CameraImage>(test::view_of(shown), from_ns(5'000'000'000));
    in.picture.bind({&sample, 1});
    return node.step(in, out);
  }

  accel::test::Folder folder;
  LanesConfig config;
  cv::Mat picture = cv::Mat(375, 1242, CV_8UC3, cv::Scalar::all(90));
  LanesNode::In in;
  LanesNode::Out out;
};

TEST_F(LanesNodeTest, AnEmptyMaskIsARoadWithoutLines) {
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  ASSERT_TRUE(run(node, picture));
  ASSERT_NE(out.lanes.message(), nullptr);
  EXPECT_TRUE(out.lanes.message()->lines().empty());
  EXPECT_EQ(out.lanes.message()->camera(), "camera");
}

TEST_F(LanesNodeTest, ADeviceThatHangsNeedsANewProcessAndTheEndOfTheRunEndsALoad) {
  const std::string plain = config.accelerator.options;
  config.accelerator.options = plain + ";fault=error;status=-10;every=2";
  LanesNode node(config);
  EXPECT_FALSE(node.needs_new_process()) << "nothing is loaded";
  ASSERT_TRUE(node.prepare({}));
  ASSERT_TRUE(run(node, picture));
  EXPECT_FALSE(node.needs_new_process());
  ASSERT_FALSE(run(node, picture));
  EXPECT_TRUE(node.needs_new_process());
  const std::atomic<bool> is_stopping = true;
  config.accelerator.load_within = 600s;
  config.accelerator.options = plain + ";fault=deaf_rehearsal;hang_ms=20000";
  EXPECT_THAT(LanesNode(config).prepare({.is_stopping = &is_stopping}).error().message,
              HasSubstr("loading given up, the run ends"));
}

TEST_F(LanesNodeTest, WithoutCalibrationThereIsNoGround) {
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  in.calibration.bind({});
  EXPECT_THAT(run(node, picture).error().message, HasSubstr("no calibration"));
  ocelli::msg::CameraCalibration flat = kitti_calibration();
  flat.projection() = {};
  calibrate(flat);
  EXPECT_THAT(run(node, picture).error().message, HasSubstr("expected an invertible projection"));
}

TEST_F(LanesNodeTest, LateAndWrongNetworksAreErrors) {
  config.accelerator.options += ";fault=nan";
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  EXPECT_THAT(run(node, picture).error().message, HasSubstr("not a finite number"));
  config.accelerator.options = "outputs=1x2x32x64";
  EXPECT_THAT(LanesNode(config).prepare({}).error().message, HasSubstr("two outputs of 1x2x32x64"));
  config.model = {"fastestdet"};
  EXPECT_FALSE(LanesNode(config).prepare({}));
}

TEST_F(LanesNodeTest, IsANodeWithALatchedCalibration) {
  const auto node = node::erase(LanesNode({}));
  EXPECT_EQ(node->inputs()[1].kind->qos, topics::Qos::kState);
  EXPECT_EQ(node->inputs()[0].waiting, 1U);
}

TEST_F(LanesNodeTest, FindsTheLinesOfARecordedStreet) {
  const auto pictures = test::kitti_pictures(4);
  const auto models = recorded_data("models");
  if (pictures.empty() || !std::filesystem::is_directory(models))
    GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  accel::set_models_folder(models.string());
  config.model = {"twinlitenet_640x192"};
  config.accelerator = {"opencv", "", 1};
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({.has_deadlines = false}));
  int with_lines = 0;
  int with_area = 0;
  for (std::size_t i = 3; i < pictures.size(); ++i) {
    ASSERT_TRUE(run(node, pictures[i]));
    with_area += out.lanes.message()->area().empty() ? 0 : 1;
    for (const auto& line : out.lanes.message()->lines()) {
      EXPECT_LT(line.x_min_m(), line.x_max_m());
      EXPECT_GT(line.covariance()[0], 0.0);
      EXPECT_LT(line.rms_m(), 0.5);
      EXPECT_LT(line.existence(), 0.0) << "a network's lines are not judged";
    }
    with_lines += out.lanes.message()->lines().empty() ? 0 : 1;
  }
  EXPECT_GE(with_lines, 4) << "of " << pictures.size() - 3;
  EXPECT_GE(with_area, 4);
}

TEST_F(LanesNodeTest, APictureOfAnotherSizeThanItsCalibrationIsNoGround) {
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  const Status status = run(node, cv::Mat(188, 621, CV_8UC3, cv::Scalar::all(90)));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("621 x 188 pixels, calibrated for 1242 x 375"));
  EXPECT_EQ(out.lanes.message(), nullptr);
}

/// A stripe along x on the road, as the camera of the test sees it.
void paint(cv::Mat& picture, double y_m, double width_m, double from_m, double to_m, double grey) {
  const GroundCamera camera = *ground_camera_of(kitti_calibration());
  std::vector<cv::Point> corners;
  for (const Eigen::Vector2d& corner :
       {Eigen::Vector2d(from_m, y_m + 0.5 * width_m), Eigen::Vector2d(to_m, y_m + 0.5 * width_m),
        Eigen::Vector2d(to_m, y_m - 0.5 * width_m), Eigen::Vector2d(from_m, y_m - 0.5 * width_m)}) {
    const Eigen::Vector2d pixel = *camera.to_pixel(corner);
    corners.emplace_back(cvRound(pixel.x()), cvRound(pixel.y()));
  }
  cv::fillConvexPoly(picture, corners, cv::Scalar::all(grey), cv::LINE_AA);
}

TEST_F(LanesNodeTest, PaintOnTheRoadIsFoundWithoutAnyModelFile) {
  config.model = {"twinlitenet_320x192", "lane_markings"};  // the first is not installed
  config.accelerator = {};
  cv::Mat road(375, 1242, CV_8UC3, cv::Scalar::all(90));
  paint(road, 5.0, 1.5, 6.0, 40.0, 200.0);  // a pavement in the sun
  for (double x_m = 7.0; x_m < 36.0; x_m += 9.0) paint(road, 1.7, 0.15, x_m, x_m + 4.0, 170.0);  // dashes
  paint(road, -1.8, 0.15, 6.0, 40.0, 170.0);
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  ASSERT_TRUE(run(node, road));
  ASSERT_NE(out.lanes.message(), nullptr);
  EXPECT_FALSE(out.lanes.message()->has_area());
  const auto& lines = out.lanes.message()->lines();
  ASSERT_EQ(lines.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& c = lines[i].coefficients();
    for (const double x_m : {10.0, 25.0})
      EXPECT_NEAR(c[0] + c[1] * x_m + c[2] * x_m * x_m + c[3] * x_m * x_m * x_m, i == 0 ? 1.7 : -1.8, 0.1)
          << "line " << i << " at " << x_m << " m";
    EXPECT_GT(lines[i].x_max_m(), 30.0);
    EXPECT_GT(lines[i].existence(), 0.5);
  }
}

TEST_F(LanesNodeTest, PaintThatIsBarelyBrighterThanTheRoadIsNone) {
  config.model = {"lane_markings"};
  config.accelerator = {};
  cv::Mat road(375, 1242, CV_8UC3, cv::Scalar::all(90));
  paint(road, -1.8, 0.15, 6.0, 40.0, 105.0);
  LanesNode node(config);
  ASSERT_TRUE(node.prepare({}));
  ASSERT_TRUE(run(node, road));
  EXPECT_TRUE(out.lanes.message()->lines().empty());
}

}  // namespace
}  // namespace ocelli::perception
