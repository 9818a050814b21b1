#include "ocelli/middleware/node/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ocelli/middleware/node/decode.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::node {
namespace {

template <class Paint>
QualityValues picture(const Paint& paint, Time stamp = from_ns(1), const std::string& encoding = "bgr8") {
  auto draft = topics::draft_image({stamp, "camera", 32, 48, encoding});
  EXPECT_TRUE(draft);
  const std::size_t channels = encoding == "mono8" ? 1 : 3;
  for (std::size_t i = 0; i < draft->data.size(); ++i)
    draft->data[i] = static_cast<std::byte>(paint(i / channels % 48, i / channels / 48));
  return image_quality(*topics::ImageView::parse(draft->cdr->bytes()));
}

QualityValues cloud(const std::vector<topics::PointXyzi>& points, Time stamp = from_ns(1)) {
  auto draft = topics::draft_cloud({stamp, "lidar", 1, static_cast<std::uint32_t>(points.size()), false});
  EXPECT_TRUE(draft);
  std::copy(points.begin(), points.end(), draft->points.begin());
  return cloud_quality(*topics::PointCloudView::parse(draft->cdr->bytes()));
}

const auto kGradient = [](std::size_t x, std::size_t y) { return static_cast<int>(x + y); };

TEST(ImageQuality, HashFollowsContentAndNotTheStamp) {
  EXPECT_EQ(picture(kGradient, from_ns(1)).content_hash, picture(kGradient, from_ns(99)).content_hash);
  const auto one_pixel = [](std::size_t x, std::size_t y) { return kGradient(x, y) + (x == 7 && y == 7 ? 1 : 0); };
  EXPECT_NE(picture(kGradient).content_hash, picture(one_pixel).content_hash);
  EXPECT_NE(picture([](auto, auto) { return 0; }).content_hash, 0U) << "0 means not computed";
}

TEST(ImageQuality, BrightnessAndSpread) {
  const QualityValues dark = picture([](auto, auto) { return 2; });
  EXPECT_DOUBLE_EQ(dark.values[0], 2.0);
  EXPECT_DOUBLE_EQ(dark.values[1], 0.0);
  const QualityValues halves = picture([](auto x, auto) { return x < 24 ? 0 : 200; });
  EXPECT_NEAR(halves.values[0], 100.0, 10.0);
  EXPECT_NEAR(halves.values[1], 100.0, 5.0);
  EXPECT_DOUBLE_EQ(picture([](auto, auto) { return 255; }, from_ns(1), "mono8").values[0], 255.0);
}

TEST(ImageQuality, AnEdgeIsSharperThanTheSameEdgeBlurred) {
  const QualityValues sharp = picture([](auto x, auto) { return x / 4 % 2 == 0 ? 50 : 150; });
  const QualityValues blurred =
      picture([](auto x, auto) { return static_cast<int>(100.0 + 50.0 * std::sin(static_cast<double>(x) * 0.785)); });
  EXPECT_GT(sharp.values[2], 2.0 * blurred.values[2]);
  EXPECT_DOUBLE_EQ(picture([](auto, auto) { return 80; }).values[2], 0.0);
}

TEST(CloudQuality, CountsReturnsAndTheirRange) {
  const QualityValues quality = cloud({{3, 4, 0, 1}, {NAN, 0, 0, 0}, {0, 0, 12, 1}, {NAN, NAN, NAN, 0}});
  EXPECT_DOUBLE_EQ(quality.values[0], 2.0);
  EXPECT_DOUBLE_EQ(quality.values[1], 0.5);
  EXPECT_DOUBLE_EQ(quality.values[2], 12.0);
}

TEST(CloudQuality, AnEmptyCloudHasNoReturnAtAll) {
  const QualityValues quality = cloud({});
  EXPECT_DOUBLE_EQ(quality.values[0], 0.0);
  EXPECT_DOUBLE_EQ(quality.values[1], 1.0);
  EXPECT_NE(quality.content_hash, 0U);
}

TEST(CloudQuality, HashFollowsContentAndNotTheStamp) {
  EXPECT_EQ(cloud({{1, 2, 3, 4}}, from_ns(1)).content_hash, cloud({{1, 2, 3, 4}}, from_ns(2)).content_hash);
  EXPECT_NE(cloud({{1, 2, 3, 4}}).content_hash, cloud({{1, 2, 3, 5}}).content_hash);
}

ocelli::msg::RadarDetections scan(const std::vector<float>& ranges_m, int sec = 1) {
  ocelli::msg::RadarDetections scan;
  scan.header().stamp().sec(sec);
  for (const float range_m : ranges_m) scan.detections().emplace_back().range_m(range_m);
  return scan;
}

TEST(ScanQuality, HashFollowsTheDetectionsAndNotTheStamp) {
  EXPECT_EQ(scan_quality(scan({10, 20}, 1)).content_hash, scan_quality(scan({10, 20}, 2)).content_hash);
  EXPECT_NE(scan_quality(scan({10, 20})).content_hash, scan_quality(scan({10, 21})).content_hash);
  EXPECT_NE(scan_quality(scan({10, 20})).content_hash, scan_quality(scan({10})).content_hash);
  auto slower = scan({10, 20});
  slower.detections()[1].range_rate_mps(-1.0F);
  EXPECT_NE(scan_quality(scan({10, 20})).content_hash, scan_quality(slower).content_hash);
  EXPECT_DOUBLE_EQ(scan_quality(scan({10, 20})).values[0], 2.0);
}

TEST(ScanQuality, AnEmptyRoadRepeatsNothing) {
  EXPECT_NE(scan_quality(scan({}, 1)).content_hash, scan_quality(scan({}, 2)).content_hash);
  EXPECT_NE(scan_quality(scan({})).content_hash, 0U) << "0 means not computed: a frozen radar would not heal";
}

TEST(QualityOf, GoesByTheKind) {
  Sample sample;
  sample.kind = &topics::kind_of<topics::LidarPoints>();
  auto draft = topics::draft_cloud({from_ns(1), "lidar", 1, 2, true});
  std::fill(draft->points.begin(), draft->points.end(), topics::PointXyzi{1, 0, 0, 0});
  sample.cdr = draft->cdr;
  const auto complete = decoded(std::make_shared<const Sample>(sample));
  ASSERT_TRUE(complete) << complete.error().message;
  EXPECT_DOUBLE_EQ(quality_of(**complete).values[0], 2.0);
  ocelli::msg::Tracks tracks;
  tracks.sensors_missing(ocelli::msg::SOURCE_RADAR);
  sample.kind = &topics::kind_of<topics::Tracks>();
  sample.value = std::make_shared<const ocelli::msg::Tracks>(tracks);
  EXPECT_DOUBLE_EQ(quality_of(sample).values[0], 4.0);
  EXPECT_EQ(quality_of(sample).content_hash, 0U);
  sample.kind = &topics::kind_of<topics::RadarDetections>();
  sample.value = std::make_shared<const ocelli::msg::RadarDetections>(scan({10, 20, 30}));
  EXPECT_DOUBLE_EQ(quality_of(sample).values[0], 3.0);
  sample.kind = &topics::kind_of<topics::ImuData>();
  EXPECT_EQ(quality_of(sample).content_hash, 0U) << "small messages are not judged";
}

}  // namespace
}  // namespace ocelli::node
