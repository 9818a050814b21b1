// What the networks cost on each accelerator, alternated in one run, and how far their outputs are apart; then what the
// camera nodes cost around them. Needs the models (OCELLI_MODELS, or beside the repository); ONNX Runtime where it is.
#include <time.h>

#include <algorithm>
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

/// Of all threads of this process: other programs on the machine do not count.
double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

struct Cost {
  double cpu_ms = -1.0;  // negative when it failed
  double wall_ms = -1.0;
};

Cost run(Network& network) {
  auto input = network.begin_input();
  if (!input) return {};
  fill(*input);
  const double begin = cpu_ms();
  if (!network.run(60s)) return {};
  return {cpu_ms() - begin, to_milliseconds(network.last_time())};
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
  if (!card.files.empty() && card.files[0].role == "onnx")
    if (auto loaded = load_network(card, {"onnxruntime", "", 1}, folder())) quick.emplace(std::move(*loaded));
  std::vector<double> plain_cpu, plain_wall, quick_cpu, quick_wall, ratios;
  for (int round = 0; round < kRounds; ++round) {
    const Cost a = run(*plain);
    const Cost b = quick ? run(*quick) : Cost{};
    if (a.cpu_ms < 0.0) continue;
    plain_cpu.push_back(a.cpu_ms);
    plain_wall.push_back(a.wall_ms);
    if (b.cpu_ms < 0.0) continue;
    quick_cpu.push_back(b.cpu_ms);
    quick_wall.push_back(b.wall_ms);
    ratios.push_back(a.cpu_ms / b.cpu_ms);
  }
  if (plain_cpu.empty()) {
    std::printf("%-22s failed\n", card.name.c_str());
    return;
  }
  std::printf("%-22s %8.1f %8.1f", card.name.c_str(), median(plain_cpu), median(plain_wall));
  if (quick_cpu.empty())
    std::printf("%12s %8s %8s %12s\n", "-", "-", "-", "-");
  else
    std::printf("%12.1f %8.1f %7.2fx %12.1e\n", median(quick_cpu), median(quick_wall), median(ratios),
                difference(*plain, *quick));
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
    const double begin = cpu_ms();
    if (!detector->detect(view)) return;
    ms.push_back(cpu_ms() - begin);
  }
  std::printf("built-in pedestrian detector, any picture: %.1f ms of CPU time\n", median(ms));
}

}  // namespace

int main() {
  for (const BackendRow& row : backends()) {
    const auto version = version_of(row);
    std::printf("%s: %s\n", std::string(row.name).c_str(),
                version ? version->c_str() : version.error().message.c_str());
  }
  std::printf("\n1 thread, medians of %d alternating runs [ms]; ratio: median of the pairs, CPU time\n", kRounds);
  std::printf("%-22s %8s %8s %11s %8s %8s %12s\n", "model", "opencv", "(wall)", "onnxruntime", "(wall)", "ratio",
              "difference");
  for (const std::string& name : card_names(folder()))
    if (const auto card = find_card(name, folder()); card && card->backend.empty()) compare(*card);
  measure_pedestrians();
}
