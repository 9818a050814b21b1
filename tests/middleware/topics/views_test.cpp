#include <gtest/gtest.h>

#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::topics {
namespace {

std::vector<std::byte> bytes_of(const BufferPtr& buffer) {
  const auto bytes = buffer->bytes();
  return {bytes.begin(), bytes.end()};
}

TEST(ImageView, DraftIsByteIdenticalToTheGeneratedSerializerForEveryFrameIdLength) {
  for (std::size_t length = 0; length < 64; ++length) {
    const ImageShape shape{.stamp = from_ns(1'500'000'007),
                           .frame_id = std::string(length, 'f'),
                           .height = 3,
                           .width = 5,
                           .encoding = "bgr8"};
    auto draft = draft_image(shape);
    ASSERT_TRUE(draft);
    for (std::size_t i = 0; i < draft->data.size(); ++i) draft->data[i] = std::byte(i);
    sensor_msgs::msg::Image image;
    image.header().stamp().sec(1);
    image.header().stamp().nanosec(500'000'007);
    image.header().frame_id(shape.frame_id);
    image.height(3);
    image.width(5);
    image.encoding("bgr8");
    image.step(15);
    for (std::size_t i = 0; i < 45; ++i) image.data().push_back(static_cast<std::uint8_t>(i));
    std::vector<std::byte> expected;
    encode(image, expected);
    EXPECT_EQ(bytes_of(draft->cdr), expected) << "frame_id of " << length;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(draft->data.data()) % 64, 0U);
    auto view = ImageView::parse(draft->cdr->bytes());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->stamp, shape.stamp);
    EXPECT_EQ(view->frame_id, shape.frame_id);
    EXPECT_EQ(view->data.size(), 45U);
  }
}

TEST(ImageView, RowsWithoutPixelsAreRefused) {
  sensor_msgs::msg::Image image;
  image.encoding("mono8");
  std::vector<std::byte> cdr;
  encode(image, cdr);
  EXPECT_TRUE(ImageView::parse(cdr)) << "an empty image";
  image.height(4'000'000'000);  // a loop over them would seem endless
  encode(image, cdr);
  const auto view = ImageView::parse(cdr);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().message, "Image 0x4000000000 mono8 with step 0 holds 0 bytes: expected 0 and a width");
}

TEST(PointCloudView, DraftDecodesWithTheGeneratedTypeAndReadsBackInPlace) {
  auto draft = draft_cloud({.stamp = from_ns(2'000'000'001), .frame_id = "lidar/front", .height = 2, .width = 3});
  ASSERT_TRUE(draft);
  for (std::size_t i = 0; i < 6; ++i) draft->points[i] = {float(i), float(i) + 0.25F, -1.0F, 0.5F};
  sensor_msgs::msg::PointCloud2 cloud;
  ASSERT_TRUE(decode(draft->cdr->bytes(), cloud));
  EXPECT_EQ(cloud.width(), 3U);
  EXPECT_EQ(cloud.fields().at(3).name(), "intensity");
  EXPECT_TRUE(cloud.is_dense());
  std::vector<std::byte> encoded;
  encode(cloud, encoded);
  EXPECT_EQ(bytes_of(draft->cdr), encoded);
  auto view = PointCloudView::parse(encoded);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->size(), 6U);
  EXPECT_FLOAT_EQ(view->point(5).y, 5.25F);
}

TEST(PointCloudView, EveryTruncationIsAnErrorAndNeverReadsOutside) {
  auto draft = draft_cloud({.stamp = from_ns(0), .frame_id = "l", .height = 1, .width = 2});
  ASSERT_TRUE(draft);
  const auto all = bytes_of(draft->cdr);
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::vector<std::byte> cut(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(PointCloudView::parse(cut)) << size;
  }
}

TEST(Topics, EveryKindHasASelfContainedSchemaThatDefinesItsType) {
  for (const TopicKind& kind : kTable) {
    const Codec& codec = kind.codec();
    const std::string_view type = codec.type_name.substr(codec.type_name.rfind(':') + 1);
    EXPECT_NE(codec.schema.find(type), std::string_view::npos) << kind.name << ": " << codec.type_name;
    EXPECT_EQ(codec.schema.find("#include"), std::string_view::npos) << kind.name;
  }
}

TEST(Topics, WireNamesAreThoseOfRos2) {
  EXPECT_EQ(dds_type_name("sensor_msgs::msg::PointCloud2"), "sensor_msgs::msg::dds_::PointCloud2_");
  EXPECT_EQ(dds_topic_name("lidar/front"), "rt/lidar/front");
}

}  // namespace
}  // namespace ocelli::topics
