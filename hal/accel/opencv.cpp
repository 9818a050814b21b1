// Back end "opencv": OpenCV's own network library on the CPU. Reads ONNX and Darknet. It cannot stop a computation: an
// aborted job is computed to its end and thrown away.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/engine.hpp"
#include "ocelli/hal/accel/onnx_input.hpp"

namespace ocelli::accel {
namespace {

/// What goes wrong is said by our errors; the library would print it as well.
class QuietOpencv {
 public:
  QuietOpencv() : level_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  QuietOpencv(const QuietOpencv&) = delete;
  QuietOpencv& operator=(const QuietOpencv&) = delete;
  ~QuietOpencv() { cv::utils::logging::setLogLevel(level_); }

 private:
  cv::utils::logging::LogLevel level_;
};

/// Bytes of the weights that OpenCV has read for these layers, or thinks it has: it does not notice their end.
std::size_t darknet_bytes(cv::dnn::Net& net, std::span<const std::byte> weights) {
  std::array<std::int32_t, 3> version{};  // major, minor, revision; then the pictures seen: 8 bytes since 0.2
  if (weights.size() >= sizeof version) std::memcpy(version.data(), weights.data(), sizeof version);
  const bool is_old = std::int64_t{version[0]} * 10 + version[1] < 2;
  std::size_t bytes = sizeof version + (is_old ? sizeof(std::int32_t) : sizeof(std::int64_t));
  for (const cv::String& name : net.getLayerNames()) {
    const auto layer = net.getLayer(net.getLayerId(name));
    if (layer->type != "Convolution" && layer->type != "BatchNorm" && layer->type != "InnerProduct") continue;
    for (const cv::Mat& blob : layer->blobs) bytes += blob.total() * sizeof(float);
  }
  return bytes;
}

class OpencvModel final : public EngineModel {
 public:
  static EngineStatus load(const EngineSource& source, std::unique_ptr<EngineModel>& out) {
    if (source.dims.empty()) return {OCELLI_ACCEL_BAD_ARGUMENT, "opencv: the shape of the input must be given"};
    auto model = std::make_unique<OpencvModel>();
    const QuietOpencv quiet;
    try {
      if (EngineStatus status = model->read(source); !status.is_ok()) return status;
      model->net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
      model->net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
      cv::setNumThreads(std::max(1, std::atoi(source.option("threads", "1").c_str())));
      model->inputs_.push_back({"input", source.dims});
      model->output_names_ = model->net_.getUnconnectedOutLayersNames();
      const std::vector<float> zeros(model->inputs_[0].count());
      model->forward(zeros);
    } catch (const cv::Exception& problem) {
      return failure(problem, OCELLI_ACCEL_BAD_MODEL, "does not compute with an input of " + source.shape());
    }
    for (std::size_t i = 0; i < model->results_.size(); ++i) {
      const cv::Mat& result = model->results_[i];
      if (result.type() != CV_32F) return {OCELLI_ACCEL_UNSUPPORTED, "opencv: an output is not of type float"};
      model->outputs_.push_back({model->output_names_[i], {result.size.p, result.size.p + result.dims}});
    }
    out = std::move(model);
    return {};
  }

  const std::vector<EngineTensor>& inputs() const override { return inputs_; }
  const std::vector<EngineTensor>& outputs() const override { return outputs_; }

  EngineStatus run(std::span<const std::span<const float>> inputs, std::span<const std::span<float>> outputs) override {
    try {
      forward(inputs[0]);
    } catch (const cv::Exception& problem) {
      return failure(problem, OCELLI_ACCEL_DEVICE_LOST, "computation failed");
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const cv::Mat packed = results_[i].isContinuous() ? results_[i] : results_[i].clone();
      if (packed.total() != outputs[i].size())
        return {OCELLI_ACCEL_INTEGRITY, "opencv: an output has changed its shape"};
      std::copy_n(packed.ptr<float>(), outputs[i].size(), outputs[i].begin());
    }
    return {};
  }

 private:
  static EngineStatus failure(const cv::Exception& problem, ocelli_accel_status otherwise, const std::string& what) {
    return {problem.code == cv::Error::StsNoMem ? OCELLI_ACCEL_NO_MEMORY : otherwise,
            "opencv: " + what + ": " + problem.err};
  }

  EngineStatus read(const EngineSource& source) {
    const auto chars = [](const EnginePart& part) { return reinterpret_cast<const char*>(part.data.data()); };
    if (const EnginePart* onnx = source.part("onnx")) {
      // OpenCV notices another shape deep in the network, or never.
      if (const auto input = onnx_input(onnx->data); input && !fits_input(*input, source.dims))
        return {OCELLI_ACCEL_BAD_MODEL, "opencv: " + input_mistake(*input, source.dims)};
      net_ = cv::dnn::readNetFromONNX(chars(*onnx), onnx->data.size());
    } else if (const EnginePart* cfg = source.part("darknet.cfg"), *weights = source.part("darknet.weights");
               cfg != nullptr && weights != nullptr) {
      net_ = cv::dnn::readNetFromDarknet(chars(*cfg), cfg->data.size(), chars(*weights), weights->data.size());
      if (const std::size_t needed = darknet_bytes(net_, weights->data); needed != weights->data.size())
        return {OCELLI_ACCEL_BAD_MODEL, "opencv: darknet.weights has " + std::to_string(weights->data.size()) +
                                            " bytes, the layers of darknet.cfg need " + std::to_string(needed) +
                                            ": cut, or of another network"};
    } else {
      return {OCELLI_ACCEL_UNSUPPORTED, "opencv: expected a part onnx, or darknet.cfg and darknet.weights"};
    }
    return net_.empty() ? EngineStatus{OCELLI_ACCEL_BAD_MODEL, "opencv: an empty network"} : EngineStatus{};
  }

  void forward(std::span<const float> input) {
    std::vector<int> sizes(inputs_[0].dims.begin(), inputs_[0].dims.end());
    // The network copies the blob; it never writes into it.
    const cv::Mat blob(sizes, CV_32F,
                       const_cast<float*>(input.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    net_.setInput(blob);
    net_.forward(results_, output_names_);
  }

  cv::dnn::Net net_;
  std::vector<cv::String> output_names_;
  std::vector<cv::Mat> results_;
  std::vector<EngineTensor> inputs_;
  std::vector<EngineTensor> outputs_;
};

constexpr Engine kEngine{"opencv", 0,
                         [](std::string_view, std::string& version) {
                           version = CV_VERSION;
                           return EngineStatus{};
                         },
                         &OpencvModel::load};

}  // namespace

const ocelli_accel_api* opencv_api() { return engine_api<kEngine>(); }

}  // namespace ocelli::accel
