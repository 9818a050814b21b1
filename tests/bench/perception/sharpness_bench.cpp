// What `sharpness` (the third quality value of a picture) is of recorded pictures and of changed copies: the table in
// docs/safety.md, from which the default of `sharpness_low` was chosen.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "ocelli/middleware/node/quality.hpp"
#include "ocelli/tests/perception/pictures.hpp"

namespace {

cv::Mat blurred(const cv::Mat& picture, double sigma_px) {
  cv::Mat result;
  cv::GaussianBlur(picture, result, {}, sigma_px);
  return result;
}

cv::Mat smeared(const cv::Mat& picture) {
  cv::Mat result;
  cv::filter2D(picture, result, -1, cv::Mat::ones(1, 15, CV_32F) / 15.0);
  return result;
}

cv::Mat compressed(const cv::Mat& picture) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, 80});
  return cv::imdecode(bytes, cv::IMREAD_COLOR);
}

cv::Mat dimmed(const cv::Mat& picture, double share, double offset) {
  cv::Mat result;
  picture.convertTo(result, -1, share, offset);
  return result;
}

cv::Mat noisy(const cv::Mat& picture, double sigma) {
  cv::Mat noise(picture.size(), CV_16SC3);
  cv::RNG random(1);
  random.fill(noise, cv::RNG::NORMAL, 0.0, sigma);
  cv::Mat result;
  picture.convertTo(result, CV_16SC3);
  result += noise;
  result.convertTo(result, CV_8UC3);
  return result;
}

}  // namespace

int main() {
  using namespace ocelli;
  const std::vector<cv::Mat> pictures = perception::test::kitti_pictures(1);
  if (pictures.empty()) {
    fmt::print("skipped: no data (see docs/quick_start.md)\n");
    return 0;
  }
  const std::pair<const char*, std::function<cv::Mat(const cv::Mat&)>> kinds[] = {
      {"as recorded", [](const cv::Mat& p) { return p; }},
      {"JPEG, quality 80", &compressed},
      {"smeared over 15 px by motion", &smeared},
      {"a quarter of the contrast (fog)", [](const cv::Mat& p) { return dimmed(p, 0.25, 128.0); }},
      {"a quarter of the light", [](const cv::Mat& p) { return dimmed(p, 0.25, 0.0); }},
      {"Gaussian blur, sigma 1 px", [](const cv::Mat& p) { return blurred(p, 1.0); }},
      {"Gaussian blur, sigma 2 px", [](const cv::Mat& p) { return blurred(p, 2.0); }},
      {"Gaussian blur, sigma 4 px", [](const cv::Mat& p) { return blurred(p, 4.0); }},
      {"Gaussian blur, sigma 4 px, then pixel noise of 2",
       [](const cv::Mat& p) { return noisy(blurred(p, 4.0), 2.0); }},
  };
  fmt::print("| {} pictures | least | median | largest |\n|---|---|---|---|\n", pictures.size());
  for (const auto& [name, change] : kinds) {
    std::vector<double> sharpness;
    for (const cv::Mat& picture : pictures) {
      const cv::Mat changed = change(picture);
      sharpness.push_back(node::image_quality(perception::test::view_of(changed)).values[2]);
    }
    std::ranges::sort(sharpness);
    fmt::print("| {} | {:.4g} | {:.4g} | {:.4g} |\n", name, sharpness.front(), sharpness[sharpness.size() / 2],
               sharpness.back());
  }
  return 0;
}
