// What the networks cost on each accelerator, alternated in one run, and how far their outputs are apart; then what the
// camera nodes cost around them. Needs the models (OCELLI_MODELS, or beside the repository); ONNX Runtime where it is.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/model_card.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/perception/camera_objects/camera_objects.hpp"

namespace {

using namespace ocelli;
using namespace ocelli::accel;

constexpr int kRounds = 15;

std::filesystem::path folder() {
  if (std::getenv("OCELLI_MODELS") != nullptr) return models_folder();
  return std::filesystem::path(OCELLI_SOURCE_DIR) / "../shared/data/models";
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void fill(std::span<float> input) {
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = 0.5F + 0.5F * std::sin(0.001F * static_cast<float>(i));
}

/// Negative when it failed.
double run_ms(Network& network) {
  auto input = network.begin_input();
  if (!input) return -1.0;
  fill(*input);
  if (!network.run(60s)) return -1.0;
  return to_milliseconds(network.last_time());
}

/// The largest difference of outputs of the same shape.
double difference(const Network& a, const Network& b) {
  double worst = 0.0;
  std::vector<bool> is_taken(b.outputs().size(), false);
  for (const Tensor& tensor : a.outputs()) {
    std::size_t k = 0;
    while (k < is_taken.size() && (is_taken[k] || b.outputs()[k].dims != tensor.dims)) ++k;
    if (k == is_taken.size()) return INFINITY;
    is_taken[k] = true;
    for (std::size_t i = 0; i < tensor.data.size(); ++i)
      worst = std::max<double>(worst, std::abs(tensor.data[i] - b.outputs()[k].data[i]));
  }
  return worst;
}

void compare(const ModelCard& card) {
  auto plain = load_network(card, {"opencv", "", 1}, folder());
  if (!plain) {
    std::printf("%-22s %s\n", card.name.c_str(), plain.error().message.c_str());
    return;
  }
  std::optional<Network> quick;
  if (card.files[0].role == "onnx")
    if (auto loaded = load_network(card, {"onnxruntime", "", 1}, folder())) quick.emplace(std::move(*loaded));
  std::vector<double> plain_ms, quick_ms, ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double a = run_ms(*plain);
    const double b = quick ? run_ms(*quick) : -1.0;
    if (a > 0.0) plain_ms.push_back(a);
    if (a > 0.0 && b > 0.0) {
      quick_ms.push_back(b);
      ratios.push_back(a / b);
    }
  }
  std::printf("%-22s %8.1f", card.name.c_str(), median(plain_ms));
  if (quick_ms.empty())
    std::printf("%12s %8s %12s\n", "-", "-", "-");
  else
    std::printf("%12.1f %7.2fx %12.1e\n", median(quick_ms), median(ratios), difference(*plain, *quick));
}

void measure_pedestrians() {
  const std::vector<std::byte> pixels(1242 * 375 * 3, std::byte{100});
  topics::ImageView view;
  view.width = 1242;
  view.height = 375;
  view.encoding = "bgr8";
  view.step = 1242 * 3;
  view.data = pixels;
  auto detector = perception::CameraObjects::load({}, false);
  std::vector<double> ms;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    if (!detector->detect(view)) return;
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::printf("built-in pedestrian detector, 1242x375: %.1f ms\n", median(ms));
}

}  // namespace

int main() {
  for (const BackendRow& row : backends()) {
    const auto version = version_of(row);
    std::printf("%s: %s\n", std::string(row.name).c_str(),
                version ? version->c_str() : version.error().message.c_str());
  }
  std::printf("\n1 thread, median of %d alternating runs [ms]; ratio: median of the pairs\n", kRounds);
  std::printf("%-22s %8s %11s %8s %12s\n", "model", "opencv", "onnxruntime", "ratio", "difference");
  for (const std::string& name : card_names(folder()))
    if (const auto card = find_card(name, folder())) compare(*card);
  measure_pedestrians();
}
