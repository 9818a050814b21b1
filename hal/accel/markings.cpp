// Back end "markings": painted lines on a road by the symmetrical local threshold (Veit, Tarel, Nicolle and Charbonnier
// 2008, "Evaluation of road marking feature extraction"): a pixel is paint when it is brighter than the mean of its row
// on the left and on the right. It needs no model file: blind to worn paint and taken in by any bright stripe, but
// always there. Input: one picture of three planes, red first, values as in the picture. Output: 1 x 2 x height x
// width, a plane of zeros and how much brighter than asked each pixel is. Options:
//   contrast=N   grey levels, 1 to 255, that paint is brighter than the road beside it
//   reach=N      pixels, 4 to 1000, of the means: stripes of more than half of that are none
#include <algorithm>
#include <cstdlib>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/engine.hpp"

namespace ocelli::accel {
namespace {

class MarkingsModel final : public EngineModel {
 public:
  static EngineStatus load(const EngineSource& source, std::unique_ptr<EngineModel>& out) {
    if (source.dims.size() != 4 || source.dims[0] != 1 || source.dims[1] != 3)
      return {OCELLI_ACCEL_BAD_ARGUMENT, "markings: the input must be 1 x 3 x height x width, not " + source.shape()};
    auto model = std::make_unique<MarkingsModel>();
    model->contrast_ = std::strtof(source.option("contrast", "24").c_str(), nullptr);
    model->reach_ = std::atoi(source.option("reach", "40").c_str());
    if (!(model->contrast_ >= 1.0F && model->contrast_ <= 255.0F))
      return {OCELLI_ACCEL_BAD_ARGUMENT, "markings: contrast: expected 1 to 255"};
    if (model->reach_ < 4 || model->reach_ > 1000)
      return {OCELLI_ACCEL_BAD_ARGUMENT, "markings: reach: expected 4 to 1000"};
    model->width_ = static_cast<std::size_t>(source.dims[3]);
    model->sums_.resize(model->width_ + 1);
    model->inputs_.push_back({"picture", source.dims});
    model->outputs_.push_back({"lines", {1, 2, source.dims[2], source.dims[3]}});
    out = std::move(model);
    return {};
  }

  const std::vector<EngineTensor>& inputs() const override { return inputs_; }
  const std::vector<EngineTensor>& outputs() const override { return outputs_; }

  EngineStatus run(std::span<const std::span<const float>> inputs, std::span<const std::span<float>> outputs) override {
    const std::size_t size = inputs[0].size() / 3;
    std::ranges::fill(outputs[0].first(size), 0.0F);
    for (std::size_t begin = 0; begin < size; begin += width_) {
      const auto plane = [&](std::size_t i) { return inputs[0].subspan(i * size + begin, width_); };
      to_grey(plane(0), plane(1), plane(2));
      const std::span<float> row = outputs[0].subspan(size + begin, width_);
      find_paint(row);
      drop_wide(row);
    }
    return {};
  }

 private:
  /// Luma of ITU-R BT.601 of a row, summed from the left. (Sums of whole levels: exact in float up to 65,000 pixels.)
  void to_grey(std::span<const float> red, std::span<const float> green, std::span<const float> blue) {
    for (std::size_t i = 0; i < width_; ++i)
      sums_[i + 1] = sums_[i] + static_cast<float>(
                                    static_cast<int>(0.299F * red[i] + 0.587F * green[i] + 0.114F * blue[i] + 0.5F));
  }

  void find_paint(std::span<float> row) const {
    const auto reach = static_cast<std::size_t>(reach_);
    for (std::size_t i = 0; i < width_; ++i) {
      const std::size_t left = i - std::min(i, reach);
      const std::size_t right = std::min(width_, i + 1 + reach);
      const float beside = std::max(mean(left, i), mean(i + 1, right));
      row[i] = left == i || right == i + 1 ? -contrast_ : grey(i) - beside - contrast_;
    }
  }

  /// The middle of a broad bright patch, a pavement in the sun, is brighter than both means as well: what is as bright
  /// and hangs together with it tells how wide it is.
  void drop_wide(std::span<float> row) const {
    for (std::size_t begin = 0; begin < width_;) {
      if (row[begin] <= 0.0F) {
        ++begin;
        continue;
      }
      std::size_t end = begin;
      float least = 255.0F;
      for (; end < width_ && row[end] > 0.0F; ++end) least = std::min(least, grey(end));
      least -= 0.5F * contrast_;
      std::size_t left = begin;
      std::size_t right = end;
      while (left > 0 && grey(left - 1) > least) --left;
      while (right < width_ && grey(right) > least) ++right;
      if (2 * (right - left) > static_cast<std::size_t>(reach_))
        std::ranges::fill(row.subspan(begin, end - begin), -contrast_);
      begin = end;
    }
  }

  [[nodiscard]] float grey(std::size_t i) const { return sums_[i + 1] - sums_[i]; }
  [[nodiscard]] float mean(std::size_t begin, std::size_t end) const {
    return end > begin ? (sums_[end] - sums_[begin]) / static_cast<float>(end - begin) : 0.0F;
  }

  float contrast_ = 0.0F;
  int reach_ = 0;
  std::size_t width_ = 0;
  std::vector<float> sums_;
  std::vector<EngineTensor> inputs_;
  std::vector<EngineTensor> outputs_;
};

constexpr Engine kEngine{"markings", 0,
                         [](std::string_view, std::string& version) {
                           version = "1";
                           return EngineStatus{};
                         },
                         &MarkingsModel::load};

}  // namespace

const ocelli_accel_api* markings_api() { return engine_api<kEngine>(); }

}  // namespace ocelli::accel
