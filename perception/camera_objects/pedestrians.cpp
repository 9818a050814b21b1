#include "ocelli/perception/camera_objects/pedestrians.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace ocelli::perception {
namespace {

// The training windows of 64 x 128 hold a person of about 96 pixels with a margin around.
constexpr double kMarginX = 12.0 / 64.0;
constexpr double kMarginY = 10.0 / 128.0;
constexpr double kSteepness = 2.0;  // distance from the separating plane → score

}  // namespace

Pedestrians::Pedestrians(const PedestriansConfig& config) : config_(config) {
  descriptor_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector());
}

void Pedestrians::detect(const topics::ImageView& picture, std::vector<Box2>& out) {
  out.clear();
  auto* data = const_cast<std::byte*>(picture.data.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
  const cv::Mat whole(static_cast<int>(picture.height), static_cast<int>(picture.width),
                      picture.channels() == 1 ? CV_8UC1 : CV_8UC3, data, picture.step);
  const bool is_grey = picture.channels() == 1;
  if (!is_grey) cv::cvtColor(whole, grey_, picture.encoding == "rgb8" ? cv::COLOR_RGB2GRAY : cv::COLOR_BGR2GRAY);
  cv::resize(is_grey ? whole : grey_, enlarged_, {}, config_.enlarge, config_.enlarge, cv::INTER_LINEAR);
  if (enlarged_.cols < descriptor_.winSize.width || enlarged_.rows < descriptor_.winSize.height) return;
  descriptor_.detectMultiScale(enlarged_, places_, distances_, 0.0, {8, 8}, {}, config_.scale_step, 1.0);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const cv::Rect& place = places_[i];
    const double score = 1.0 / (1.0 + std::exp(-kSteepness * distances_[i]));
    if (score < config_.score_min) continue;
    Box2 box{ObjectClass::kPedestrian, score, 0.0, 0.0, 0.0, 0.0};
    box.x_min = std::max(0.0, (place.x + kMarginX * place.width) / config_.enlarge);
    box.y_min = std::max(0.0, (place.y + kMarginY * place.height) / config_.enlarge);
    box.x_max = std::min<double>(picture.width, (place.x + (1.0 - kMarginX) * place.width) / config_.enlarge);
    box.y_max = std::min<double>(picture.height, (place.y + (1.0 - kMarginY) * place.height) / config_.enlarge);
    if (box.area() > 0.0) out.push_back(box);
  }
}

}  // namespace ocelli::perception
