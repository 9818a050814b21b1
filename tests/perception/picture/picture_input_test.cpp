#include "ocelli/perception/picture/picture_input.hpp"

#include <gtest/gtest.h>

#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "ocelli/tests/perception/pictures.hpp"

namespace ocelli::perception {
namespace {

accel::CardInput card_input(int width, int height) {
  accel::CardInput input;
  input.width_px = width;
  input.height_px = height;
  return input;
}

cv::Mat noise(int width, int height, int type) {
  cv::Mat picture(height, width, type);
  cv::theRNG().state = 7;
  cv::randu(picture, 0, 256);
  return picture;
}

TEST(PictureInput, IsWhatOpencvMakesOfThePicture) {
  const cv::Mat picture = noise(301, 97, CV_8UC3);
  for (const bool is_rgb : {true, false}) {
    accel::CardInput input = card_input(64, 32);
    input.order = is_rgb ? accel::ChannelOrder::kRgb : accel::ChannelOrder::kBgr;
    input.mean = {10.0, 10.0, 10.0};
    std::vector<float> out(3 * 64 * 32);
    ASSERT_TRUE(PictureInput(input).fill(test::view_of(picture), out));
    const cv::Mat blob = cv::dnn::blobFromImage(picture, 1.0 / 255.0, {64, 32}, cv::Scalar::all(10.0), is_rgb);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], blob.ptr<float>()[i], 1e-6) << i;
  }
}

TEST(PictureInput, ChannelsFollowTheEncoding) {
  const cv::Mat bgr = noise(40, 20, CV_8UC3);
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  std::vector<float> a(3 * 16 * 16), b(3 * 16 * 16);
  PictureInput input(card_input(16, 16));
  ASSERT_TRUE(input.fill(test::view_of(bgr, "bgr8"), a));
  ASSERT_TRUE(input.fill(test::view_of(rgb, "rgb8"), b));
  EXPECT_EQ(a, b);
}

TEST(PictureInput, GreyPicturesFillAllChannels) {
  const cv::Mat grey = noise(40, 20, CV_8UC1);
  std::vector<float> out(3 * 16 * 16);
  ASSERT_TRUE(PictureInput(card_input(16, 16)).fill(test::view_of(grey, "mono8"), out));
  for (std::size_t i = 0; i < 256; ++i) ASSERT_TRUE(out[i] == out[i + 256] && out[i] == out[i + 512]);
}

TEST(PictureInput, ALetterboxKeepsProportionsAndLeadsBack) {
  accel::CardInput input = card_input(100, 100);
  input.fit = accel::Fit::kLetterbox;
  const cv::Mat picture(100, 400, CV_8UC3, cv::Scalar::all(255));
  std::vector<float> out(3 * 100 * 100);
  const Placement placement = *PictureInput(input).fill(test::view_of(picture), out);
  EXPECT_EQ(out[0], 0.0F) << "above the picture";
  EXPECT_EQ(out[50 * 100 + 50], 1.0F);
  EXPECT_DOUBLE_EQ(placement.to_picture_x(100.0), 400.0);
  EXPECT_DOUBLE_EQ(placement.to_picture_y(placement.offset_y), 0.0);
  EXPECT_DOUBLE_EQ(placement.to_picture_y(placement.offset_y + 25.0), 100.0);
}

TEST(PictureInput, ALetterboxUsesTheWholeSideThatFits) {
  accel::CardInput input = card_input(416, 416);
  input.fit = accel::Fit::kLetterbox;
  std::vector<float> out(3 * 416 * 416);
  for (int width = 1000; width < 1300; ++width) {  // 1224 / (1224 / 416) is less than 416
    const cv::Mat picture(370, width, CV_8UC3, cv::Scalar::all(255));
    const Placement placement = *PictureInput(input).fill(test::view_of(picture), out);
    ASSERT_DOUBLE_EQ(placement.to_picture_x(416.0), width);
    ASSERT_EQ(placement.offset_x, 0.0) << width;
    ASSERT_EQ(out[208 * 416 + 415], 1.0F) << width;
  }
}

TEST(PictureInput, ByAreaEveryPixelCounts) {
  accel::CardInput input = card_input(16, 16);
  input.resample = accel::Resample::kArea;
  cv::Mat picture(64, 64, CV_8UC1, cv::Scalar(0));
  picture.at<std::uint8_t>(3, 0) = 160;  // in a corner of the first block: linear sampling would pass it over
  std::vector<float> out(3 * 16 * 16);
  ASSERT_TRUE(PictureInput(input).fill(test::view_of(picture, "mono8"), out));
  EXPECT_NEAR(out[0], 10.0F / 255.0F, 1e-6F);
}

TEST(PictureInput, APictureWithoutPixelsIsRefused) {
  std::vector<float> out(3 * 16 * 16);
  topics::ImageView empty;
  empty.encoding = "bgr8";
  empty.width = 5;
  const auto filled = PictureInput(card_input(16, 16)).fill(empty, out);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().message, "picture of 5x0 pixels: expected at least 1x1");
}

}  // namespace
}  // namespace ocelli::perception
