#include "ocelli/perception/camera_objects/camera_objects_node.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "ocelli/middleware/node/any_node.hpp"
#include "ocelli/tests/hal/accel/models.hpp"
#include "ocelli/tests/perception/pictures.hpp"

namespace ocelli::perception {
namespace {

using testing::HasSubstr;

/// A card whose file is the text "abc", for the back end "fault": two classes, a grid of 4 x 4.
constexpr const char* kCard = R"(licence: none
decoder: fastestdet
files: [{name: a, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}]
input: {width_px: 64, height_px: 64}
classes: [person, dog]
road_users: [{name: person, as: pedestrian}]
)";
constexpr const char* kGoodShape = "outputs=1x7x4x4;";

class CameraObjectsNodeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder.path() / "test.yaml") << kCard;
    std::ofstream(folder.path() / "a") << "abc";
    accel::set_models_folder(folder.path().string());
    config.model = {"test"};
    config.accelerator.backend = "fault";
    config.accelerator.options = kGoodShape;
    config.deadline = 20s;
  }
  Status run(CameraObjectsNode& node, int millisecond = 1) {
    out = {};
    const SamplePtr sample =
        input_sample<topics::CameraImage>(test::view_of(picture), from_ns(1'000'000LL * millisecond));
    in.picture.bind({&sample, 1});
    return node.step(in, out);
  }
  Status prepared_and_run(const std::string& options) {
    CameraObjectsConfig changed = config;
    changed.accelerator.options += options;
    CameraObjectsNode node(changed);
    OCELLI_TRY(node.prepare({}));
    return run(node);
  }

  accel::test::Folder folder;
  CameraObjectsConfig config;
  cv::Mat picture = cv::Mat(60, 80, CV_8UC3, cv::Scalar::all(90));
  CameraObjectsNode::In in;
  CameraObjectsNode::Out out;
};

TEST_F(CameraObjectsNodeTest, NoObjectsAreAMessageOfTheirOwn) {
  ASSERT_TRUE(prepared_and_run(""));
  ASSERT_NE(out.objects.message(), nullptr);
  EXPECT_TRUE(out.objects.message()->detections().empty());
  EXPECT_EQ(out.objects.message()->header().frame_id(), "camera");
}

TEST_F(CameraObjectsNodeTest, ALateInferenceIsDroppedWithAnErrorAndNothingQueues) {
  config.deadline = 2ms;
  config.accelerator.options += "fault=deaf;hang_ms=400";
  CameraObjectsNode node(config);
  ASSERT_TRUE(node.prepare({}));
  const Status late = run(node);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  const Status busy = run(node, 100);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(out.objects.message(), nullptr);
}

TEST_F(CameraObjectsNodeTest, InLogicalTimeNoInferenceIsLate) {
  config.deadline = 1ms;
  config.accelerator.options += "latency_ms=20";
  CameraObjectsNode node(config);
  ASSERT_TRUE(node.prepare({.has_deadlines = false}));
  EXPECT_TRUE(run(node));
}

TEST_F(CameraObjectsNodeTest, InLogicalTimeAnAcceleratorThatHangsIsGivenUpOnce) {
  config.accelerator.hang_after = 200ms;
  config.accelerator.options += "fault=hang;after=1";
  CameraObjectsNode node(config);
  ASSERT_TRUE(node.prepare({.has_deadlines = false}));
  EXPECT_TRUE(run(node));
  EXPECT_EQ(run(node, 100).error().code, ErrorCode::kTimeout);
  for (int i = 2; i < 100; ++i) EXPECT_EQ(run(node, 100 * i).error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(run(node, 10'000).error().message, HasSubstr("device hangs, given up: no result within 0.2 s"));
}

TEST_F(CameraObjectsNodeTest, ADeviceThatHangsNeedsANewProcess) {
  config.accelerator.options += "fault=error;status=-10;every=2";
  CameraObjectsNode node(config);
  EXPECT_FALSE(node.needs_new_process()) << "nothing is loaded";
  ASSERT_TRUE(node.prepare({}));
  ASSERT_TRUE(run(node));
  EXPECT_FALSE(node.needs_new_process());
  ASSERT_FALSE(run(node, 100));
  EXPECT_TRUE(node.needs_new_process());
}

TEST_F(CameraObjectsNodeTest, TheEndOfTheRunEndsALoad) {
  const std::atomic<bool> is_stopping = true;
  config.accelerator.load_within = 600s;
  config.accelerator.options += "fault=deaf_load;hang_ms=20000";
  EXPECT_THAT(CameraObjectsNode(config).prepare({.is_stopping = &is_stopping}).error().message,
              HasSubstr("loading given up, the run ends"));
}

TEST_F(CameraObjectsNodeTest, TheEndOfTheRunEndsAWait) {
  std::atomic<bool> is_stopping = false;
  config.accelerator.hang_after = 600s;
  config.accelerator.options += "fault=hang";
  CameraObjectsNode node(config);
  ASSERT_TRUE(node.prepare({.has_deadlines = false, .is_stopping = &is_stopping}));
  std::thread stopper([&] {
    std::this_thread::sleep_for(50ms);
    is_stopping = true;
  });
  const Status status = run(node);
  stopper.join();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("the run ends"));
}

TEST_F(CameraObjectsNodeTest, EveryWayToFailIsAnError) {
  EXPECT_THAT(prepared_and_run("fault=error;status=-9").error().message, HasSubstr("device lost"));
  EXPECT_THAT(prepared_and_run("fault=nan").error().message, HasSubstr("not a finite number"));
  EXPECT_THAT(prepared_and_run("value=1.5").error().message, HasSubstr("scores outside 0..1"));
}

TEST_F(CameraObjectsNodeTest, AFloodOfBoxesIsAnError) {
  config.accelerator.options = "outputs=1x7x330x330;fault=flood";
  EXPECT_THAT(prepared_and_run("").error().message, HasSubstr("more than 2000 boxes"));
}

TEST_F(CameraObjectsNodeTest, BadModelsAreRefusedBeforeTheFirstPicture) {
  config.accelerator.options = "outputs=1x9x4x4";
  EXPECT_THAT(CameraObjectsNode(config).prepare({}).error().message, HasSubstr("outputs 1x9x4x4"));
  std::ofstream(folder.path() / "a") << "abd";
  EXPECT_EQ(CameraObjectsNode(config).prepare({}).error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(folder.path() / "a");
  EXPECT_EQ(CameraObjectsNode(config).prepare({}).error().code, ErrorCode::kNotFound);
  config.model = {"tset"};
  EXPECT_THAT(CameraObjectsNode(config).prepare({}).error().message, HasSubstr("did you mean 'test'"));
}

TEST_F(CameraObjectsNodeTest, PassesOverPicturesBeyondItsRate) {
  config.rate_max_hz = 10.0;
  CameraObjectsNode node(config);
  ASSERT_TRUE(node.prepare({}));
  std::vector<int> taken;
  for (int millisecond = 1000; millisecond < 1400; millisecond += 33)
    if (node.takes(from_ns(1'000'000LL * millisecond))) taken.push_back(millisecond);
  EXPECT_THAT(taken, testing::ElementsAre(1000, 1099, 1198, 1297, 1396));
}

TEST_F(CameraObjectsNodeTest, FindsPedestriansWithoutAnyModel) {
  const auto pictures = test::kitti_pictures(100);
  if (pictures.empty()) GTEST_SKIP() << "skipped: no data (see docs/quick_start.md)";
  picture = pictures[0];  // kitti_object 000000: a pedestrian 160 pixels high
  CameraObjectsNode node({});
  ASSERT_TRUE(node.prepare({.has_deadlines = false}));
  ASSERT_TRUE(run(node));
  const Box2 truth{ObjectClass::kPedestrian, 1.0, 712.40, 143.00, 810.73, 307.92};
  double best = 0.0;
  for (const Box2& box : perception::boxes_of(*out.objects.message())) best = std::max(best, overlap(box, truth));
  EXPECT_GE(best, 0.4);
}

TEST_F(CameraObjectsNodeTest, ASmallOrEmptyPictureHasNoPedestrians) {
  CameraObjectsNode node({});
  ASSERT_TRUE(node.prepare({.has_deadlines = false}));
  EXPECT_TRUE(run(node));
  EXPECT_TRUE(out.objects.message()->detections().empty());
}

TEST_F(CameraObjectsNodeTest, WithoutPrepareItSaysSo) {
  CameraObjectsNode node(config);
  EXPECT_THAT(run(node).error().message, HasSubstr("was not loaded"));
}

TEST_F(CameraObjectsNodeTest, OnlyTheNewestPictureWaits) {
  EXPECT_EQ(node::erase(CameraObjectsNode({}))->inputs()[0].waiting, 1U);
}

}  // namespace
}  // namespace ocelli::perception
