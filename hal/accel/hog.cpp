// Back end "hog": standing people by histograms of oriented gradients and the linear classifier that OpenCV carries
// (Dalal and Triggs 2005). It needs no model file: much weaker than a network, but always there. It cannot stop a
// computation. Input: one picture of three planes, red first, values as in the picture. Output: 1 x 100 x 5, each row
// x_min, y_min, x_max, y_max in pixels of the input and a score, best first; a row of zeros is none. Options:
//   threads=N   scale_step=F: between sizes of a person; people are found from about 96 pixels of height on
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/objdetect.hpp>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/engine.hpp"

namespace ocelli::accel {
namespace {

constexpr std::size_t kMostPeople = 100;
constexpr std::size_t kColumns = 5;
// The training windows of 64 x 128 hold a person of about 96 pixels with a margin around.
constexpr float kMarginX = 12.0F / 64.0F;
constexpr float kMarginY = 10.0F / 128.0F;
constexpr double kSteepness = 2.0;  // distance from the separating plane → score

class HogModel final : public EngineModel {
 public:
  static EngineStatus load(const EngineSource& source, std::unique_ptr<EngineModel>& out) {
    if (source.dims.size() != 4 || source.dims[0] != 1 || source.dims[1] != 3)
      return {OCELLI_ACCEL_BAD_ARGUMENT, "hog: the input must be 1 x 3 x height x width"};
    auto model = std::make_unique<HogModel>();
    model->scale_step_ = std::atof(source.option("scale_step", "1.15").c_str());
    if (!(model->scale_step_ >= 1.02 && model->scale_step_ <= 2.0))
      return {OCELLI_ACCEL_BAD_ARGUMENT, "hog: scale_step: expected 1.02 to 2"};
    cv::setNumThreads(std::max(1, std::atoi(source.option("threads", "1").c_str())));
    model->descriptor_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector());
    model->grey_.create(static_cast<int>(source.dims[2]), static_cast<int>(source.dims[3]), CV_8UC1);
    model->inputs_.push_back({"picture", source.dims});
    out = std::move(model);
    return {};
  }

  const std::vector<EngineTensor>& inputs() const override { return inputs_; }
  const std::vector<EngineTensor>& outputs() const override { return outputs_; }

  EngineStatus run(std::span<const std::span<const float>> inputs, std::span<const std::span<float>> outputs) override {
    std::ranges::fill(outputs[0], 0.0F);
    if (grey_.cols < descriptor_.winSize.width || grey_.rows < descriptor_.winSize.height) return {};
    to_grey(inputs[0]);
    try {
      descriptor_.detectMultiScale(grey_, places_, distances_, 0.0, {8, 8}, {}, scale_step_, 0.0);
    } catch (const cv::Exception& problem) {
      return {OCELLI_ACCEL_DEVICE_LOST, "hog: " + problem.err};
    }
    write(outputs[0]);
    return {};
  }

 private:
  /// Luma of ITU-R BT.601.
  void to_grey(std::span<const float> planes) {
    const std::size_t size = planes.size() / 3;
    const float* red = planes.data();
    const float* green = red + size;
    const float* blue = green + size;
    for (std::size_t i = 0; i < size; ++i)
      grey_.data[i] = cv::saturate_cast<std::uint8_t>(0.299F * red[i] + 0.587F * green[i] + 0.114F * blue[i]);
  }

  void write(std::span<float> rows) {
    order_.resize(places_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::ranges::stable_sort(order_, std::greater<>(), [&](std::size_t i) { return distances_[i]; });
    if (order_.size() > kMostPeople) order_.resize(kMostPeople);
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const cv::Rect2f place(places_[order_[i]]);
      const std::array<float, kColumns> row = {
          place.x + kMarginX * place.width, place.y + kMarginY * place.height,
          place.x + (1.0F - kMarginX) * place.width, place.y + (1.0F - kMarginY) * place.height,
          static_cast<float>(1.0 / (1.0 + std::exp(-kSteepness * distances_[order_[i]])))};
      std::ranges::copy(row, rows.begin() + static_cast<std::ptrdiff_t>(i * kColumns));
    }
  }

  cv::HOGDescriptor descriptor_;
  double scale_step_ = 1.15;
  cv::Mat grey_;
  std::vector<cv::Rect> places_;
  std::vector<double> distances_;
  std::vector<std::size_t> order_;
  std::vector<EngineTensor> inputs_;
  std::vector<EngineTensor> outputs_ = {{"people", {1, kMostPeople, kColumns}}};
};

constexpr Engine kEngine{"hog", 0,
                         [](std::string_view, std::string& version) {
                           version = CV_VERSION;
                           return EngineStatus{};
                         },
                         &HogModel::load};

}  // namespace

const ocelli_accel_api* hog_api() { return engine_api<kEngine>(); }

}  // namespace ocelli::accel
