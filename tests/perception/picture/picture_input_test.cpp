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
    PictureInput(input).fill(test::view_of(picture), out);
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
  input.fill(test::view_of(bgr, "bgr8"), a);
  input.fill(test::view_of(rgb, "rgb8"), b);
  EXPECT_EQ(a, b);
}

TEST(PictureInput, GreyPicturesFillAllChannels) {
  const cv::Mat grey = noise(40, 20, CV_8UC1);
  std::vector<float> out(3 * 16 * 16);
  PictureInput(card_input(16, 16)).fill(test::view_of(grey, "mono8"), out);
  for (std::size_t i = 0; i < 256; ++i) ASSERT_TRUE(out[i] == out[i + 256] && out[i] == out[i + 512]);
}

TEST(PictureInput, ALetterboxKeepsProportionsAndLeadsBack) {
  accel::CardInput input = card_input(100, 100);
  input.fit = accel::Fit::kLetterbox;
  const cv::Mat picture(100, 400, CV_8UC3, cv::Scalar::all(255));
  std::vector<float> out(3 * 100 * 100);
  const Placement placement = PictureInput(input).fill(test::view_of(picture), out);
  EXPECT_EQ(out[0], 0.0F) << "above the picture";
  EXPECT_EQ(out[50 * 100 + 50], 1.0F);
  EXPECT_DOUBLE_EQ(placement.to_picture_x(100.0), 400.0);
  EXPECT_DOUBLE_EQ(placement.to_picture_y(placement.offset_y), 0.0);
  EXPECT_DOUBLE_EQ(placement.to_picture_y(placement.offset_y + 25.0), 100.0);
}

}  // namespace
}  // namespace ocelli::perception
